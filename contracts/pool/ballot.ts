import { Name } from "proton-tsc";
import { Seat } from "./member.tables";
import { Proposal, Vote } from "./vote.tables";
import { fail } from "./fail";
import { findSeat, takesPart } from "./seats";
import { Rows } from "./rows";

// Who votes on a proposal: active members that were active and past their probation when it was made, and are still
// active at the count; never its respondents. Votes are always counted anew.
export function isElector(seat: Seat, proposal: Proposal): bool {
    return seat.voting && takesPart(seat)
        && seat.votes_from <= proposal.id
        && seat.probation_until.utcSeconds <= proposal.created.utcSeconds
        && seat.account != proposal.respondent
        && seat.account != proposal.other;
}

export function requireElector(self: Name, account: Name, proposal: Proposal): void {
    const seat = findSeat(self, account);
    if (seat == null) fail(`${account} is not a member: it would have to join and be admitted first`);
    if (isElector(seat!, proposal)) return;
    if (account == proposal.respondent || account == proposal.other) fail(`${account} is concerned by proposal ${proposal.id} and has no vote on it`);
    fail(`${account} was not an active member past its probation when proposal ${proposal.id} was made: it has no vote on it`);
}

// Counts into the proposal. A member's own vote goes before its proxy's; a proxy's proxy does not count.
export function count(self: Name, proposal: Proposal): void {
    const seats = new Rows<Seat>(self);
    const votes = new Rows<Vote>(self, new Name(proposal.id));
    let yes: u16 = 0;
    let no: u16 = 0;
    let electors: u16 = 0;
    let seat = seats.first();
    while (seat != null) {
        if (isElector(seat, proposal)) {
            electors += 1;
            let vote = votes.get(seat.account.N);
            if (vote == null && seat.proxy.N != 0) vote = proxyVote(seats, votes, proposal, seat.proxy);
            if (vote != null) {
                if (vote.yes) yes += 1;
                else no += 1;
            }
        }
        seat = seats.next(seat);
    }
    proposal.yes = yes;
    proposal.no = no;
    proposal.electors = electors;
}

function proxyVote(seats: Rows<Seat>, votes: Rows<Vote>, proposal: Proposal, proxy: Name): Vote | null {
    const vote = votes.get(proxy.N);
    if (vote == null) return null;
    const seat = seats.get(proxy.N);
    return seat != null && isElector(seat, proposal) ? vote : null;
}

// more than half of the electors, or two thirds of them rounded up
export function needed(electors: u16, twoThirds: bool): u16 {
    if (electors == 0) return 1;
    return twoThirds ? <u16>((<u32>electors * 2 + 2) / 3) : electors / 2 + 1;
}

export function eraseVotes(self: Name, id: u64): void {
    const votes = new Rows<Vote>(self, new Name(id));
    let vote = votes.first();
    while (vote != null) {
        votes.remove(vote);
        vote = votes.first();
    }
}
