import { withBit } from '../../common/bitmap.ts';
import { firstSlot, slotTime } from '../../common/slot.ts';
import { cleosLine } from '../../common/wallet/cleos-line.ts';
import type { FiledReport, PoolConfig } from '../../oracle/source/chain.ts';

export interface Asked {
  api: string;
  dac: string;
  window: number;
  member: string;
  index: number;
  /** The bitmap that the window was settled with, or its report has. */
  eligible: string;
  /** sha256 of the document of evidence. */
  evidence: string;
}

/**
 * What the contract offers a member whose share a window's report leaves out: a sentence, and the lines for it. `nowMs`: chain time, in ms since 1970.
 * Source: contracts/pool/verdicts.ts, `dispute`.
 */
export function remedies(
  asked: Asked,
  settled: FiledReport | null,
  config: PoolConfig,
  nowMs: number,
): { says: string; lines: string[] } {
  const { window } = asked;
  const { closedThrough, closingThrough, closingSettledAt, disputeSeconds, deadlineSeconds, pausedUntil } = config;
  if (settled?.by === 'void') return { says: `Window ${window} is void: nobody has a share of it.`, lines: [] };
  if (window <= closedThrough) {
    const says = `Its epoch is closed, so the window stays as it is; ./pool case open with this evidence asks the arbitrators for compensation.`;
    return { says, lines: [] };
  }
  const isOver = window <= closingThrough && nowMs > closingSettledAt + disputeSeconds * 1000;
  if (isOver)
    return {
      says: 'Its epoch was cut and the time to dispute it is over: ./pool case open asks the arbitrators for compensation.',
      lines: [],
    };
  const deadline = Math.max(slotTime(firstSlot(window + 1)), pausedUntil) + deadlineSeconds * 1000;
  if (!settled && nowMs < deadline) {
    const left = Math.ceil((deadline - nowMs) / 1000);
    return {
      says: `The window is not settled: hand the receipts to the oracles (a bundle, ORACLE_RECEIPTS), who can report it anew for ${left} s; after that the members decide.`,
      lines: [],
    };
  }
  const data = {
    ...{ proposer: asked.member, window, eligible: withBit(asked.eligible, asked.index) },
    ...{ metrics_hash: asked.evidence, text: `receipts of ${asked.member}: evidence ${asked.evidence}` },
  };
  const says =
    'The members can settle it otherwise, with your share and all that it has now; propose it, and hand them the evidence:';
  return { says, lines: [cleosLine(asked.api, { account: asked.dac, name: 'propsettle', data, actor: asked.member })] };
}
