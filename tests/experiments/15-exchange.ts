import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNats } from '../../common/nats/connection.ts';
import { NATS_PORTS, NatsCluster } from '../../devnet/nats-cluster.ts';
import { findNatsServer } from '../../devnet/nats-server.ts';
import { reservePorts } from '../../devnet/ports.ts';
import { Supervisor } from '../../devnet/supervisor.ts';
import { eventually } from '../../devnet/wait.ts';
import { type TestBlock, TestEmitter, testBlock } from '../support/exchange-world.ts';

/**
 * How long a candidate takes from the emitter that kept it to another one, and what it costs that 100 members' candidates are announced:
 * `node tests/experiments/15-exchange.ts`. Results in docs/decisions/candidate-exchange.md.
 */

const SAMPLES = 100;
const PACE_MS = 40;
const MEMBERS = 100;
const TICKS_PER_S = 100;

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-exchange-'));
const supervisor = new Supervisor();
const ports = await reservePorts(NATS_PORTS);
const cluster = new NatsCluster(dir, supervisor, await findNatsServer(), ports.base);
try {
  await cluster.start();
  for (const bytes of [20_000, 300_000, 1_000_000]) {
    for (const isWanted of [true, false]) await latency(bytes, isWanted);
  }
  await load(20_000, false, 20);
  await load(20_000, true, 20);
  await load(300_000, true, 4);
} finally {
  await supervisor.stopAll();
  await ports.release();
  rmSync(dir, { recursive: true, force: true });
}

/** Two emitters at two nodes. */
async function pair(blocks: TestBlock[]): Promise<{ a: TestEmitter; b: TestEmitter; close(): Promise<void> }> {
  const urls = cluster.names.slice(0, 2).map((name) => `nats://${cluster.address(name)}`);
  const wires = await Promise.all(urls.map((url) => connectNats(url, 'experiment')));
  const [a, b] = wires.map(({ connection }, i) => new TestEmitter(connection, `emitter${i + 1}`, blocks)) as [
    TestEmitter,
    TestEmitter,
  ];
  const known = () => [a, b].every(({ exchange }) => exchange.others.length === 1);
  await eventually('they know each other', async () => known() || undefined, 10_000, 5);
  const close = async () => {
    for (const { exchange } of [a, b]) exchange.stop();
    await Promise.all(wires.map(({ connection }) => connection.close()));
  };
  return { a, b, close };
}

/** `isWanted`: it is asked for when its announcement has come, as a decided one is. */
async function latency(bytes: number, isWanted: boolean): Promise<void> {
  const blocks = Array.from({ length: SAMPLES + 10 }, (_, i) => testBlock(i, bytes));
  const { a, b, close } = await pair(blocks);
  const times: number[] = [];
  for (const [i, block] of blocks.entries()) {
    await sleep(PACE_MS);
    const began = performance.now();
    a.keep(block);
    if (isWanted) b.exchange.want(block.key, a.name);
    await eventually('it comes', async () => b.received[i] && true, 5000, 1);
    if (i >= 10) times.push((b.received[i]?.at ?? 0) - began);
  }
  await close();
  times.sort((x, y) => x - y);
  const at = (part: number) => (times[Math.floor(times.length * part)] ?? 0).toFixed(1);
  const way = isWanted ? 'asked for at once' : 'after the wait';
  console.log(`${bytes} bytes, ${way}: n ${times.length} p50 ${at(0.5)} p90 ${at(0.9)} p99 ${at(0.99)} ms`);
}

/** 100 members send a block twice a second for so many seconds, to both emitters, or `isAlone` to the first of them. */
async function load(size: number, isAlone: boolean, length: number): Promise<void> {
  const blocks = Array.from({ length: 2 * length * MEMBERS }, (_, i) => testBlock(i, size));
  const { a, b, close } = await pair(blocks);
  const signers = Array.from({ length: MEMBERS }, (_, i) => `0:02${i.toString(16).padStart(64, '0')}`);
  for (const { exchange } of [a, b]) for (const signer of signers) exchange.member(signer, true);
  const before = { cpu: process.cpuUsage(), nats: natsCpu(), bytes: await routed() };
  const began = performance.now();
  for (let half = 0; half < 2 * length; half++) {
    for (const block of blocks.slice(half * MEMBERS, (half + 1) * MEMBERS)) {
      a.keep(block);
      if (!isAlone) b.keep(block);
    }
    await sleep(Math.max(0, began + (half + 1) * 500 - performance.now()));
  }
  const seconds = (performance.now() - began) / 1000;
  const inTime = b.received.length;
  const cpu = process.cpuUsage(before.cpu);
  const own = ((cpu.user + cpu.system) / 1e6 / seconds) * 100;
  const nats = ((natsCpu() - before.nats) / seconds) * 100;
  const bytes = ((await routed()) - before.bytes) / seconds;
  const who = `${MEMBERS} members, ${size} bytes twice a second, to ${isAlone ? 'one' : 'both'}`;
  const cost = `${own.toFixed(1)} % CPU of both exchanges, ${nats.toFixed(1)} % of the nats-servers`;
  await sleep(3000);
  const came = `${inTime} of ${blocks.length} passed on, ${b.received.length - inTime} more in the next 3 s`;
  console.log(`${who}: ${cost}, ${(bytes / 1000).toFixed(0)} kB/s into them; ${came}`);
  await close();
}

/** Bytes that the nodes took in from clients and from each other. */
async function routed(): Promise<number> {
  const sums = await Promise.all(
    cluster.names.map(async (name) => {
      const [host, port] = cluster.address(name).split(':');
      const answer = await fetch(`http://${host}:${Number(port) + 2}/varz`);
      return ((await answer.json()) as { in_bytes: number }).in_bytes;
    }),
  );
  return sums.reduce((sum, bytes) => sum + bytes, 0);
}

/** Seconds of processor time that the nodes have used. */
function natsCpu(): number {
  const pids = cluster.names.map((name) => supervisor.get(name)?.process.pid ?? 0);
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_S;
}
