import type { ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';
import { findReports, type OnChainReport } from '../common/filed-reports.ts';
import { type DryRun, reportFrom, type SignedFile } from './dry-run.ts';
import { firstDifference } from './report/differ.ts';
import { firstDifferentEvent } from './report/first-event.ts';
import { reportHash } from './report/hash.ts';
import type { ReportData } from './source/chain.ts';
import type { NodeChain } from './source/node-chain.ts';
import { setOf } from './window/agreement.ts';

/**
 * How the reports of a window on the chain stand to one's own: equal, or in which place they differ first, from which of the logs they follow, and what these logs
 * say otherwise first. One sentence a line.
 * @param logs all that could be read and are signed
 */
export async function explainReports(
  client: ChainClient,
  chain: NodeChain,
  options: DryRun,
  own: ReportData,
  logs: SignedFile[],
): Promise<string[]> {
  const { window, dac } = options;
  const settled = await chain.settled(window);
  const head = await chain.head();
  const reports = await findReports(client, chain, { dac, window, head, until: settled?.at ?? null });
  const state = settled ? `is settled, by ${settled.by}, with ${settled.hash}` : 'is not settled';
  const lines = [`window ${window} ${state}; this report is ${reportHash(own)}`];
  if (reports.length === 0) lines.push('no report of it was found in the blocks after it');
  for (const report of reports) lines.push(...(await explainOne(chain, options, own, logs, report)));
  return lines;
}

async function explainOne(
  chain: NodeChain,
  options: DryRun,
  own: ReportData,
  logs: SignedFile[],
  { block, data }: OnChainReport,
): Promise<string[]> {
  const which = `${data.oracle}'s report ${reportHash(data)} (block ${block})`;
  const differs = firstDifference(data, own);
  if (reportHash(data) === reportHash(own)) return [`${which} is the same`];
  const lines = [`${which} differs, first in ${differs ?? 'its metrics’ hash'}`];
  const set = setOf(data.log_root, logs);
  if (!set) return [...lines, ...notAmong(logs)];
  const names = set.map(({ file }) => file).join(', ');
  const follows = await followsFrom(chain, options, set, data);
  lines.push(
    follows ? `it follows from ${names}` : `it names ${names} as its logs, and does not follow from them: it is wrong`,
  );
  const outside = logs.find((log) => !set.includes(log));
  const [inside] = set;
  if (outside && inside) lines.push(...eventLine(outside, inside));
  return lines;
}

function notAmong(logs: SignedFile[]): string[] {
  const [first, second] = logs;
  const why = 'it was made from logs that are not all here: give them with --log';
  return first && second ? [why, ...eventLine(first, second)] : [why];
}

function eventLine(a: SignedFile, b: SignedFile): string[] {
  const first = firstDifferentEvent(named(a), named(b));
  return first === null
    ? [`${a.file} and ${b.file} say the same of the window`]
    : [`first event that differs: ${first}`];
}

function named({ file, records }: SignedFile) {
  return { name: file, records };
}

async function followsFrom(chain: NodeChain, options: DryRun, set: SignedFile[], data: ReportData): Promise<boolean> {
  for (const withReceipts of [true, false]) {
    try {
      const made = await reportFrom(chain, options, set, withReceipts);
      if (reportHash(made) === reportHash(data)) return true;
    } catch (thrown) {
      // Nothing follows from logs of another mode than was voted.
      if (!(thrown instanceof PoolError && thrown.code === 'not_offered')) throw thrown;
    }
  }
  return false;
}
