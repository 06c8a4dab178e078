import { ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';
import { EventLogReader } from '../common/event-log.ts';
import { verifyLog } from '../common/verify-log.ts';
import { computeReport } from './compute.ts';
import { aroundOf } from './logs/around.ts';
import { cutOf } from './logs/ready.ts';
import { requireSignedRoot, rootAmong } from './logs/signed-root.ts';
import type { RootEvent } from './logs/tally.ts';
import type { WindowLog } from './metrics/types.ts';
import { type Address, printReport } from './report/print.ts';
import { isIrreversible } from './source/blocks.ts';
import type { OracleChain, ReportData } from './source/chain.ts';
import { NodeChain } from './source/node-chain.ts';

export interface DryRun extends Address {
  /** Path of the event log; of several, with commas between. */
  eventLog: string;
  pool: string;
  /** Account that would report. */
  oracle: string;
  /** Slot / 12. */
  window: number;
}

/**
 * What an oracle would report of a window, in words and as the cleos line that sends it; needs no key and changes nothing.
 * Throws PoolError: `event_log`, `log_broken`, `open_window`, `unsigned_root`, `reversible`, `not_offered`, `chain`, `chain_unreachable`.
 */
export async function dryRun(options: DryRun): Promise<string> {
  const { dac, oracle: account, permission } = options;
  const chain = new NodeChain(new ChainClient(options.api), { dac, account, permission });
  return printReport(await reportOf(chain, options), options);
}

/** The same as data. */
export async function reportOf(chain: OracleChain, options: DryRun): Promise<ReportData> {
  const { window, eventLog } = options;
  const read = eachOrFirstError(eventLog.split(','), (file) => readWindow(file.trim(), window));
  const irreversible = await chain.irreversible();
  if (!isIrreversible(window, irreversible)) {
    throw new PoolError('reversible', `window ${window} is not irreversible yet: wait for the next producer's blocks`);
  }
  const identity = { chain: await chain.chainId(), pool: options.pool };
  const keys = (await chain.emitters()).map(({ key }) => key);
  const proven = eachOrFirstError(read, (log) => {
    const { root, signer, signature } = requireSignedRoot(identity, window, log.records, log.root, keys);
    return { ...log, signed: { key: signer, root, signature }, arrivedAt: log.root?.at ?? 0 };
  });
  const cut = cutOf(
    window,
    proven.map(({ arrivedAt }) => arrivedAt),
  );
  const inTime = proven.filter(({ arrivedAt }) => arrivedAt <= cut);
  const { version, producers } = await chain.schedule();
  const lookup = (wanted: number) => (wanted === version ? producers : null);
  const report = await computeReport({ chain, lookup, ...options }, window, inTime, irreversible);
  if ('skip' in report) throw new PoolError('not_offered', `window ${window} is not reported: ${report.skip}`);
  return report;
}

/** What comes of each that does not throw a PoolError; throws the first one's when none is left. */
function eachOrFirstError<A, B>(list: A[], work: (one: A) => B): B[] {
  const done: B[] = [];
  let failure: unknown;
  for (const one of list) {
    try {
      done.push(work(one));
    } catch (thrown) {
      if (!(thrown instanceof PoolError)) throw thrown;
      failure ??= thrown;
    }
  }
  if (done.length === 0) throw failure;
  return done;
}

function readWindow(file: string, window: number): WindowLog & { root: RootEvent | null } {
  const log = new EventLogReader(file);
  try {
    const { ok, firstBad } = verifyLog(log);
    if (!ok) throw new PoolError('log_broken', `the event log ${file} is not to be trusted from record ${firstBad} on`);
    const records = log.window(window);
    const end = records.findIndex(({ event }) => event.type === 'window');
    if (end < 0) throw new PoolError('open_window', `window ${window} is not closed in the event log ${file}`);
    const inside = records.slice(0, end + 1);
    const [from, to] = aroundOf(inside) ?? [1, 0];
    return { records: inside, around: log.between(from, to), root: rootAmong(records.slice(end + 1)) };
  } finally {
    log.close();
  }
}
