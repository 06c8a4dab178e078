import { Name, Checksum256, Encoder, SAME_PAYER, Utils, sha256 } from "proton-tsc";
import { Config, State } from "./setup.tables";
import { Oracle } from "./vote.tables";
import { OpenWindow, Report, Window } from "./window.tables";
import { fail } from "./fail";
import { addCount, takeCount } from "./math";
import { loadState, requireNotDissolved, saveState } from "./setup";
import { countOracles, dropOracle } from "./oracles";
import { requireOracle } from "./roles";
import { move, requireBitmap } from "./shares";
import { requireLabel } from "./words";
import { now, requireOver, secondsLeft, windowEnd } from "./time";
import { Rows } from "./rows";

const MAX_OPEN_REPORTS: u32 = 500;
const MAX_METRICS: i32 = 16384;
const PRUNED_BY_SETTLING: u32 = 2;

// How long after its end a window can still be decided: its deadline, and twice the time of a vote to settle it.
export function holdSeconds(config: Config): u64 {
    return <u64>config.deadline + 2 * (<u64>config.votetime + <u64>config.locktime);
}

// A pause stops the clock: what it kept from being reported has the whole time again afterwards.
export function deadlineLeft(config: Config, window: u64): u64 {
    const end = windowEnd(window);
    const isKept = end.utcSeconds < config.paused_until.utcSeconds
        && <u64>end.utcSeconds + <u64>config.deadline > <u64>config.paused_at.utcSeconds;
    return secondsLeft(isKept ? config.paused_until : end, config.deadline);
}

// What makes any verdict on a window impossible, whoever gives it.
export function requirePlausible(self: Name, config: Config, state: State, window: u64): void {
    if (state.first_window == 0) fail("the producer was never registered: no window can be reported");
    if (window < state.first_window) fail(`window ${window} was before the producer was registered: windows from ${state.first_window} on are reported`);
    requireOver(window);
    const windows = new Rows<Window>(self);
    const gap = <u64>config.mingap;
    let near = windows.lowerBound(window < gap ? 0 : window + 1 - gap);
    while (near != null && near.window < window + gap) {
        if (!near.voided && near.window != window) requireApart(config, window, near.window);
        near = windows.next(near);
    }
}

function requireApart(config: Config, window: u64, other: u64): void {
    const apart = other > window ? other - window : window - other;
    fail(`window ${window} is ${apart} windows from settled window ${other}: the pool's windows are at least ${config.mingap} apart`);
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

// More than half of the oracles with equal reports settle the window.
export function report(self: Name, config: Config, account: Name, window: u64, eligible: u8[], metrics: u8[], metricsHash: Checksum256, logRoot: Checksum256, strategy: string, version: string): void {
    const oracle = requireOracle(self, account);
    requireNotDissolved(config);
    const state = loadState(self);
    if (window <= state.closing_through) fail(`window ${window} belongs to an epoch that is over: report windows after ${state.closing_through}`);
    requireLabel("strategy", strategy);
    requireLabel("version", version);
    if (metrics.length > MAX_METRICS) fail(`the metrics have ${metrics.length} bytes: at most ${MAX_METRICS} are allowed`);
    const real = sha256(metrics);
    if (real != metricsHash) fail(`the metrics have hash ${real}, but the report says ${metricsHash}`);
    const hash = reportHash(window, eligible, metricsHash, logRoot, strategy, version);
    requireUndecided(self, window, hash);
    requirePlausible(self, config, state, window);
    if (deadlineLeft(config, window) == 0) fail(`window ${window} could be reported until ${config.deadline} seconds after its end: members settle it with propsettle or propvoid`);
    requireBitmap(self, window, eligible);
    file(self, oracle, window, new Report(account, hash, metricsHash, logRoot, now()));
    const equal = countEqual(self, window, hash);
    if (equal * 2 <= countOracles(self, true)) return;
    settle(self, config, state, new Window(window, state.epoch, false, now(), <u16>equal, hash, metricsHash, logRoot, eligible, strategy, version));
}

function requireUndecided(self: Name, window: u64, hash: Checksum256): void {
    const decided = new Rows<Window>(self).get(window);
    if (decided == null) return;
    if (decided.voided) fail(`window ${window} was made void by the members`);
    if (decided.reports == 0) fail(`window ${window} was settled by the members, this report is ${hash}`);
    fail(`window ${window} is settled with report ${decided.hash}, this report is ${hash}`);
}

// one live report per oracle and window, at the oracle's cost; a new one replaces it
function file(self: Name, oracle: Oracle, window: u64, row: Report): void {
    const reports = new Rows<Report>(self, new Name(window));
    if (reports.exists(oracle.account.N)) {
        reports.update(row, oracle.account);
        return;
    }
    if (oracle.open >= MAX_OPEN_REPORTS) fail(`${oracle.account} has ${oracle.open} reports that wait for others: let these settle first`);
    reports.store(row, oracle.account);
    oracle.open = addCount(oracle.open, 1);
    new Rows<Oracle>(self).update(oracle, SAME_PAYER);
    const open = new Rows<OpenWindow>(self);
    if (!open.exists(window)) open.store(new OpenWindow(window, now()), oracle.account);
}

function countEqual(self: Name, window: u64, hash: Checksum256): i32 {
    const oracles = new Rows<Oracle>(self);
    const reports = new Rows<Report>(self, new Name(window));
    let equal: i32 = 0;
    let row = reports.first();
    while (row != null) {
        if (row.hash == hash) {
            const oracle = oracles.get(row.oracle.N);
            if (oracle != null && oracle.active) equal += 1;
        }
        row = reports.next(row);
    }
    return equal;
}

// Gives the shares of a window of the running epoch.
export function settle(self: Name, config: Config, state: State, window: Window): void {
    move(self, window.eligible, false, true);
    eraseOpen(self, window.window);
    new Rows<Window>(self).store(window, self);
    if (window.window > state.last_window) state.last_window = window.window;
    state.settled_at = now();
    saveState(self, state);
    pruneWindows(self, state, PRUNED_BY_SETTLING);
}

export function eraseOpen(self: Name, window: u64): void {
    const open = new Rows<OpenWindow>(self);
    const opened = open.get(window);
    if (opened == null) return;
    open.remove(opened);
    const oracles = new Rows<Oracle>(self);
    const reports = new Rows<Report>(self, new Name(window));
    let row = reports.first();
    while (row != null) {
        const oracle = oracles.requireGet(row.oracle.N, "a report has no oracle: this is a fault of the contract");
        oracle.open = takeCount(oracle.open, 1);
        if (oracle.active) oracles.update(oracle, SAME_PAYER);
        else dropOracle(oracles, oracle);
        reports.remove(row);
        row = reports.first();
    }
}

// Open windows behind the newest settled one would be lost by a cut: they hold it up while they can still be decided.
export function requireNoneOpen(self: Name, config: Config, state: State): void {
    const open = new Rows<OpenWindow>(self);
    let row = open.upperBound(state.closing_through);
    while (row != null && row.window < state.last_window) {
        const left = secondsLeft(windowEnd(row.window), holdSeconds(config));
        if (left > 0 && hasActiveReport(self, row.window)) fail(`window ${row.window} is reported and not settled: settle it or make it void, or wait ${left} seconds`);
        row = open.next(row);
    }
}

// What only stopped oracles reported holds nothing up.
function hasActiveReport(self: Name, window: u64): bool {
    const oracles = new Rows<Oracle>(self);
    const reports = new Rows<Report>(self, new Name(window));
    let row = reports.first();
    while (row != null) {
        const oracle = oracles.get(row.oracle.N);
        if (oracle != null && oracle.active) return true;
        row = reports.next(row);
    }
    return false;
}

// erases rows of closed epochs, oldest first; returns how many
export function pruneWindows(self: Name, state: State, max: u32): u32 {
    const windows = new Rows<Window>(self);
    let pruned: u32 = 0;
    let window = windows.first();
    while (window != null && pruned < max) {
        if (window.window > state.closed_through) break;
        windows.remove(window);
        pruned += 1;
        window = windows.first();
    }
    const open = new Rows<OpenWindow>(self);
    let row = open.first();
    while (row != null && pruned < max) {
        if (row.window > state.closed_through) break;
        eraseOpen(self, row.window);
        pruned += 1;
        row = open.first();
    }
    return pruned;
}
