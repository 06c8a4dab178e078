import { Name, PublicKey, Signature } from "proton-tsc";
import { Config } from "./setup.tables";
import { ACTIVE, APPLIED, EXPELLED, LEFT, NOTICE } from "./member.tables";
import { fail } from "./fail";
import { dropProof, endKey, isProven, requireProof, takeKey } from "./keys";
import { loadMember, loadSeat, saveMember, saveSeat } from "./roster";
import { refreshSigning } from "./signing";
import { now, secondsLeft } from "./time";

// Replaces the signing key, or puts one back after dropkey. The history keeps the old one.
export function setKey(self: Name, config: Config, account: Name, key: PublicKey, proof: Signature): void {
    const member = loadMember(self, account);
    if (member.status == LEFT || member.status == EXPELLED) fail(`${account} is no member any more: it has no signing key to change`);
    if (!member.keyless && isProven(member) && member.key == key) fail(`key ${key} is ${account}'s signing key already`);
    endKey(self, member);
    const left = member.status == APPLIED ? <u64>0 : secondsLeft(member.rotated, config.changegap);
    if (left > 0) fail(`${account} changed its key less than ${config.changegap} seconds ago: wait ${left} more seconds; dropkey takes a key out at once`);
    requireProof(self, config, account, key, proof);
    takeKey(self, account, key, account);
    dropProof(member);
    member.key = key;
    member.keyless = false;
    member.rotated = now();
    saveMember(self, member);
    if (member.status == APPLIED) return;
    const seat = loadSeat(self, account);
    seat.key = key;
    seat.signing = member.status == ACTIVE || member.status == NOTICE;
    saveSeat(self, seat);
    if (seat.signing) refreshSigning(self, config);
}

// Takes the key out of the signing authority at once, when it may be known to others. The member stays a member.
export function dropKey(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.status == LEFT || member.status == EXPELLED || member.status == APPLIED) fail(`${account} has no key in the signing authority`);
    if (member.keyless) fail(`${account} has dropped its key already: set a new one with setkey`);
    endKey(self, member);
    member.keyless = true;
    saveMember(self, member);
    const seat = loadSeat(self, account);
    const signed = seat.signing;
    seat.signing = false;
    saveSeat(self, seat);
    if (signed) refreshSigning(self, config);
}
