import { Table, Name, EMPTY_NAME, Checksum256, TimePointSec } from "proton-tsc";

// windows that have reports and are not settled; paid by the first oracle
@table("open")
export class OpenWindow extends Table {
    constructor(
        public window: u64 = 0,
        public opened: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.window; }
}

// scope: the window; paid by the oracle
@table("reports")
export class Report extends Table {
    constructor(
        public oracle: Name = EMPTY_NAME,
        public hash: Checksum256 = new Checksum256(),
        public metrics_hash: Checksum256 = new Checksum256(),
        public log_root: Checksum256 = new Checksum256(),
        public time: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.oracle.N; }
}

// settled and void windows of epochs that are not closed, and those of closed ones that are not pruned yet
@table("windows")
export class Window extends Table {
    constructor(
        public window: u64 = 0,
        public epoch: u32 = 0,
        public voided: boolean = false,
        public settled: TimePointSec = new TimePointSec(),
        public reports: u16 = 0, // equal ones; 0 when the members voted
        public hash: Checksum256 = new Checksum256(),
        public metrics_hash: Checksum256 = new Checksum256(),
        public log_root: Checksum256 = new Checksum256(),
        public eligible: u8[] = [],
        public strategy: string = "",
        public version: string = "",
    ) { super(); }

    @primary
    get primary(): u64 { return this.window; }
}

// windows that a running proposal would settle otherwise or make void: their epoch is not closed meanwhile
@table("disputes")
export class Dispute extends Table {
    constructor(
        public window: u64 = 0,
        public proposal: u64 = 0,
    ) { super(); }

    @primary
    get primary(): u64 { return this.window; }
}
