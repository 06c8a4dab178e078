import { ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';
import { EventLogReader } from '../common/event-log.ts';
import type { EventRecord } from '../common/events.ts';
import type { GivenReceipt } from '../common/receipt-bundle.ts';
import { verifyLog } from '../common/verify-log.ts';
import { computeReport } from './compute.ts';
import { aroundOf } from './logs/around.ts';
import { cutOf } from './logs/ready.ts';
import { requireSignedRoot, rootAmong } from './logs/signed-root.ts';
import { requireSigners } from './logs/signers.ts';
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
  /** The members' receipts of the window, each checked. */
  receipts?: (window: number) => Promise<GivenReceipt[]>;
  /** Is told of each log that makes no report, when another one does. */
  onLeft?: (why: string) => void;
}

/** A window in one log: what counts of it, and all records that belong to it. */
export interface ReadLog extends WindowLog {
  file: string;
  all: EventRecord[];
}

/** The same under its emitter's signature. */
export interface SignedFile extends ReadLog {
  root: string;
  arrivedAt: number;
}

/**
 * What an oracle would report of a window, in words and as the cleos line that sends it; needs no key and changes nothing.
 * Throws PoolError: `event_log`, `log_broken`, `open_window`, `unsigned_root`, `false_signer`, `reversible`, `not_offered`, `chain`, `chain_unreachable`.
 */
export async function dryRun(options: DryRun): Promise<string> {
  const { dac, oracle: account, permission } = options;
  const chain = new NodeChain(new ChainClient(options.api), { dac, account, permission });
  return printReport(await reportOf(chain, options), options);
}

/** The same as data. */
export async function reportOf(chain: OracleChain, options: DryRun): Promise<ReportData> {
  return reportFrom(chain, options, inTime(options.window, await signedLogs(chain, options)));
}

/** The window in each of the logs that can be read and is signed; throws the first one's PoolError when none is. */
export async function signedLogs(chain: OracleChain, options: DryRun): Promise<SignedFile[]> {
  const { window, eventLog, pool } = options;
  const left: string[] = [];
  const read = eachOrFirstError(eventLog.split(','), (file) => readWindowLog(file.trim(), window), left);
  const identity = { chain: await chain.chainId(), pool };
  const keys = (await chain.emitters()).map(({ key }) => key);
  const prove = ({ signature: event, ...log }: (typeof read)[number]) => {
    const { root, signer, signature } = requireSignedRoot(identity, window, log, event, keys);
    requireSigners(log.file, pool, log.records, root);
    return { ...log, root, signed: { key: signer, root, signature }, arrivedAt: event?.at ?? 0 };
  };
  const signed = eachOrFirstError(read, prove, left);
  for (const why of left) options.onLeft?.(why);
  return signed;
}

/** Those whose roots came in time to make the window. */
export function inTime<T extends { arrivedAt: number }>(window: number, logs: T[]): T[] {
  const cut = cutOf(
    window,
    logs.map(({ arrivedAt }) => arrivedAt),
  );
  return logs.filter(({ arrivedAt }) => arrivedAt <= cut);
}

/** The report that follows from these logs. `withReceipts` false: as an oracle without any makes it. */
export async function reportFrom(
  chain: OracleChain,
  options: DryRun,
  logs: WindowLog[],
  withReceipts = true,
): Promise<ReportData> {
  const { window } = options;
  const irreversible = await chain.irreversible();
  if (!isIrreversible(window, irreversible)) {
    throw new PoolError('reversible', `window ${window} is not irreversible yet: wait for the next producer's blocks`);
  }
  const { version, producers } = await chain.schedule();
  const lookup = (wanted: number) => (wanted === version ? producers : null);
  const report = await computeReport({ ...options, chain, lookup }, window, logs, irreversible, withReceipts);
  if ('skip' in report) throw new PoolError('not_offered', `window ${window} is not reported: ${report.skip}`);
  return report;
}

/** Reads a window that a log has closed, the log being whole. Throws PoolError `event_log`, `log_broken` or `open_window`. */
export function readWindowLog(file: string, window: number): ReadLog & { signature: RootEvent | null } {
  const log = new EventLogReader(file);
  try {
    const { ok, firstBad } = verifyLog(log);
    if (!ok) throw new PoolError('log_broken', `the event log ${file} is not to be trusted from record ${firstBad} on`);
    const all = log.window(window);
    const end = all.findIndex(({ event }) => event.type === 'window');
    if (end < 0) throw new PoolError('open_window', `window ${window} is not closed in the event log ${file}`);
    const records = all.slice(0, end + 1);
    const [from, to] = aroundOf(records) ?? [1, 0];
    return { file, all, records, around: log.between(from, to), signature: rootAmong(all.slice(end + 1)) };
  } finally {
    log.close();
  }
}

/** What comes of each that does not throw a PoolError, whose sentences go to `left`; throws the first one's when none comes. */
function eachOrFirstError<A, B>(list: A[], work: (one: A) => B, left: string[]): B[] {
  const done: B[] = [];
  let failure: unknown;
  for (const one of list) {
    try {
      done.push(work(one));
    } catch (thrown) {
      if (!(thrown instanceof PoolError)) throw thrown;
      failure ??= thrown;
      left.push(thrown.message);
    }
  }
  if (done.length === 0) throw failure;
  return done;
}
