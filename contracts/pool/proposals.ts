import { Name, EMPTY_NAME, Asset, Checksum256, Encoder, Utils, SAME_PAYER, sha256 } from "proton-tsc";
import { Config, FOUNDING } from "./setup.tables";
import { Member, Seat } from "./member.tables";
import { Proposal, Vote, VOTING, PASSED, EXECUTED, REJECTED, EXPIRED, CANCELLED } from "./vote.tables";
import { Dispute } from "./window.tables";
import { CORE } from "./pay.tables";
import { fail } from "./fail";
import { loadState, requireNotDissolved, saveState } from "./setup";
import { loadBooks } from "./books";
import { count, eraseVotes, needed, requireElector } from "./ballot";
import { findSeat, requireVoter } from "./seats";
import { appealEnded } from "./cases";
import { execute as perform } from "./execute";
import { noKey } from "./keys";
import { requireText } from "./words";
import { now, nowPlus, secondsUntil } from "./time";
import { Rows } from "./rows";

// One life for every kind: proposed → voted on → passed or rejected → (lock time) → executed or expired.

const MAX_OPEN: u8 = 5;
const EXECUTE_SECONDS: u64 = 7 * 24 * 3600; // to execute what has passed
const KEEP_SECONDS: u64 = 7 * 24 * 3600; // a finished proposal is kept to be read

// A proposal with nothing in it yet; the amount is in core tokens, so that every row can be shown.
export function draft(self: Name, kind: Name, proposer: Name, text: string): Proposal {
    const proposal = new Proposal();
    proposal.kind = kind;
    proposal.proposer = proposer;
    proposal.amount = new Asset(0, loadBooks(self, CORE).symbol);
    proposal.key = noKey();
    proposal.text = text;
    return proposal;
}

// a member's proposal; returns its id
export function propose(self: Name, config: Config, proposal: Proposal): u64 {
    // The first founder would be the only one to vote, on something that is executed after the hand-over.
    if (config.phase == FOUNDING) fail("proposals begin with the hand-over: until then the founders only join");
    requireVoter(self, proposal.proposer);
    return file(self, config, proposal);
}

export function file(self: Name, config: Config, proposal: Proposal): u64 {
    requireNotDissolved(config);
    requireText("text", proposal.text);
    requireText("detail", proposal.detail);
    proposal.counted = countOpen(self, proposal.proposer, true);
    const state = loadState(self);
    proposal.id = state.next_proposal;
    state.next_proposal += 1;
    saveState(self, state);
    proposal.created = now();
    proposal.ends = nowPlus(config.votetime);
    proposal.hash = payloadHash(proposal);
    new Rows<Proposal>(self).store(proposal, proposal.proposer);
    return proposal.id;
}

// What a vote means: the same id may be another proposal after a fork, the same hash cannot.
function payloadHash(p: Proposal): Checksum256 {
    const enc = new Encoder(8 * 6 + 16 + 34 + 32 + 5 + p.data.length + Utils.calcPackedStringLength(p.detail) + Utils.calcPackedStringLength(p.text));
    enc.packName(p.kind);
    enc.packName(p.subject);
    enc.packName(p.target);
    enc.packName(p.token);
    enc.packNumber<u64>(p.value);
    enc.packNumber<u64>(p.option);
    enc.pack(p.amount);
    enc.packBytes(p.key.pack());
    enc.packBytes(p.digest.data);
    enc.packNumberArray<u8>(p.data);
    enc.packString(p.detail);
    enc.packString(p.text);
    return sha256(enc.getBytes());
}

// Returns whether the proposer is a member, whose proposals are counted.
function countOpen(self: Name, proposer: Name, more: bool): bool {
    const members = new Rows<Member>(self);
    const member = members.get(proposer.N);
    if (member == null) return false;
    if (more) {
        if (member.proposals >= MAX_OPEN) fail(`${proposer} has ${member.proposals} proposals that are not finished: ${MAX_OPEN} are the most`);
        member.proposals += 1;
    } else if (member.proposals > 0) {
        member.proposals -= 1;
    }
    members.update(member, SAME_PAYER);
    return true;
}

export function loadProposal(self: Name, id: u64): Proposal {
    const proposal = new Rows<Proposal>(self).get(id);
    if (proposal == null) fail(`there is no proposal ${id}`);
    return proposal!;
}

function saveProposal(self: Name, proposal: Proposal): void {
    new Rows<Proposal>(self).update(proposal, SAME_PAYER);
}

export function vote(self: Name, voter: Name, id: u64, hash: Checksum256, yes: bool): void {
    const proposal = loadProposal(self, id);
    if (proposal.status != VOTING || secondsUntil(proposal.ends) == 0) fail(`the vote on proposal ${id} is over: call tally`);
    if (hash != proposal.hash) fail(`proposal ${id} has hash ${proposal.hash}, the vote is for ${hash}: read the proposal again`);
    requireElector(self, voter, proposal);
    const votes = new Rows<Vote>(self, new Name(id));
    const row = new Vote(voter, yes);
    if (votes.exists(voter.N)) votes.update(row, SAME_PAYER);
    else votes.store(row, voter);
}

// An empty name ends the proxy. It counts where the member does not vote itself.
export function setProxy(self: Name, account: Name, proxy: Name): void {
    const seats = new Rows<Seat>(self);
    const seat = seats.get(account.N);
    if (seat == null) fail(`${account} is not a member: it would have to join and be admitted first`);
    if (proxy == account) fail(`${account} cannot be its own proxy: name another member, or nobody`);
    if (proxy != EMPTY_NAME) {
        const other = findSeat(self, proxy);
        if (other == null) fail(`proxy ${proxy} is not a member`);
        if (other!.proxy != EMPTY_NAME) fail(`proxy ${proxy} has itself a proxy: name ${other!.proxy}`);
    }
    seat!.proxy = proxy;
    seats.update(seat!, SAME_PAYER);
}

// Counts when the time to vote is over; anyone may call it.
export function tally(self: Name, config: Config, id: u64): void {
    const proposal = loadProposal(self, id);
    if (proposal.status != VOTING) fail(`proposal ${id} is counted already: ${proposal.yes} of ${proposal.electors} said yes`);
    const left = secondsUntil(proposal.ends);
    if (left > 0) fail(`the vote on proposal ${id} goes on for ${left} more seconds`);
    count(self, proposal);
    eraseVotes(self, id);
    if (proposal.yes < needed(proposal.electors, proposal.two_thirds)) {
        finish(self, proposal, REJECTED);
        return;
    }
    proposal.status = PASSED;
    proposal.unlock = nowPlus(config.locktime);
    saveProposal(self, proposal);
}

// Does what was voted for; anyone may call it.
export function execute(self: Name, config: Config, id: u64): void {
    requireNotDissolved(config);
    const proposal = loadProposal(self, id);
    requirePassed(proposal);
    const left = secondsUntil(proposal.unlock);
    if (left > 0) fail(`proposal ${id} is locked for ${left} more seconds`);
    if (executionLeft(proposal) == 0) fail(`proposal ${id} was not executed in time: call expire`);
    if (config.paused_until.utcSeconds != 0 && secondsUntil(config.paused_until) > 0 && proposal.kind.N != Name.fromString("unpause").N) {
        fail(`the pool is paused for ${secondsUntil(config.paused_until)} more seconds: wait, or end it with propunpause`);
    }
    finish(self, proposal, EXECUTED);
    perform(self, config, proposal);
}

function requirePassed(proposal: Proposal): void {
    if (proposal.status == VOTING) fail(`proposal ${proposal.id} is not counted: call tally after the vote`);
    if (proposal.status != PASSED) fail(`proposal ${proposal.id} is finished with status ${proposal.status}: propose it again`);
}

function executionLeft(proposal: Proposal): u64 {
    const end = <u64>proposal.unlock.utcSeconds + EXECUTE_SECONDS;
    const at = <u64>now().utcSeconds;
    return at >= end ? 0 : end - at;
}

// Ends what passed and was not executed in time, and erases what ended long ago; anyone may call it.
export function expire(self: Name, id: u64): void {
    const proposal = loadProposal(self, id);
    if (proposal.status == VOTING) fail(`proposal ${id} is not counted: call tally after the vote`);
    if (proposal.status == PASSED) {
        const left = executionLeft(proposal);
        if (left > 0) fail(`proposal ${id} has passed and can be executed for ${left} more seconds`);
        finish(self, proposal, EXPIRED);
        return;
    }
    const kept = <u64>proposal.done.utcSeconds + KEEP_SECONDS;
    const at = <u64>now().utcSeconds;
    if (at < kept) fail(`proposal ${id} is kept to be read for ${kept - at} more seconds`);
    new Rows<Proposal>(self).remove(proposal);
}

export function cancel(self: Name, proposer: Name, id: u64): void {
    const proposal = loadProposal(self, id);
    if (proposal.proposer != proposer) fail(`proposal ${id} is ${proposal.proposer}'s: nobody else can cancel it`);
    if (proposal.status != VOTING) fail(`proposal ${id} is counted already and cannot be cancelled`);
    // Else a party could use up the other's appeal with its own.
    if (proposal.kind.N == Name.fromString("appeal").N) fail(`proposal ${id} is an appeal: once made it is voted on`);
    eraseVotes(self, id);
    finish(self, proposal, CANCELLED);
}

function finish(self: Name, proposal: Proposal, status: u8): void {
    proposal.status = status;
    proposal.done = now();
    saveProposal(self, proposal);
    if (proposal.counted) countOpen(self, proposal.proposer, false);
    const kind = proposal.kind.N;
    if (kind == Name.fromString("void").N || kind == Name.fromString("settle").N) {
        const disputes = new Rows<Dispute>(self);
        const dispute = disputes.get(proposal.value);
        if (dispute != null && dispute.proposal == proposal.id) disputes.remove(dispute);
    }
    if (kind == Name.fromString("appeal").N) appealEnded(self, proposal.value, status == EXECUTED);
}
