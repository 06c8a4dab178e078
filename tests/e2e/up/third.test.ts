import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { oracleJournal } from '../../../cli/run/programs.ts';
import { ChainClient } from '../../../common/chain.ts';
import { shiftedClock } from '../../../common/clock.ts';
import { sentence } from '../../../common/errors.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { EMITTER_NODE_FLAGS } from '../../../common/node-flags.ts';
import { firstSlot, lastSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { decide } from '../../../deploy/govern.ts';
import { endRole, type Motion, nameEmitter } from '../../../deploy/motions.ts';
import { KeyRing } from '../../../devnet/keys.ts';
import { prepareNode } from '../../../devnet/nodeos.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { Supervisor, whenReady } from '../../../devnet/supervisor.ts';
import { findTools, ROOT } from '../../../devnet/tools.ts';
import { blocksBetween } from '../../experiments/lab/chain.ts';
import { LONG } from '../../support/nats.ts';
import { PoolCommand, scratch, until } from '../../support/processes.ts';
import { hasRunFile, type RunFile, readRunFile } from '../../support/run-file.ts';

const POOL_SLOTS = 12;
/** By then a window's last block is out everywhere, and the next one of the pool is seconds away. */
const AFTER_MS = 1500;

describe('a third emitter comes into a running pool and leaves it again', { timeout: 600_000, ...LONG }, () => {
  const endings: (() => unknown)[] = [];
  /** As a service manager has it: an emitter that ends because the cluster did not answer in time is started again. */
  const supervisor: Supervisor = new Supervisor(({ expected }, { spec }) => {
    if (!expected && spec.name === 'emitter3' && !isTakenOut) setTimeout(() => void supervisor.start(spec), 500);
  });
  let isTakenOut = false;
  const newcomer = new KeyRing(undefined).pair('log');
  let command: PoolCommand;
  let dir: string;
  let run: RunFile;
  let chain: ChainClient;
  let account = '';
  let own: { log: string; p2p: string; http: string };

  before(async () => {
    const base = scratch({ after: (end) => endings.push(end) });
    dir = path.join(base, 'run');
    command = new PoolCommand(['up', '--emitters', '2', '--oracles', '3', '--producers', '1', '--dir', dir]);
    await command.said(/running in/);
    assert.ok(hasRunFile(dir));
    run = readRunFile(dir);
    const keys = JSON.parse(readFileSync(run.keys, 'utf8')) as Record<string, string>;
    chain = new ChainClient(run.publicApi, Object.values(keys));
    account = run.members[2]?.account ?? '';
    await start(base);
  });
  after(async () => {
    await supervisor.stopAll();
    await command.stop();
    for (const end of endings) await end();
  });

  /** A relay node and an emitter beside it, as an operator would start them: from the addresses in the run's file. */
  async function start(base: string): Promise<void> {
    const ports = await reservePorts(4);
    endings.push(() => ports.release());
    const [api, p2p, dial, http] = [0, 1, 2, 3].map((i) => ports.base + i) as [number, number, number, number];
    const producers = run.nodes.filter(({ role }) => role === 'producer').map((node) => node.p2p as string);
    const own_ = { dir: base, genesis: path.join(dir, 'genesis.json'), clockFile: path.join(dir, 'clock') };
    mkdirSync(path.join(base, 'logs'));
    const relay = await supervisor.start(
      prepareNode(findTools(), {
        plan: { name: 'relay3', role: 'relay', apiPort: api, p2pPort: p2p },
        ...own_,
        ...{ peers: producers, producers: [], signingKeys: [], bootstrap: false },
      }),
    );
    const node = new ChainClient(`http://127.0.0.1:${api}`);
    await whenReady(relay, () => node.info());
    const keyFile = path.join(base, 'log.key');
    writeFileSync(keyFile, `${newcomer.private}\n`, { mode: 0o600 });
    own = { log: path.join(base, 'events.sqlite'), p2p: `127.0.0.1:${dial}`, http: `http://127.0.0.1:${http}` };
    const env = {
      EMITTER_POOL: run.pool,
      EMITTER_DAC: run.dac,
      EMITTER_RELAY_API: `http://127.0.0.1:${api}`,
      EMITTER_RELAY_P2P: `127.0.0.1:${p2p}`,
      EMITTER_PEERS: producers.join(','),
      EMITTER_LISTEN: own.p2p,
      EMITTER_HTTP: `127.0.0.1:${http}`,
      EMITTER_EVENT_LOG: own.log,
      EMITTER_LOG_KEY_FILE: keyFile,
      EMITTER_NATS: run.nats.map(({ url }) => url).join(','),
      EMITTER_NAME: account,
      CLOCK_SHIFT_FILE: path.join(dir, 'clock'),
    };
    await until('the relay node in sync', async () => {
      return (await node.info()).head_block_num >= (await chain.info()).head_block_num - 1;
    });
    const args = ['--disable-warning=ExperimentalWarning', ...EMITTER_NODE_FLAGS, path.join(ROOT, 'emitter/main.ts')];
    const log = path.join(base, 'logs', 'emitter3.log');
    await supervisor.start({ name: 'emitter3', command: process.execPath, args, env, log, cwd: base });
  }

  /** Slots of a window that the newcomer let out. */
  function emitted(window: number): number[] {
    const log = new EventLogReader(own.log);
    try {
      return log.window(window).flatMap(({ event }) => (event.type === 'emission' ? [event.slot] : []));
    } finally {
      log.close();
    }
  }

  /** The pool's window that begins next, when it is not that of the newest block. */
  async function nextWindow(): Promise<number> {
    const from = (await newest()) + 1;
    let found = 0;
    await until('another window of the pool', async () => {
      found = await newest();
      return found >= from;
    });
    return found;
  }

  /** The window of the pool's newest block. */
  async function newest(): Promise<number> {
    const log = new EventLogReader(run.emitters[0]?.eventLog ?? '');
    try {
      const slots = log.after(Math.max(0, (log.end()?.seq ?? 0) - 500), 500).flatMap(({ event }) => {
        return event.type === 'decision' ? [event.slot] : [];
      });
      return windowOf(Math.max(0, ...slots));
    } finally {
      log.close();
    }
  }

  async function poolSlots(window: number): Promise<number> {
    await until(`window ${window} to be irreversible`, async () => {
      const { last_irreversible_block_num: num } = await chain.info();
      return slotTimeOf((await chain.block(num)).timestamp) > slotTime(lastSlot(window));
    });
    const blocks = await blocksBetween(chain, firstSlot(window), lastSlot(window));
    return blocks.filter(({ producer }) => producer === run.pool).length;
  }

  /** How many logs an oracle made its report of a window from. */
  function logsOf(window: number): number | null {
    const journal = new DatabaseSync(oracleJournal(dir, run.oracles[0]?.account ?? ''), {
      readOnly: true,
      timeout: 2000,
    });
    try {
      const row = journal.prepare('SELECT report FROM windows WHERE window = ?').get(window);
      if (!row?.report) return null;
      const { metrics } = JSON.parse(String(row.report)) as { metrics: string };
      return (JSON.parse(Buffer.from(metrics, 'hex').toString()) as { logs?: number }).logs ?? 1;
    } finally {
      journal.close();
    }
  }

  const slotTimeOf = (timestamp: string) => Date.parse(`${timestamp}Z`);

  /** A vote of this pool lasts a second of the chain: on a busy machine one can be over before all have voted. */
  async function vote(motion: Motion): Promise<void> {
    const voters = run.members.map((member) => member.account);
    await until('a vote in time', async () => {
      try {
        await decide(chain, run.dac, voters, [motion]);
        return true;
      } catch (thrown) {
        if (!/the vote on proposal \d+ is over/.test(sentence(thrown))) throw thrown;
        return false;
      }
    });
  }

  test('once the members have named it, it lets out all blocks of a window, and oracles read its log', async () => {
    await vote(nameEmitter(account, newcomer.public, own.p2p));
    for (const { role, api } of run.nodes) {
      if (role !== 'member') continue;
      const answer = await fetch(`${api}/v1/net/connect`, { method: 'POST', body: JSON.stringify(own.p2p) });
      assert.ok(answer.ok, await answer.text());
    }
    await until('the newcomer ready', async () => (await fetch(`${own.http}/ready`).catch(() => null))?.ok === true);
    await nextWindow();
    const window = await nextWindow();
    await nextWindow();
    assert.equal(emitted(window).length, POOL_SLOTS);
    assert.equal(await poolSlots(window), POOL_SLOTS);
    await until('a report of it', () => logsOf(window) !== null);
    assert.equal(logsOf(window), 3);
  });

  test('it carries the pool alone while the two others are frozen for a window', async () => {
    await nextWindow();
    const clock = shiftedClock(path.join(dir, 'clock'));
    const [one, two] = readRunFile(dir).emitters.map(({ pid }) => pid) as [number, number];
    // Between two windows of the pool: the next one is the newcomer's from its first slot.
    const before = await newest();
    await until('the end of the window', () => clock.now() > slotTime(lastSlot(before)) + AFTER_MS);
    for (const pid of [one, two]) process.kill(pid, 'SIGSTOP');
    const frozen = before + 2;
    try {
      await until('the window', () => emitted(frozen).length === POOL_SLOTS, 60_000);
    } finally {
      for (const pid of [one, two]) process.kill(pid, 'SIGCONT');
    }
    assert.equal(await poolSlots(frozen), POOL_SLOTS);
    for (const { eventLog } of run.emitters) {
      const log = new EventLogReader(eventLog);
      const late = log.window(frozen).filter(({ event }) => event.type === 'emission');
      log.close();
      assert.deepEqual(late, [], 'a woken emitter let out a block of that window');
    }
  });

  test('taken out by SIGTERM and by vote, nothing of it is missed', async () => {
    isTakenOut = true;
    const emitter = supervisor.get('emitter3');
    process.kill(emitter?.pid ?? 0, 'SIGTERM');
    const ended = await emitter?.exited;
    assert.equal(ended?.code, 0);
    await vote(endRole('emitter', account));
    await nextWindow();
    const window = await nextWindow();
    assert.equal(await poolSlots(window), POOL_SLOTS);
    await until('a report of it', () => logsOf(window) !== null);
    assert.equal(logsOf(window), 2);
    const { code, stderr } = await new PoolCommand(['log', 'verify', own.log]).ended;
    assert.equal(code, 0, stderr);
  });
});
