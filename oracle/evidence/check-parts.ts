import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import type { OnChainReport } from '../../common/filed-reports.ts';
import { windowRoot } from '../../common/window-root.ts';
import type { OracleChain, ReportData } from '../source/chain.ts';
import type { SignedWindow } from './schema.ts';

/** What evidence shows, in sentences, and whom it is enough against: a member, an emitter's or an oracle's account; null: nobody by itself. */
export interface Shown {
  says: string[];
  against: string | null;
}

export interface CheckParts {
  chain: Pick<OracleChain, 'chainId' | 'irreversible' | 'block' | 'header' | 'emitters' | 'signers'>;
  /** The pool's producer account, by the contract. */
  pool: string;
  /** The reports in a block of the chain. */
  reportsIn(block: number): Promise<OnChainReport[]>;
  /** All records of the window in logs that whoever checks has, each verified as a chain. */
  logs: { name: string; records: EventRecord[] }[];
  /** The report that follows from these logs; only when there are some. */
  recompute?: (() => Promise<ReportData>) | undefined;
}

export function refuse(why: string): PoolError {
  return new PoolError('evidence', `the evidence is not to be trusted: ${why}`);
}

/** All that a given log says of the window under a signed root, when somebody has that log. */
export function givenLog({ logs }: CheckParts, { root }: SignedWindow): CheckParts['logs'][number] | undefined {
  return logs.find(({ records }) => windowRoot(records) === root);
}
