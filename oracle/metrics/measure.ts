import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotInWindow } from '../../common/slot.ts';
import type { Evidence } from '../source/evidence.ts';
import { addedLatency } from './added.ts';
import { ArrivedBlocks } from './arrived.ts';
import { type Comparison, compare } from './compare.ts';
import { measureMember } from './member.ts';
import { modeOf } from './mode.ts';
import { creditReceipts } from './receipted.ts';
import { bestOfLogs, mostTold } from './several.ts';
import { owner } from './signer.ts';
import { STANDING } from './standing.ts';
import { readLog } from './told.ts';
import { METRICS_VERSION, type WindowMetrics } from './types.ts';

/** A window's metrics, out of its evidence alone: every oracle with the same evidence gets the same bytes. docs/metrics.md has the rules. */
export function measure(evidence: Evidence): WindowMetrics {
  const { window, logs, blocks, members, signers, eligiblePercent } = evidence;
  const records = logs.map((log) => log.records);
  const compared = compare(records, blocks);
  const mode = modeOf(records[0] ?? []);
  const arrived = new ArrivedBlocks();
  const told = logs.map((log) => readLog(evidence, log, mode, arrived));
  const { best, differing } = bestOfLogs(
    window,
    members.map(({ account }) => account),
    told.map(({ standings }) => standings),
    mode,
  );
  for (const { slot, signer } of compared.onChain) best.mark(owner(signers, signer), slot, STANDING.candidate);
  const rule = { mode, percent: eligiblePercent };
  const receipted = creditReceipts(best, members, evidence.receipts ?? [], { owners: signers, ...rule });
  const selected = selectedBy(compared, signers);
  const seen = { window, mode, eligiblePercent, standings: best, arrived, selected };
  const each = members.map((member) => measureMember(member, seen));
  const { leaks, replaced, orphaned, unsent, unconfirmed, strays } = compared;
  const mine = each.reduce((sum, member) => sum + member.selected, 0);
  const most = (list: 'rescues' | 'unattributed' | 'unproven' | 'unshown') => mostTold(told.map((log) => log[list]));
  return {
    v: METRICS_VERSION,
    ...{ pool: evidence.pool, window, firstSlot: firstSlot(window), lastSlot: lastSlot(window), mode },
    ...{ slots: SLOTS_PER_WINDOW, emitted: blocks.length, missed: SLOTS_PER_WINDOW - blocks.length },
    missedRounds: blocks.length === 0 ? 1 : 0,
    rescues: most('rescues'),
    ...{ replaced, orphaned, unsent, unconfirmed },
    unattributed: most('unattributed'),
    unproven: most('unproven'),
    unshown: most('unshown'),
    ...{ strays, leaks },
    outsiders: blocks.length - leaks.length - mine,
    addedUs: addedLatency(records, blocks),
    ...(logs.length > 1 && { logs: logs.length, differing }),
    ...(receipted.length > 0 && { receipted }),
    eligiblePercent,
    members: each,
  };
}

/** Whose blocks are on the final chain: by member the place in the window and the id. */
function selectedBy({ onChain }: Comparison, signers: Map<string, string>): Map<string, Map<number, string>> {
  const selected = new Map<string, Map<number, string>>();
  for (const { slot, id, signer } of onChain) {
    const account = owner(signers, signer);
    if (account === undefined) continue;
    const mine = selected.get(account) ?? new Map<number, string>();
    selected.set(account, mine.set(slotInWindow(slot), id));
  }
  return selected;
}
