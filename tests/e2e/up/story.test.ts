import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Summary } from '../../../cli/run/summary.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { lastSlot } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { PROPOSAL } from '../../../deploy/govern.ts';
import { listens, PoolCommand, processesWith, scratch, until } from '../../support/processes.ts';
import { addresses, hasRunFile, type RunFile, readRunFile } from '../../support/run-file.ts';
import { type Watched, watchRun } from '../../support/watch.ts';

const units = (amount: string) => BigInt((amount.split(' ')[0] as string).replace('.', ''));

describe('./pool up --windows 3 --kill leader@2:5 --json FILE', { timeout: 420_000 }, () => {
  const cleanups: (() => void)[] = [];
  let command: PoolCommand;
  let dir: string;
  let summary: Summary;
  let run: RunFile;
  let watched: Watched;
  let exitCode: number | null = null;

  before(async () => {
    dir = path.join(scratch({ after: (fn) => cleanups.push(fn) }), 'run');
    const json = `${dir}.json`;
    command = new PoolCommand(['up', '--windows', '3', '--kill', 'leader@2:5', '--json', json, '--dir', dir]);
    await until('run.json', () => hasRunFile(dir) || command.process.exitCode !== null);
    run = readRunFile(dir);
    watched = await watchRun(run, command.ended);
    const ended = await command.ended;
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

  test('nobody holds a key of the DAC or of the producer: the code does, or all three members together', () => {
    const code = 'pooldac@eosio.code';
    assert.deepEqual(watched.dac.active, { threshold: 1, keys: [], accounts: [code] });
    const accounts = ['member1', 'member2', 'member3', code];
    assert.deepEqual(watched.dac.owner, { threshold: 3, keys: [], accounts });
    assert.deepEqual(Object.keys(watched.dac), ['active', 'owner']);
    for (const name of ['owner', 'active']) {
      assert.deepEqual(watched.pool[name], { threshold: 1, keys: [], accounts: [code] });
    }
  });

  test('the founders voted on all there is: the third member, the producer, the oracle, the emitter, its pay', () => {
    const { proposals } = watched;
    assert.deepEqual(
      proposals.map(({ kind, subject, target }) => [kind, subject, target].filter(Boolean).join(' ')),
      ['admit member3', 'register', 'role oracle1 oracle', 'role emitter1 emitter', 'order emitter1'],
    );
    for (const { status, yes, electors } of proposals) {
      assert.deepEqual({ status, yes, electors }, { status: PROPOSAL.executed, yes: 2, electors: 2 });
    }
  });

  test('who was voted in signs blocks that are accepted', () => {
    const log = new EventLogReader(path.join(dir, 'events.sqlite'));
    const own = [...log.all()].map(({ event }) => event).filter((event) => event.type === 'candidate');
    log.close();
    const accepted = own.filter(({ member, verdict }) => member === 'member3' && verdict === 'valid');
    assert.ok(accepted.length >= 12, `${accepted.length} valid blocks`);
  });

  test('a tenth of the income is for the infrastructure, and the emitter has its month of it', () => {
    const tenth = units(summary.income) / 10n;
    const less = tenth - units(summary.infrastructure);
    assert.ok(less >= 0n && less < 10n, `${summary.infrastructure} of ${summary.income}`);
    assert.equal(watched.operator, units('10.0000 EOS'));
  });

  test('each window is reported once, and only when it was irreversible', () => {
    assert.equal(summary.reports.length, 3);
    assert.equal(new Set(summary.reports.map(({ trx }) => trx)).size, 3);
    const { settled } = watched;
    assert.ok(settled.length >= 3, `${settled.length} settled windows were seen while the pool ran`);
    for (const { window, libSlot } of settled)
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
      /^(clock|dashboard\.sqlite(-lock)?|deploy\.json|devnet\.json|emitter-emitter1\.key|events\.sqlite(-lock)?|genesis\.json|keys\.json|logs|oracle-oracle1\.(key|sqlite(-lock)?)|run\.json)$/;
    for (const name of readdirSync(dir)) assert.match(name, ours);
  });
});
