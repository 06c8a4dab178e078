import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { EventLogReader } from '../../common/event-log.ts';
import { readTable, type Whole } from '../../common/tables.ts';
import { ROOT } from '../../devnet/tools.ts';
import { aroundOf } from '../../oracle/logs/around.ts';
import { isIrreversible, readWindowBlocks } from '../../oracle/source/blocks.ts';
import type { BlockRef } from '../../oracle/source/chain.ts';
import { NodeChain } from '../../oracle/source/node-chain.ts';
import type { GoldenLog, GoldenRun, GoldenWindow } from '../support/golden.ts';
import { PoolCommand } from '../support/processes.ts';
import { hasRunFile, readRunFile } from '../support/run-file.ts';

/**
 * `node tests/capture/oracle-windows.ts NAME -- ARGS…`: runs `./pool up ARGS…` and writes what an oracle read of each settled window, and what the
 * chain had of it, to tests/vectors/oracle/NAME.json.gz. tests/vectors/README.md says with which arguments.
 */
const [name = '', , ...args] = process.argv.slice(2);
const dir = mkdtempSync(path.join(tmpdir(), 'bppool-capture-'));
const command = new PoolCommand([
  'up',
  ...args,
  '--dir',
  path.join(dir, 'run'),
  '--json',
  path.join(dir, 'summary.json'),
]);
const isOver = () => command.process.exitCode !== null || command.process.signalCode !== null;

try {
  while (!hasRunFile(path.join(dir, 'run')) && !isOver()) await sleep(200);
  if (isOver()) throw new Error(`the run ended before it began:\n${(await command.ended).stderr}`);
  const run = readRunFile(path.join(dir, 'run'));
  const client = new ChainClient(run.publicApi);
  const chain = new NodeChain(client, { dac: run.dac, account: 'oracle1', permission: 'report' });
  const seen = new Map<number, GoldenWindow>();
  while (!isOver()) {
    // Nodes are killed and go away at the end: what is not read now is read the next time, or was read.
    await look(chain, client, run.dac, seen).catch((thrown: unknown) => {
      if (!(thrown instanceof PoolError)) throw thrown;
    });
    await sleep(500);
  }
  const { code, stderr } = await command.ended;
  if (code !== 0) throw new Error(`the run ended with ${code}:\n${stderr}`);
  const windows = [...seen.values()].sort((a, b) => a.window - b.window);
  for (const window of windows) window.logs = run.emitters.map(({ eventLog }) => logOf(eventLog, window.window));
  const captured: GoldenRun = { command: `./pool up ${args.join(' ')}`, chain: run.chainId, pool: run.pool, windows };
  const file = path.join(ROOT, 'tests/vectors/oracle', `${name}.json.gz`);
  writeFileSync(file, gzipSync(JSON.stringify(captured), { level: 9 }));
  process.stdout.write(`${windows.length} windows in ${file}\n`);
} finally {
  await command.stop();
  rmSync(dir, { recursive: true, force: true });
}

/** Reads each window that is settled and was not read yet. */
async function look(
  chain: NodeChain,
  client: ChainClient,
  dac: string,
  seen: Map<number, GoldenWindow>,
): Promise<void> {
  type Row = { window: Whole } & GoldenWindow['settled'];
  const rows = await readTable<Row>(client, dac, dac, 'windows');
  const irreversible = await chain.irreversible();
  for (const row of rows) {
    const window = Number(row.window);
    if (seen.has(window) || !isIrreversible(window, irreversible)) continue;
    const { inside, after } = await readWindowBlocks(chain, window, irreversible);
    const { hash, metrics_hash, log_root, eligible, strategy, version } = row;
    seen.set(window, {
      ...{ window, blocks: [...inside, after] satisfies BlockRef[], schedule: await chain.schedule() },
      ...{ config: await chain.config(), seats: await chain.seats(), signers: [...(await chain.signers())] },
      ...{ emitters: await chain.emitters(), votedMode: await chain.votedMode(), logs: [] },
      settled: { hash, metrics_hash, log_root, eligible, strategy, version },
    });
  }
}

/** A window's records in one log up to its root, and in standby mode those shortly before. */
function logOf(file: string, window: number): GoldenLog {
  const log = new EventLogReader(file);
  try {
    const records = log.window(window);
    const end = records.findIndex(({ event }) => event.type === 'root');
    const inside = records.slice(0, records.findIndex(({ event }) => event.type === 'window') + 1);
    const around = aroundOf(inside);
    const [from, to] = [around?.[0] ?? records[0]?.seq ?? 1, records[end]?.seq ?? 0];
    const stored = log.storedAfter(from - 1, to - from + 1);
    const isKept = (of: number | null, seq: number) => of === window || (around !== null && seq <= around[1]);
    return { records: stored.filter((one) => isKept(one.window, one.seq)) };
  } catch (thrown) {
    throw new Error(`${file}: ${sentence(thrown)}`);
  } finally {
    log.close();
  }
}
