import { amountText } from '../amount.ts';
import type { Changes } from './changes.ts';
import type { Facts } from './facts.ts';
import { isMember, type Member } from './members.ts';
import type { Proposal } from './proposals.ts';
import { secondsText, timeText } from './words.ts';

/** Who comes, goes or stays away; null for other kinds. Source: contracts/pool/roster.ts, standing.ts. */
export function changeOfMember({ kind, subject, value }: Proposal, facts: Facts): Changes | null {
  const member = facts.members.find(({ account }) => account === subject) ?? null;
  if (kind === 'admit') return admit(subject, member, facts);
  if (kind === 'expel') return expel(subject, member, facts);
  if (kind === 'suspend') return suspend(subject, member, facts, value);
  return null;
}

function admit(account: string, member: Member | null, { seats, config, now }: Facts): Changes {
  const signing = seats.filter((seat) => seat.signing).length;
  const { termsVersion, figures } = config;
  const notes: string[] = [];
  if (member?.status !== 'applied') {
    notes.push(`${account} has no application now (${status(member)}): the contract would refuse it.`);
  } else if (member.terms !== termsVersion) {
    notes.push(
      `${account} agreed to version ${member.terms} of the terms, in force is ${termsVersion}: it has to agree first.`,
    );
  }
  const probation = figures.probation > 0n ? `, without a vote for ${secondsText(figures.probation)}` : '';
  const voteFrom =
    figures.probation > 0n ? ` (votes from about ${timeText(now + Number(figures.probation) * 1000)})` : '';
  return {
    title: `admits ${account}`,
    changes: [
      { what: `member ${account}`, from: status(member), to: `active${probation}` },
      { what: 'keys that sign for the producer', from: `${signing}`, to: `${signing + 1}` },
      ...(member
        ? [
            { what: 'its key', from: null, to: member.key },
            { what: 'pays to', from: null, to: member.payee },
            { what: 'says of itself', from: null, to: said(member) },
          ]
        : []),
    ],
    notes: [...notes, ...(voteFrom ? [`After its admission ${account} is on probation${voteFrom}.`] : [])],
  };
}

function said({ url, location, owners }: Member): string {
  const parts = [url || 'no page', location ? `location ${location}` : 'no location'];
  return [...parts, owners ? `common owners: ${owners}` : 'no common owners'].join(', ');
}

function expel(account: string, member: Member | null, facts: Facts): Changes {
  const owed = facts.credits.find((credit) => credit.account === account)?.owed ?? 0n;
  return {
    title: `expels ${account}`,
    changes: [{ what: `member ${account}`, from: status(member), to: 'expelled, for good' }],
    notes: [
      ...outOfReach(account, member),
      `${account} has no vote on it, loses its seat and its key, and keeps what it is owed (${amountText(owed, facts.symbol)}).`,
    ],
  };
}

function suspend(account: string, member: Member | null, _: Facts, seconds: bigint): Changes {
  return {
    title: `suspends ${account} for ${secondsText(seconds)}`,
    changes: [{ what: `member ${account}`, from: status(member), to: `suspended for ${secondsText(seconds)}` }],
    notes: [
      ...outOfReach(account, member),
      `${account} has no vote on it; suspended it neither signs nor votes, and gets no share.`,
    ],
  };
}

function outOfReach(account: string, member: Member | null): string[] {
  return member && isMember(member)
    ? []
    : [`${account} is no member now (${status(member)}): the contract would refuse it.`];
}

function status(member: Member | null): string {
  return member?.status ?? 'unknown here';
}
