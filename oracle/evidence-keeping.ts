import type { ChainClient } from '../common/chain.ts';
import { findReports } from '../common/filed-reports.ts';
import type { Logger } from '../common/logger.ts';
import type { ComputeContext } from './compute.ts';
import type { OracleConfig } from './config.ts';
import { EvidenceFolder } from './evidence/folder.ts';
import { ForeignReports } from './evidence/foreign.ts';
import { EvidenceKeeper } from './evidence/keeper.ts';
import { MemberReceipts } from './receipts/member-receipts.ts';
import type { NodeChain } from './source/node-chain.ts';
import type { JobParts } from './window/stages.ts';

/** What the window job is given besides logs, members' receipts, and where what it finds is kept as evidence. */
export interface EvidenceKeeping
  extends Required<Pick<ComputeContext, 'receipts' | 'onFound'> & Pick<JobParts, 'onForeign'>> {
  /** Findings since the start, by kind. */
  counts: ReadonlyMap<string, number>;
}

export function keepEvidence(
  config: OracleConfig,
  client: ChainClient,
  chain: NodeChain,
  logger: Logger,
): EvidenceKeeping {
  const { ORACLE_DAC: dac, ORACLE_POOL: pool } = config;
  const folder = new EvidenceFolder(config.ORACLE_EVIDENCE ?? `${config.ORACLE_JOURNAL}.evidence`);
  const keeper = new EvidenceKeeper(folder, logger);
  const receipts = new MemberReceipts(config.ORACLE_RECEIPTS, chain, pool, logger);
  const foreign = new ForeignReports({
    ...{ chain, pool, keeper },
    find: async (window) => {
      const filed = await chain.settled(window);
      return findReports(client, chain, { dac, window, head: await chain.head(), until: filed?.at ?? null });
    },
  });
  return {
    counts: keeper.counts,
    receipts: (window) => receipts.of(window),
    onFound: (window, found) => keeper.found(window, found),
    onForeign: (differing) => foreign.keep(differing),
  };
}
