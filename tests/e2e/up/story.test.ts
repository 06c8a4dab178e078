import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Summary } from '../../../cli/run/summary.ts';
import { ChainClient } from '../../../common/chain.ts';
import { EventLogReader, verifyLog } from '../../../common/event-log.ts';
import { firstSlot, lastSlot, slotOfTimestamp } from '../../../common/slot.ts';
import { listens, PoolCommand, processesWith, scratch, until } from '../../support/processes.ts';
import { addresses, hasRunFile, type RunFile, readRunFile } from '../../support/run-file.ts';

const units = (amount: string) => BigInt((amount.split(' ')[0] as string).replace('.', ''));

interface Seen {
  window: number;
  /** Last irreversible slot when the report was first seen on chain. */
  libSlot: number;
}

describe('./pool up --windows 3 --kill leader@2:5 --json FILE', { timeout: 420_000 }, () => {
  const cleanups: (() => void)[] = [];
  let command: PoolCommand;
  let dir: string;
  let summary: Summary;
  let run: RunFile;
  const reported: Seen[] = [];
  let exitCode: number | null = null;

  before(async () => {
    dir = path.join(scratch({ after: (fn) => cleanups.push(fn) }), 'run');
    const json = `${dir}.json`;
    command = new PoolCommand(['up', '--windows', '3', '--kill', 'leader@2:5', '--json', json, '--dir', dir]);
    await until('run.json', () => hasRunFile(dir) || command.process.exitCode !== null);
    run = readRunFile(dir);
    const watching = watchReports(run, reported, command.ended);
    const ended = await command.ended;
    await watching;
    exitCode = ended.code;
    assert.equal(exitCode, 0, ended.stderr);
    summary = JSON.parse(readFileSync(json, 'utf8')) as Summary;
  });
  after(async () => {
    await command.stop();
    for (const cleanup of cleanups) cleanup();
  });

  test('all 12 slots of each window are on the final chain, the killed one rescued', () => {
    assert.equal(summary.windows.length, 3);
    for (const { slots, emitted, missed } of summary.windows) {
      assert.deepEqual({ slots, emitted, missed }, { slots: 12, emitted: 12, missed: 0 });
    }
    assert.deepEqual(
      summary.windows.map((window) => window.rescues),
      [0, 1, 0],
    );
    assert.ok(summary.publicForkSwitches <= 1, `${summary.publicForkSwitches} public fork switches`);
  });

  test('every member proposes in every slot until it is killed; no block of the dead one is used after', () => {
    const [one, two, three] = summary.windows.map(({ members }) => members);
    for (const member of one ?? []) assert.equal(member.candidates, 12, member.name);
    const dead = three?.find((member) => member.candidates === 0);
    assert.ok(dead, 'a member has no candidates in the third window');
    assert.equal(two?.find(({ name }) => name === dead.name)?.candidates, 6);
    assert.equal(
      three?.reduce((sum, { selected }) => sum + selected, 0),
      12,
    );
  });

  test('the pay is even over the shares, adds up to the income, and has arrived', () => {
    const { income, infrastructure, escrow, carry, payouts } = summary;
    const credited = payouts.reduce((sum, payout) => sum + units(payout.credited), 0n);
    assert.equal(units(income), credited + units(infrastructure) + units(escrow) + units(carry));
    assert.ok(credited > 0n);
    for (const payout of payouts) assert.equal(payout.paid, payout.credited, payout.member);
    const amounts = payouts.map((payout) => units(payout.credited)).sort((a, b) => Number(a - b));
    // The killed member has 2 shares (6 of 12 slots are enough), the others 3.
    assert.equal((amounts[0] as bigint) * 3n, (amounts[1] as bigint) * 2n);
    assert.equal(amounts[1], amounts[2]);
  });

  test('each window is reported once, and only when it was irreversible', () => {
    assert.equal(summary.reports.length, 3);
    assert.equal(new Set(summary.reports.map(({ trx }) => trx)).size, 3);
    assert.ok(reported.length >= 3, `${reported.length} settled windows were seen while the pool ran`);
    for (const { window, libSlot } of reported)
      assert.ok(libSlot >= lastSlot(window), `window ${window} was reported early`);
  });

  test('the event log verifies, and every emission follows its decision', () => {
    const log = new EventLogReader(path.join(dir, 'events.sqlite'));
    assert.equal(verifyLog(log).ok, true);
    const decided = new Set<string>();
    for (const { event } of log.all()) {
      if (event.type === 'decision') decided.add(`${event.slot}:${event.id}:${event.signer}`);
      if (event.type === 'emission') assert.ok(decided.has(`${event.slot}:${event.id}:${event.signer}`));
      assert.notEqual(event.type, 'leak');
    }
    log.close();
  });

  test('no member lost a block: nothing dropped, nothing unlinkable', () => {
    for (const { role, log } of run.nodes) {
      if (role !== 'member') continue;
      const text = readFileSync(log, 'utf8');
      assert.doesNotMatch(text, /unlinkable/i, log);
      assert.doesNotMatch(text, /dropped incoming block/i, log);
    }
  });

  test('members are connected to the emitter and to nothing else', () => {
    assert.equal(run.members.length, 3);
    const producers = run.nodes.filter(({ role }) => role === 'producer');
    assert.equal(new Set(producers.map(({ pid }) => pid)).size, 3);
    for (const { role, p2p } of run.nodes) if (role === 'member') assert.equal(p2p, null);
  });

  test('no process, no port and no stray file is left', async () => {
    assert.deepEqual(processesWith(dir), []);
    for (const address of addresses(run)) assert.equal(await listens(address), false, address);
    const ours =
      /^(clock|devnet\.json|events\.sqlite|genesis\.json|keys\.json|logs|oracle-oracle1\.(key|sqlite)|run\.json)$/;
    for (const name of readdirSync(dir)) assert.match(name, ours);
  });
});

/** Looks at the contract's settled windows and at the last irreversible block while the pool runs. */
async function watchReports(run: RunFile, seen: Seen[], ended: Promise<unknown>): Promise<void> {
  const chain = new ChainClient(run.publicApi);
  let running = true;
  void ended.then(() => {
    running = false;
  });
  while (running) {
    try {
      const rows = await chain.rows<{ window: number | string }>(run.dac, run.dac, 'windows');
      const { last_irreversible_block_num: lib } = await chain.info();
      const libSlot = slotOfTimestamp((await chain.block(lib)).timestamp);
      for (const { window } of rows) {
        if (!seen.some((known) => known.window === Number(window))) seen.push({ window: Number(window), libSlot });
      }
    } catch {
      // Not up yet, or ending.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const { window } of seen) assert.ok(firstSlot(window) > 0);
}
