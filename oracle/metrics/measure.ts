import { firstSlot, lastSlot, SLOTS_PER_WINDOW } from '../../common/slot.ts';
import type { Evidence } from '../source/evidence.ts';
import { type Comparison, compare } from './compare.ts';
import { isEligible } from './eligible.ts';
import { modeOf } from './mode.ts';
import { provenStanding } from './proven.ts';
import { creditReceipts } from './receipted.ts';
import { bestOfLogs, mostTold } from './several.ts';
import { STANDING, Standings, standingOf } from './standing.ts';
import { METRICS_VERSION, type MemberMetrics, type Mode, type WindowLog, type WindowMetrics } from './types.ts';

/** A window's metrics, out of its evidence alone: every oracle with the same evidence gets the same bytes. docs/metrics.md has the rules. */
export function measure(evidence: Evidence): WindowMetrics {
  const { window, logs, blocks, members, signers } = evidence;
  const records = logs.map((log) => log.records);
  const compared = compare(records, blocks);
  const mode = modeOf(records[0] ?? []);
  const told = logs.map((log) => readLog(evidence, log, mode));
  const { best, differing } = bestOfLogs(
    window,
    members.map(({ account }) => account),
    told.map(({ standings }) => standings),
    mode,
  );
  const selected = countSelected(compared, signers);
  for (const { slot, signer } of compared.onChain) best.mark(owner(signers, signer), slot, STANDING.candidate);
  const rule = { mode, percent: evidence.eligiblePercent };
  const receipted = creditReceipts(best, members, evidence.receipts ?? [], { owners: signers, ...rule });
  const each = members.map((member) => measureMember(member, best, selected, rule));
  const { leaks, replaced, orphaned, unsent, unconfirmed, strays } = compared;
  const mine = each.reduce((sum, member) => sum + member.selected, 0);
  return {
    v: METRICS_VERSION,
    ...{ pool: evidence.pool, window, firstSlot: firstSlot(window), lastSlot: lastSlot(window), mode },
    ...{ slots: SLOTS_PER_WINDOW, emitted: blocks.length, missed: SLOTS_PER_WINDOW - blocks.length },
    rescues: mostTold(told.map(({ rescues }) => rescues)),
    ...{ replaced, orphaned, unsent, unconfirmed },
    unattributed: mostTold(told.map(({ unattributed }) => unattributed)),
    unproven: mostTold(told.map(({ unproven }) => unproven)),
    ...{ strays, leaks },
    outsiders: blocks.length - leaks.length - mine,
    ...(logs.length > 1 && { logs: logs.length, differing }),
    ...(receipted.length > 0 && { receipted }),
    eligiblePercent: evidence.eligiblePercent,
    members: each,
  };
}

/** What one log says of the members; the lists name the records of their kinds. */
interface Told {
  standings: Standings;
  rescues: string[];
  unattributed: string[];
  unproven: string[];
}

function readLog(evidence: Evidence, { records, around }: WindowLog, mode: Mode): Told {
  const { window, members, signers } = evidence;
  const accounts = members.map(({ account }) => account);
  const told: Told = { standings: new Standings(window, accounts), rescues: [], unattributed: [], unproven: [] };
  const isProven = mode === 'standby' ? provenStanding(evidence, around) : () => true;
  for (const { event } of records) {
    if (event.type === 'rescue') told.rescues.push(event.path.join());
    const said = standingOf(event);
    if (!said) continue;
    if (event.type === 'standby' && !isProven(event)) {
      told.unproven.push(`${event.signer} ${event.slot}`);
      continue;
    }
    const known = told.standings.mark(owner(signers, said.signer), said.slot, said.standing);
    if (!known && event.type === 'candidate') told.unattributed.push(`${event.signer} ${event.slot} ${event.id}`);
  }
  return told;
}

/** The emitter's own word for the member is not used: the key is what signed, the contract says whose it is. */
function owner(signers: Map<string, string>, signer: string | null): string | undefined {
  return signer === null ? undefined : signers.get(signer);
}

function countSelected({ onChain }: Comparison, signers: Map<string, string>): Map<string, number> {
  const selected = new Map<string, number>();
  for (const { signer } of onChain) {
    const account = owner(signers, signer);
    if (account !== undefined) selected.set(account, (selected.get(account) ?? 0) + 1);
  }
  return selected;
}

function measureMember(
  { account, index }: { account: string; index: number },
  standings: Standings,
  selected: Map<string, number>,
  { mode, percent }: { mode: Mode; percent: number },
): MemberMetrics {
  const candidates = standings.count(account, STANDING.candidate);
  const standby = standings.count(account, STANDING.standby);
  const onChain = selected.get(account) ?? 0;
  return {
    ...{ index, name: account, candidates, selected: onChain },
    late: standings.count(account, STANDING.late),
    invalid: standings.count(account, STANDING.invalid),
    standby,
    absent: standings.count(account, STANDING.absent),
    eligible: isEligible({ candidates, selected: onChain, standby }, mode, percent),
  };
}
