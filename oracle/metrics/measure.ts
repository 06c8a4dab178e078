import type { EventRecord } from '../../common/events.ts';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW } from '../../common/slot.ts';
import type { Evidence } from '../source/evidence.ts';
import { type Comparison, compare } from './compare.ts';
import { isEligible } from './eligible.ts';
import { provenStanding } from './proven.ts';
import { STANDING, Standings, standingOf } from './standing.ts';
import { METRICS_VERSION, type MemberMetrics, type Mode, type WindowMetrics } from './types.ts';

/** A window's metrics, out of its evidence alone: every oracle with the same evidence gets the same bytes. */
export function measure(evidence: Evidence): WindowMetrics {
  const { window, records, blocks, members, signers } = evidence;
  const compared = compare(records, blocks);
  const standings = new Standings(
    window,
    members.map(({ account }) => account),
  );
  const mode = modeOf(records);
  const isProven = mode === 'standby' ? provenStanding(evidence) : () => true;
  let [unattributed, unproven] = [0, 0];
  for (const { event } of records) {
    const said = standingOf(event);
    if (!said) continue;
    if (event.type === 'standby' && !isProven(event)) {
      unproven++;
      continue;
    }
    const known = standings.mark(owner(signers, said.signer), said.slot, said.standing);
    if (!known && event.type === 'candidate') unattributed++;
  }
  const selected = countSelected(compared, signers);
  for (const { slot, signer } of compared.onChain) standings.mark(owner(signers, signer), slot, STANDING.candidate);
  const rule = { mode, percent: evidence.eligiblePercent };
  const each = members.map((member) => measureMember(member, standings, selected, rule));
  const { leaks, replaced, orphaned, unsent, unconfirmed, strays } = compared;
  const mine = each.reduce((sum, member) => sum + member.selected, 0);
  return {
    v: METRICS_VERSION,
    ...{ pool: evidence.pool, window, firstSlot: firstSlot(window), lastSlot: lastSlot(window), mode },
    ...{ slots: SLOTS_PER_WINDOW, emitted: blocks.length, missed: SLOTS_PER_WINDOW - blocks.length },
    rescues: records.filter(({ event }) => event.type === 'rescue').length,
    ...{ replaced, orphaned, unsent, unconfirmed, unattributed, unproven, strays, leaks },
    outsiders: blocks.length - leaks.length - mine,
    eligiblePercent: evidence.eligiblePercent,
    members: each,
  };
}

/** The emitter's own word for the member is not used: the key is what signed, the contract says whose it is. */
function owner(signers: Map<string, string>, signer: string | null): string | undefined {
  return signer === null ? undefined : signers.get(signer);
}

/** Of the closing record. */
export function modeOf(records: EventRecord[]): Mode {
  const end = records.find(({ event }) => event.type === 'window')?.event;
  return (end?.type === 'window' && end.mode) || 'propose';
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
