import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PoolError } from '../../common/errors.ts';
import { makeLogger } from '../../common/logger.ts';
import { firstSlot, slotTime } from '../../common/slot.ts';
import { computeReport } from '../../oracle/compute.ts';
import { gatherLogs } from '../../oracle/logs/gather.ts';
import { Logs } from '../../oracle/logs/logs.ts';
import { SIGNER_SAMPLE } from '../../oracle/logs/signers.ts';
import { metricsOf } from '../../oracle/report/build.ts';
import { reportHash } from '../../oracle/report/hash.ts';
import { Journal } from '../../oracle/window/journal.ts';
import { chainOf } from './chain.ts';
import type { DayFile } from './write.ts';

/**
 * `node measured.ts LOG DIR [full]`: an oracle's work on a log it has never seen, by its own code, in a process of its own; its journal goes to DIR.
 * Prints {events, windows, candidates, signers, seconds, readSeconds, cpuSeconds, peakRss} (s, bytes). Node and its modules are loaded before the time begins.
 */
const [file = '', dir = '', full] = process.argv.slice(2);
const day = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as DayFile;
const start = performance.now();
const chain = chainOf(day);
const journal = new Journal(path.join(dir, 'journal.sqlite'));
const logs = new Logs({ files: [file], cluster: null }, journal, makeLogger('oracle', 'silent'));
await logs.catchUp([]);
const read = performance.now();

const irreversible = await chain.irreversible();
const identity = { chain: await chain.chainId(), pool: (await chain.config()).producer };
const keys = (await chain.emitters()).map(({ key }) => key);
const lookup = (version: number) => journal.knownSchedule(version);
const rows = journal.inState(['seen']);
let signers = 0;
let candidates = 0;
const hashes = new Set<string>();
for (const { window } of rows) {
  const tally = (log: string) => journal.tally(log, window);
  const now = slotTime(firstSlot(window + 1)) + 3_600_000;
  const sample = full === 'full' ? { sample: Number.POSITIVE_INFINITY } : {};
  const gathered = await gatherLogs(window, { logs: logs.all, tally, identity, keys, now, ...sample });
  const context = { chain, oracle: 'oracle1', pool: identity.pool, lookup };
  const report = await computeReport(context, window, gathered?.logs ?? [], irreversible);
  if ('skip' in report) throw new PoolError('bench', report.skip);
  hashes.add(reportHash(report));
  const { members } = metricsOf(report);
  if (!members.every(({ eligible }) => eligible))
    throw new PoolError('bench', `window ${window} gives not everybody a share`);
  const made = members.reduce((sum, member) => sum + member.candidates, 0);
  const out = members.reduce((sum, { selected }) => sum + selected, 0);
  signers += out + Math.min(made - out, full === 'full' ? made : SIGNER_SAMPLE);
  candidates += made;
}
const seconds = (performance.now() - start) / 1000;
const events = journal.position(file).seq;
await logs.close();
journal.close();
const { user, system } = process.cpuUsage();
const result = {
  ...{ events, windows: hashes.size, candidates, signers, seconds, readSeconds: (read - start) / 1000 },
  ...{ cpuSeconds: (user + system) / 1e6, peakRss: process.resourceUsage().maxRSS * 1024 },
};
process.stdout.write(`${JSON.stringify(result)}\n`);
