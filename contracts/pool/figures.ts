import { Name } from "proton-tsc";
import { Config, ClaimAction, Strategy } from "./setup.tables";
import { fail } from "./fail";
import { saveConfig } from "./setup";
import { refreshSigning } from "./signing";
import { requireAccount, requireLabel, requireText } from "./words";
import { currentWindow } from "./time";
import { Rows, Single } from "./rows";

const DAY: u64 = 24 * 3600;
const MAX_CLAIMS: u64 = 4;

// Figures by which the pool's own rules are changed: they need two thirds, as the constitution does.
export function isConstitutional(figure: Name): bool {
    const name = figure.N;
    return name == Name.fromString("votetime").N || name == Name.fromString("locktime").N || name == Name.fromString("grace").N;
}

function within(figure: Name, value: u64, least: u64, most: u64): u32 {
    if (value < least || value > most) fail(`${figure} is ${value}: ${least} to ${most} are allowed`);
    return <u32>value;
}

// Refuses a figure that does not exist or a value out of its range; sets it in `config` without saving.
export function applyFigure(config: Config, figure: Name, value: u64): void {
    const name = figure.N;
    if (name == Name.fromString("eligible").N) config.eligible_percent = <u8>within(figure, value, 1, 100);
    else if (name == Name.fromString("infra").N) config.infra_permille = <u16>within(figure, value, 0, 1000);
    else if (name == Name.fromString("mingap").N) config.mingap = within(figure, value, 0, 100);
    else if (name == Name.fromString("deadline").N) config.deadline = within(figure, value, 60, 30 * DAY);
    else if (name == Name.fromString("dispute").N) config.dispute = within(figure, value, 0, 30 * DAY);
    else if (name == Name.fromString("votetime").N) config.votetime = within(figure, value, 1, 30 * DAY);
    else if (name == Name.fromString("locktime").N) config.locktime = within(figure, value, 0, 30 * DAY);
    else if (name == Name.fromString("grace").N) config.grace = within(figure, value, 0, 90 * DAY);
    else if (name == Name.fromString("probation").N) config.probation = within(figure, value, 0, 365 * DAY);
    else if (name == Name.fromString("notice").N) config.notice = within(figure, value, 0, 90 * DAY);
    else if (name == Name.fromString("challenge").N) config.challenge = within(figure, value, 60, 30 * DAY);
    else if (name == Name.fromString("changegap").N) config.changegap = within(figure, value, 0, 30 * DAY);
    else if (name == Name.fromString("pausetime").N) config.pausetime = within(figure, value, 60, 3 * DAY);
    else if (name == Name.fromString("casetime").N) config.casetime = within(figure, value, 60, 180 * DAY);
    else if (name == Name.fromString("appealtime").N) config.appealtime = within(figure, value, 0, 30 * DAY);
    else if (name == Name.fromString("bond").N) config.bond = units(figure, value);
    else if (name == Name.fromString("casefee").N) config.casefee = units(figure, value);
    else if (name == Name.fromString("monthlimit").N) config.monthlimit = units(figure, value);
    else if (name == Name.fromString("open").N) config.open = within(figure, value, 0, 1) == 1;
    else fail(`there is no figure ${figure}: docs/contract.md lists them`);
    if (config.open && config.bond == 0) fail("an open pool needs a bond: set bond first, or close the pool before bond goes to 0");
}

function units(figure: Name, value: u64): i64 {
    if (value > <u64>i64.MAX_VALUE / 2) fail(`${figure} is ${value}: at most ${i64.MAX_VALUE / 2} are allowed`);
    return <i64>value;
}

export function setFigure(self: Name, config: Config, figure: Name, value: u64): void {
    applyFigure(config, figure, value);
    saveConfig(self, config);
}

export function setUrl(self: Name, config: Config, url: string, location: u16): void {
    requireText("url", url);
    config.url = url;
    config.location = location;
    saveConfig(self, config);
    refreshSigning(self, config);
}

// Adds or takes away a way by which the chain pays the producer.
export function setClaim(self: Name, code: Name, name: Name, on: bool): void {
    const claims = new Rows<ClaimAction>(self);
    let last: u64 = 0;
    let count: u64 = 0;
    let found: ClaimAction | null = null;
    let row = claims.first();
    while (row != null) {
        if (row.code == code && row.name == name) found = row;
        last = row.id;
        count += 1;
        row = claims.next(row);
    }
    if (!on) {
        if (found == null) fail(`${code}::${name} is no claim of this pool: the table claims lists them`);
        claims.remove(found!);
        return;
    }
    requireAccount("claim contract", code);
    if (found != null) fail(`${code}::${name} is a claim of this pool already`);
    if (count >= MAX_CLAIMS) fail(`there are ${MAX_CLAIMS} claims already: take one away first`);
    claims.store(new ClaimAction(last + 1, code, name), self);
}

// The rule by which emitters choose blocks, and whether all members propose or one does while others stand by; from the
// next window on, so that no window has two rules.
export function setStrategy(self: Name, strategy: string, mode: Name): void {
    requireStrategy(strategy, mode);
    const table = new Single<Strategy>(self);
    const row = table.get();
    const window = currentWindow();
    if (row.from_window <= window) {
        row.previous_strategy = row.strategy;
        row.previous_mode = row.mode;
    }
    row.strategy = strategy;
    row.mode = mode;
    row.from_window = window + 1;
    table.set(row, self);
}

export function requireStrategy(strategy: string, mode: Name): void {
    requireLabel("strategy", strategy);
    if (mode.N != Name.fromString("propose").N && mode.N != Name.fromString("standby").N) fail(`mode ${mode} is unknown: propose and standby are known`);
}
