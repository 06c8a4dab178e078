import { Name, Checksum256, SAME_PAYER } from "proton-tsc";
import { Config, State, DISSOLVING } from "./setup.tables";
import { Proposal } from "./vote.tables";
import { Dispute, Window } from "./window.tables";
import { fail } from "./fail";
import { loadState, saveState } from "./setup";
import { deadlineLeft, eraseOpen, requirePlausible, settle } from "./windows";
import { move, requireBitmap } from "./shares";
import { now, requireOver, secondsLeft } from "./time";
import { Rows } from "./rows";

// What members decide about a window of an epoch that is not closed: settle it, settle it otherwise, make it void.

const DAY: u64 = 24 * 3600;

// The part of a verdict that the proposal is checked for and the execution again.
function requireOpenEpoch(state: State, window: u64): void {
    if (window <= state.closed_through) fail(`window ${window} belongs to a closed epoch: windows after ${state.closed_through} can be decided`);
}

// Seconds until the last windows of a pool whose producer is unregistered for good can neither be reported nor disputed.
export function lastWindowsLeft(config: Config, state: State): u64 {
    const start = state.dissolving_at.utcSeconds < config.paused_until.utcSeconds ? config.paused_until : state.dissolving_at;
    return secondsLeft(start, <u64>config.deadline + <u64>config.dispute + DAY);
}

// Files the dispute that keeps the window's epoch from being closed while the members vote.
export function dispute(self: Name, config: Config, proposal: Proposal, bitmap: u8[] | null): void {
    const window = proposal.value;
    const state = loadState(self);
    requireOver(window);
    requireOpenEpoch(state, window);
    if (config.phase == DISSOLVING && !config.registered && lastWindowsLeft(config, state) == 0) fail("the time to dispute windows is over: the pool is being dissolved");
    const decided = new Rows<Window>(self).get(window);
    if (decided != null && decided.voided) fail(`window ${window} is void and stays so`);
    if (decided == null) {
        requirePlausible(self, config, state, window);
        const left = deadlineLeft(config, window);
        if (left > 0) fail(`window ${window} can be reported for ${left} more seconds: members decide after that`);
    }
    if (window <= state.closing_through && secondsLeft(state.closing_settled_at, config.dispute) == 0) {
        fail(`the time to dispute window ${window} is over: its epoch can be closed`);
    }
    if (bitmap != null) requireBitmap(self, window, bitmap);
    const disputes = new Rows<Dispute>(self);
    const known = disputes.get(window);
    if (known != null) fail(`window ${window} is disputed already, by proposal ${known.proposal}`);
    disputes.store(new Dispute(window, proposal.id), proposal.proposer);
}

// A window in dispute keeps its epoch open.
export function requireUndisputed(self: Name, through: u64): void {
    const first = new Rows<Dispute>(self).first();
    if (first == null || first.window > through) return;
    fail(`window ${first.window} is disputed by proposal ${first.proposal}: that has to end first`);
}

export function settleByVote(self: Name, config: Config, window: u64, bitmap: u8[], metricsHash: Checksum256): void {
    const state = loadState(self);
    requireOpenEpoch(state, window);
    requireBitmap(self, window, bitmap);
    const windows = new Rows<Window>(self);
    const decided = windows.get(window);
    if (decided == null) {
        requirePlausible(self, config, state, window);
        const row = new Window(window, state.epoch, false, now(), 0, new Checksum256(), metricsHash, new Checksum256(), bitmap, "", "");
        if (window > state.closing_through) {
            settle(self, config, state, row);
            return;
        }
        row.epoch = state.epoch - 1;
        eraseOpen(self, window);
        windows.store(row, self);
        move(self, bitmap, true, true);
        return;
    }
    if (decided.voided) fail(`window ${window} is void and stays so`);
    const closing = window <= state.closing_through;
    move(self, decided.eligible, closing, false);
    move(self, bitmap, closing, true);
    decided.reports = 0;
    decided.settled = now();
    decided.metrics_hash = metricsHash;
    decided.eligible = bitmap;
    windows.update(decided, self);
}

export function voidWindow(self: Name, config: Config, window: u64): void {
    const state = loadState(self);
    requireOpenEpoch(state, window);
    const windows = new Rows<Window>(self);
    const decided = windows.get(window);
    if (decided == null) {
        eraseOpen(self, window);
        const epoch = window <= state.closing_through ? state.epoch - 1 : state.epoch;
        windows.store(new Window(window, epoch, true, now()), self);
        return;
    }
    if (decided.voided) fail(`window ${window} is void and stays so`);
    move(self, decided.eligible, window <= state.closing_through, false);
    decided.voided = true;
    decided.settled = now();
    windows.update(decided, self);
}
