import type { OnChainReport } from '../../common/filed-reports.ts';
import { firstDifference } from '../report/differ.ts';
import { reportHash } from '../report/hash.ts';
import type { OracleChain, ReportData } from '../source/chain.ts';
import type { DifferingReport } from '../window/stages.ts';
import type { EvidenceKeeper } from './keeper.ts';
import { EVIDENCE_VERSION, type Filed, type ReportEvidence, type Reported } from './schema.ts';

export interface ForeignParts {
  chain: OracleChain;
  pool: string;
  keeper: EvidenceKeeper;
  /** Finds the oracles' reports of a window in the chain's blocks. */
  find(window: number): Promise<OnChainReport[]>;
}

/** Keeps evidence of other oracles' reports that follow from nothing that this one has. */
export class ForeignReports {
  private readonly parts: ForeignParts;
  private readonly kept = new Set<string>();

  constructor(parts: ForeignParts) {
    this.parts = parts;
  }

  /** Once for each window and report. Rejects with PoolError when the chain does not answer; then it is tried again with the next look. */
  async keep({ window, oracle, hash, ours, logs }: DifferingReport): Promise<void> {
    const key = `${window} ${hash}`;
    if (this.kept.has(key)) return;
    const { chain, pool, keeper } = this.parts;
    const reports = await this.parts.find(window);
    const theirs = reports.find(({ data }) => reportHash(data) === hash && (oracle === null || data.oracle === oracle));
    if (!theirs) return;
    const emitters = await chain.emitters();
    const signed = logs.flatMap((log) => {
      const emitter = emitters.find(({ key }) => key === log.signed?.key)?.account;
      return log.signed && emitter !== undefined ? [{ emitter, ...log.signed }] : [];
    });
    const document = reportEvidence({ chain: await chain.chainId(), pool, window }, theirs, ours, signed);
    const who = `the oracle ${theirs.data.oracle} reported window ${window} with ${hash}, which follows from none of this oracle's logs`;
    keeper.keep(document, `${who}; it differs first in ${document.differs}`);
    this.kept.add(key);
    if (this.kept.size > 1000) this.kept.clear();
  }
}

/** Independent oracles with the same logs make the same document of one report. */
export function reportEvidence(
  of: { chain: string; pool: string; window: number },
  theirs: OnChainReport,
  ours: ReportData,
  logs: ReportEvidence['logs'],
): ReportEvidence {
  const sorted = [...logs].sort((a, b) => (a.root + a.key < b.root + b.key ? -1 : 1));
  const differs = (firstDifference(theirs.data, ours) ?? 'nothing').slice(0, 400);
  const head = { v: EVIDENCE_VERSION, kind: 'report', ...of } as const;
  return { ...head, theirs: filedOf(theirs), ours: reportedOf(ours), hash: reportHash(ours), differs, logs: sorted };
}

export function filedOf({ block, trx, data }: OnChainReport): Filed {
  return { oracle: data.oracle, block, trx, data: reportedOf(data) };
}

export function reportedOf({ oracle: _, ...data }: ReportData): Reported {
  const { window, eligible, metrics, metrics_hash, log_root, strategy, version } = data;
  return { window, eligible, metrics, metrics_hash, log_root, strategy, version };
}
