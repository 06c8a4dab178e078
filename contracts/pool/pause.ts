import { Name, EMPTY_NAME, TimePointSec } from "proton-tsc";
import { Config } from "./setup.tables";
import { fail } from "./fail";
import { loadState, requireNotDissolved, saveConfig, saveState } from "./setup";
import { findSeat, isAlone, mayVote, requireVoter } from "./seats";
import { now, nowPlus, secondsLeft, secondsUntil } from "./time";

// What two members can do at once: stop a role holder, pause the pool.

const SECOND_SECONDS: u64 = 7 * 24 * 3600; // for the second member to join in
const REST: u64 = 3; // a pause is followed by at least three times its length without one

// Whether this member is the second one; where only one member can vote, the first is enough.
export function isSecond(self: Name, member: Name, first: Name, asked: TimePointSec): bool {
    if (isAlone(self)) return true;
    if (first == EMPTY_NAME || secondsLeft(asked, SECOND_SECONDS) == 0) return false;
    if (first == member) fail(`${member} has asked for this already: another member has to do so too`);
    const seat = findSeat(self, first);
    return seat != null && mayVote(seat);
}

// Stops reports, admissions, executions and spending. Claims, leaving, votes and the removal of keys go on.
export function pause(self: Name, config: Config, member: Name): void {
    requireNotDissolved(config);
    requireVoter(self, member);
    const until = secondsUntil(config.paused_until);
    if (until > 0) fail(`the pool is paused already, for ${until} more seconds`);
    const rest = config.paused_until.utcSeconds == 0 ? <u64>0 : secondsLeft(config.paused_until, <u64>config.pausetime * REST);
    if (rest > 0) fail(`the pool was paused lately: it can be paused again in ${rest} seconds`);
    const state = loadState(self);
    if (!isSecond(self, member, state.pauser, state.pauser_at)) {
        state.pauser = member;
        state.pauser_at = now();
        saveState(self, state);
        return;
    }
    state.pauser = EMPTY_NAME;
    saveState(self, state);
    config.paused_at = now();
    config.paused_until = nowPlus(config.pausetime);
    saveConfig(self, config);
}

// after a vote
export function endPause(self: Name, config: Config): void {
    if (secondsUntil(config.paused_until) == 0) fail("the pool is not paused: there is nothing to end");
    config.paused_until = now();
    saveConfig(self, config);
}
