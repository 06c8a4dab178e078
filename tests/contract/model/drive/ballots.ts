import type { NormalRow } from '../rules/tables.ts';
import type { PaidRow } from './world.ts';

// No vote is counted twice: what a tally writes is told from the rows before it, each elector asked once.

/** A sentence when the tally of proposal `id` between these two states counted other votes than there were. */
export function checkCount(before: PaidRow[], after: PaidRow[], id: unknown): string | undefined {
  const key = `proposals//${id}`;
  const proposal = before.find((paid) => paid.key === key)?.row;
  const counted = after.find((paid) => paid.key === key)?.row;
  if (!proposal || !counted) return `proposal ${id} was counted and is not in the tables`;
  const ballots = ballotsOf(before, proposal);
  const given = [...ballots.values()];
  const [yes, no] = [true, false].map((side) => given.filter((vote) => vote === side).length);
  if (counted.yes === yes && counted.no === no && counted.electors === ballots.size) return undefined;
  return (
    `of ${ballots.size} electors on proposal ${id} ${yes} say yes and ${no} no: ` +
    `counted were ${counted.yes} and ${counted.no} of ${counted.electors}`
  );
}

/** Each elector's one ballot: its own vote, else that of its proxy if this is an elector too, else none. */
function ballotsOf(rows: PaidRow[], proposal: NormalRow): Map<string, boolean | undefined> {
  const seats = rows.filter(({ key }) => key.startsWith('seats/')).map(({ row }) => row);
  const electors = new Map(
    seats.filter((seat) => isElector(seat, proposal)).map((seat) => [seat.account as string, seat.proxy as string]),
  );
  const votes = new Map(
    rows
      .filter(({ key }) => key.startsWith(`votes/${proposal.id}/`))
      .map(({ row }) => [row.voter as string, row.yes as boolean]),
  );
  return new Map(
    [...electors].map(([account, proxy]) => [
      account,
      votes.get(account) ?? (electors.has(proxy) ? votes.get(proxy) : undefined),
    ]),
  );
}

function isElector(seat: NormalRow, proposal: NormalRow): boolean {
  const active = seat.voting === true && seat.until === 0n;
  const inTime =
    (seat.votes_from as bigint) <= (proposal.id as bigint) &&
    (seat.probation_until as number) <= (proposal.created as number);
  return active && inTime && seat.account !== proposal.respondent && seat.account !== proposal.other;
}
