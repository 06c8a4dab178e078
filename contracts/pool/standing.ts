import { Name, EMPTY_NAME, Checksum256, TimePointSec } from "proton-tsc";
import { Config, Terms } from "./setup.tables";
import { Member, ACTIVE, NOTICE, SUSPENDED, LEFT, EXPELLED } from "./member.tables";
import { fail } from "./fail";
import { loadState, requireOpen, saveConfig } from "./setup";
import { loadMember, loadSeat, remove, saveMember, saveSeat } from "./roster";
import { countVoting, requireNotLast, requireVoter } from "./seats";
import { refreshOwner, refreshSigning } from "./signing";
import { currentWindow, now, nowPlus, secondsUntil } from "./time";
import { Rows } from "./rows";

// Taking members out of service and back, by vote, by ruling, by time.

const CHALLENGE_RESTS: u64 = 4;
const MAX_SUSPENSION: u64 = 90 * 24 * 3600;

export function requireMember(self: Name, account: Name): Member {
    const member = loadMember(self, account);
    if (member.status != ACTIVE && member.status != NOTICE && member.status != SUSPENDED) fail(`${account} has status ${member.status} and is no member of the pool`);
    return member;
}

export function suspendByVote(self: Name, config: Config, account: Name, seconds: u64, electors: u16): void {
    requireThree(self);
    requireSeveral(account, electors);
    suspend(self, config, account, seconds);
}

export function suspend(self: Name, config: Config, account: Name, seconds: u64): void {
    const member = requireMember(self, account);
    requireNotLast(self, account);
    const seat = loadSeat(self, account);
    if (seat.until == 0) seat.until = currentWindow();
    seat.voting = false;
    seat.signing = false;
    saveSeat(self, seat);
    if (member.status == NOTICE) member.leaving = true;
    member.status = SUSPENDED;
    member.until = nowPlus(seconds);
    member.respond_by = new TimePointSec();
    saveMember(self, member);
    refreshSigning(self, config);
    refreshOwner(self, config);
}

// Brings a suspended member back when its time is over and it has agreed to the terms; anyone may call it.
export function resume(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.status != SUSPENDED) fail(`${account} is not suspended`);
    const left = secondsUntil(member.until);
    if (left > 0) fail(`${account} is suspended for ${left} more seconds`);
    if (member.terms != config.terms_version) fail(`${account} agreed to version ${member.terms} of the terms: it has to agree to version ${config.terms_version} first`);
    reinstate(self, config, member);
}

// Who had given notice before its suspension has left by now.
function reinstate(self: Name, config: Config, member: Member): void {
    if (member.leaving) {
        remove(self, config, member, LEFT);
        return;
    }
    member.status = ACTIVE;
    saveMember(self, member);
    const seat = loadSeat(self, member.account);
    seat.until = 0;
    seat.voting = true;
    seat.signing = !member.keyless;
    seat.votes_from = loadState(self).next_proposal;
    saveSeat(self, seat);
    if (seat.signing) refreshSigning(self, config);
    refreshOwner(self, config);
}

// One of two could otherwise put the other out.
export function requireThree(self: Name): void {
    if (countVoting(self, 3) < 3) fail("the pool has fewer than 3 members with a vote: none can be expelled or suspended by vote");
}

// A suspension without end would be an expulsion with fewer votes.
export function requireSuspension(seconds: u64): void {
    if (seconds > MAX_SUSPENSION) fail(`a suspension of ${seconds} seconds is too long: at most ${MAX_SUSPENSION} are allowed`);
}

export function expel(self: Name, config: Config, account: Name): void {
    const member = requireMember(self, account);
    requireThree(self);
    requireNotLast(self, account);
    remove(self, config, member, EXPELLED);
}

export function expelByVote(self: Name, config: Config, account: Name, electors: u16): void {
    requireSeveral(account, electors);
    expel(self, config, account);
}

// Members on probation make the pool one of three, but have no vote: the other of two would be the only elector.
function requireSeveral(account: Name, electors: u16): void {
    if (electors < 2) fail(`the vote on ${account} had ${electors} electors, 2 are needed: one alone puts nobody out`);
}

export function challenge(self: Name, config: Config, challenger: Name, account: Name): void {
    requireOpen(config);
    requireVoter(self, challenger);
    const member = loadMember(self, account);
    if (challenger == account) fail(`${account} cannot challenge itself`);
    if (member.status != ACTIVE && member.status != NOTICE) fail(`${account} is not an active member: only those can be challenged`);
    if (member.respond_by.utcSeconds != 0) fail(`${account} is challenged already: it has ${secondsUntil(member.respond_by)} seconds to respond`);
    const rest = secondsUntil(member.challenge_rest);
    if (rest > 0) fail(`${account} responded to a challenge lately: it can be challenged again in ${rest} seconds`);
    member.respond_by = nowPlus(config.challenge);
    saveMember(self, member);
}

export function respond(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.respond_by.utcSeconds == 0) fail(`${account} is not challenged`);
    member.respond_by = new TimePointSec();
    member.challenge_rest = nowPlus(<u64>config.challenge * CHALLENGE_RESTS);
    saveMember(self, member);
}

// Ends the membership of who did not respond to a challenge in time; anyone may call it.
export function oust(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.respond_by.utcSeconds == 0) fail(`${account} is not challenged`);
    const left = secondsUntil(member.respond_by);
    if (left > 0) fail(`${account} has ${left} more seconds to respond`);
    requireNotLast(self, account);
    remove(self, config, member, LEFT);
}

// A new constitution: who has agreed to an older one has the grace time to agree to this.
export function enactTerms(self: Name, config: Config, hash: Checksum256): void {
    requireOpen(config);
    if (hash == config.terms) fail(`terms ${hash} are in force already: name another hash`);
    config.terms = hash;
    config.terms_version += 1;
    config.terms_grace = nowPlus(config.grace);
    saveConfig(self, config);
    new Rows<Terms>(self).store(new Terms(config.terms_version, hash, now(), config.terms_grace), self);
}

export function agree(self: Name, config: Config, account: Name, terms: Checksum256): void {
    const member = loadMember(self, account);
    if (member.status == LEFT || member.status == EXPELLED) fail(`${account} is no member any more: it agrees when it joins again`);
    if (terms != config.terms) fail(`terms ${terms} are not the pool's: agree to ${config.terms}`);
    if (member.terms == config.terms_version) fail(`${account} has agreed to version ${member.terms} already`);
    member.terms = config.terms_version;
    saveMember(self, member);
    if (member.status == SUSPENDED && secondsUntil(member.until) == 0) reinstate(self, config, member);
}

// Suspends who has not agreed to the terms within the grace time, until it does; anyone may call it.
export function lapse(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.status != ACTIVE && member.status != NOTICE) fail(`${account} is not an active member: only those can lapse`);
    if (member.terms == config.terms_version) fail(`${account} has agreed to version ${member.terms}, the newest`);
    const left = secondsUntil(config.terms_grace);
    if (left > 0) fail(`${account} has ${left} more seconds to agree to version ${config.terms_version} of the terms`);
    suspend(self, config, account, 0);
}
