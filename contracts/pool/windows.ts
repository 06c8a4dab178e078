import { Name, Checksum256, Encoder, TableStore, SAME_PAYER, Utils, check, isAccount, sha256 } from "proton-tsc";
import { Config, Oracle, OpenWindow, Report, Seat, Window } from "./tables";
import { addCount } from "./math";
import { saveConfig } from "./books";
import { now, requireOver, secondsLeft } from "./time";

const MAX_ORACLES: i32 = 21;
const MAX_OPEN_REPORTS: u32 = 500;
const MAX_BITMAP: i32 = 13;
const MAX_METRICS: i32 = 16384;
const MAX_LABEL: i32 = 32;
const PRUNED_BY_SETTLING: u32 = 2;

export function setOracle(self: Name, account: Name, active: bool): void {
    const oracles = new TableStore<Oracle>(self);
    const known = oracles.get(account.N);
    if (active) {
        check(isAccount(account), `${account} is no account on this chain`);
        check(known == null || !known!.active, `${account} is an oracle already`);
        if (known != null) {
            known.active = true;
            oracles.update(known, self);
            return;
        }
        check(countOracles(self, false) < MAX_ORACLES, `there are ${MAX_ORACLES} oracles already: stop one first`);
        oracles.store(new Oracle(account), self);
        return;
    }
    check(known != null && known!.active, `${account} is not an oracle`);
    dropOracle(oracles, known!);
}

// its row stays while reports of it lie in open windows; they count no more
function dropOracle(oracles: TableStore<Oracle>, oracle: Oracle): void {
    if (oracle.open == 0) {
        oracles.remove(oracle);
        return;
    }
    oracle.active = false;
    oracles.update(oracle, SAME_PAYER);
}

function countOracles(self: Name, activeOnly: bool): i32 {
    const oracles = new TableStore<Oracle>(self);
    let count: i32 = 0;
    let oracle = oracles.first();
    while (oracle != null) {
        if (oracle.active || !activeOnly) count += 1;
        oracle = oracles.next(oracle);
    }
    return count;
}

function isEligible(bitmap: u8[], index: i32): bool {
    return ((bitmap[index >> 3] >> <u8>(index & 7)) & 1) == 1;
}

function requireBitmap(self: Name, window: u64, bitmap: u8[]): void {
    check(bitmap.length <= MAX_BITMAP, `the bitmap has ${bitmap.length} bytes: at most ${MAX_BITMAP} are needed`);
    check(bitmap.length == 0 || bitmap[bitmap.length - 1] != 0, "the bitmap ends with an empty byte: leave trailing zero bytes out");
    const seats = new TableStore<Seat>(self);
    for (let i = 0; i < bitmap.length * 8; i++) {
        if (!isEligible(bitmap, i)) continue;
        const seat = seats.get(<u64>i);
        if (seat == null || seat!.since > window || (seat!.until != 0 && seat!.until < window)) {
            check(false, `bit ${i} of the bitmap names no member of window ${window}`);
        }
    }
}

function reportHash(window: u64, eligible: u8[], metricsHash: Checksum256, logRoot: Checksum256, strategy: string, version: string): Checksum256 {
    const enc = new Encoder(8 + 5 + eligible.length + 32 + 32 + Utils.calcPackedStringLength(strategy) + Utils.calcPackedStringLength(version));
    enc.packNumber<u64>(window);
    enc.packNumberArray<u8>(eligible);
    enc.packBytes(metricsHash.data);
    enc.packBytes(logRoot.data);
    enc.packString(strategy);
    enc.packString(version);
    return sha256(enc.getBytes());
}

function requireLabel(what: string, text: string): void {
    const bytes = Utils.stringToU8Array(text).length;
    check(bytes > 0 && bytes <= MAX_LABEL, `the ${what} has ${bytes} bytes: 1 to ${MAX_LABEL} are allowed`);
}

export function report(self: Name, config: Config, account: Name, window: u64, eligible: u8[], metrics: u8[], metricsHash: Checksum256, logRoot: Checksum256, strategy: string, version: string): void {
    const oracles = new TableStore<Oracle>(self);
    const oracle = oracles.get(account.N);
    check(oracle != null && oracle!.active, `${account} is not an oracle of this pool`);
    if (window <= config.closing_through) check(false, `window ${window} belongs to an epoch that is over: report windows after ${config.closing_through}`);
    requireOver(window);
    requireLabel("strategy", strategy);
    requireLabel("version", version);
    check(metrics.length <= MAX_METRICS, `the metrics have ${metrics.length} bytes: at most ${MAX_METRICS} are allowed`);
    const real = sha256(metrics);
    if (real != metricsHash) check(false, `the metrics have hash ${real}, but the report says ${metricsHash}`);
    const hash = reportHash(window, eligible, metricsHash, logRoot, strategy, version);
    const settled = new TableStore<Window>(self).get(window);
    if (settled != null) check(false, `window ${window} is settled with report ${settled.hash}, this report is ${hash}`);
    requireBitmap(self, window, eligible);
    file(self, oracle!, window, new Report(account, hash, metricsHash, logRoot, now()));
    const equal = countEqual(self, window, hash);
    if (equal * 2 <= countOracles(self, true)) return;
    settle(self, config, new Window(window, config.epoch, now(), <u16>equal, hash, metricsHash, logRoot, eligible, strategy, version));
}

// one live report per oracle and window, at the oracle's cost; a new one replaces it
function file(self: Name, oracle: Oracle, window: u64, row: Report): void {
    const reports = new TableStore<Report>(self, new Name(window));
    if (reports.exists(oracle.account.N)) {
        reports.update(row, oracle.account);
        return;
    }
    if (oracle.open >= MAX_OPEN_REPORTS) check(false, `${oracle.account} has ${oracle.open} reports that wait for others: let these settle first`);
    reports.store(row, oracle.account);
    oracle.open = addCount(oracle.open, 1);
    new TableStore<Oracle>(self).update(oracle, SAME_PAYER);
    const open = new TableStore<OpenWindow>(self);
    if (!open.exists(window)) open.store(new OpenWindow(window, now()), oracle.account);
}

function countEqual(self: Name, window: u64, hash: Checksum256): i32 {
    const oracles = new TableStore<Oracle>(self);
    const reports = new TableStore<Report>(self, new Name(window));
    let equal: i32 = 0;
    let oracle = oracles.first();
    while (oracle != null) {
        if (oracle.active) {
            const row = reports.get(oracle.account.N);
            if (row != null && row!.hash == hash) equal += 1;
        }
        oracle = oracles.next(oracle);
    }
    return equal;
}

function settle(self: Name, config: Config, window: Window): void {
    const seats = new TableStore<Seat>(self);
    for (let i = 0; i < window.eligible.length * 8; i++) {
        if (!isEligible(window.eligible, i)) continue;
        const seat = seats.requireGet(<u64>i, "a seat went while its window was open: this is a fault of the contract");
        seat.shares = addCount(seat.shares, 1);
        seats.update(seat, SAME_PAYER);
    }
    eraseOpen(self, window.window);
    new TableStore<Window>(self).store(window, self);
    if (window.window > config.last_window) config.last_window = window.window;
    config.settled_at = now();
    saveConfig(self, config);
    pruneWindows(self, config, PRUNED_BY_SETTLING);
}

function eraseOpen(self: Name, window: u64): void {
    const oracles = new TableStore<Oracle>(self);
    const reports = new TableStore<Report>(self, new Name(window));
    let row = reports.first();
    while (row != null) {
        const following = reports.next(row);
        const oracle = oracles.requireGet(row.oracle.N, "a report has no oracle: this is a fault of the contract");
        oracle.open -= 1;
        if (oracle.active) oracles.update(oracle, SAME_PAYER);
        else dropOracle(oracles, oracle);
        reports.remove(row);
        row = following;
    }
    const open = new TableStore<OpenWindow>(self);
    const opened = open.get(window);
    if (opened != null) open.remove(opened);
}

// Open windows behind the newest settled one would be lost by a cut: they hold it up for the time to dispute.
export function requireNoneOpen(self: Name, config: Config): void {
    const open = new TableStore<OpenWindow>(self);
    let row = open.upperBound(config.closing_through);
    while (row != null && row!.window < config.last_window) {
        const left = secondsLeft(row.opened, config.dispute_seconds);
        if (left > 0) check(false, `window ${row.window} is reported and not settled: settle it, or wait ${left} seconds`);
        row = open.next(row);
    }
}

// erases rows of closed epochs, oldest first; returns how many
export function pruneWindows(self: Name, config: Config, max: u32): u32 {
    const windows = new TableStore<Window>(self);
    let pruned: u32 = 0;
    let window = windows.first();
    while (window != null && pruned < max) {
        if (window.window > config.closed_through) break;
        windows.remove(window);
        pruned += 1;
        window = windows.first();
    }
    const open = new TableStore<OpenWindow>(self);
    let row = open.first();
    while (row != null && pruned < max) {
        if (row.window > config.closed_through) break;
        eraseOpen(self, row.window);
        pruned += 1;
        row = open.first();
    }
    return pruned;
}
