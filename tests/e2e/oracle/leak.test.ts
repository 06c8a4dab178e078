import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { action, ChainClient } from '../../../common/chain.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { keyId } from '../../../common/keys.ts';
import { firstSlot, lastSlot } from '../../../common/slot.ts';
import { decide } from '../../../deploy/govern.ts';
import { type Motion, NO_KEY } from '../../../deploy/motions.ts';
import { prepareNode } from '../../../devnet/nodeos.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { Supervisor, whenReady } from '../../../devnet/supervisor.ts';
import { findTools } from '../../../devnet/tools.ts';
import { blocksBetween } from '../../experiments/lab/chain.ts';
import { LONG } from '../../support/nats.ts';
import { OracleScene } from '../../support/oracle-scene.ts';
import { PoolCommand, until } from '../../support/processes.ts';

const JOURNAL = 'honest.sqlite';

describe('a member has a second node straight on the network', { timeout: 600_000, ...LONG }, () => {
  const scene = new OracleScene();
  const home = mkdtempSync(path.join(tmpdir(), 'bppool-leak-'));
  const supervisor = new Supervisor(() => {});
  let release: () => void = () => {};
  let culprit = '';
  let signer = '';

  before(async () => {
    await scene.start();
    const { members } = scene.run.state;
    culprit = members[2]?.account ?? '';
    signer = keyId(members[2]?.signingKey ?? '');
  });
  after(async () => {
    await supervisor.stopAll();
    await scene.stop();
    release();
    rmSync(home, { recursive: true, force: true });
  });

  /** A nodeos with the member's signing key that knows the other producer and no emitter. */
  async function startTwin(): Promise<void> {
    const { state } = scene.run;
    const ports = await reservePorts(1);
    release = () => ports.release();
    const keys = JSON.parse(readFileSync(state.keys, 'utf8')) as Record<string, string>;
    const signingKey = state.members[2]?.signingKey ?? '';
    mkdirSync(path.join(home, 'logs'));
    const producer = state.nodes.find(({ role }) => role === 'producer')?.p2p ?? '';
    const twin = await supervisor.start(
      prepareNode(findTools(), {
        plan: { name: 'twin', role: 'member', apiPort: ports.base, p2pPort: null },
        ...{ dir: home, genesis: path.join(scene.dir, 'genesis.json'), clockFile: state.clockShiftFile },
        ...{ peers: [producer], producers: [state.pool], bootstrap: false },
        signingKeys: [{ public: signingKey, private: keys[signingKey] ?? '' }],
      }),
    );
    const node = new ChainClient(`http://127.0.0.1:${ports.base}`);
    await whenReady(twin, () => node.info());
  }

  /** Ids of the pool's blocks of a window on the final chain that its emitter did not let out, and whose the key is that signed them. */
  async function leaks(window: number): Promise<{ id: string; signer: string | null }[]> {
    await scene.untilIrreversible(window);
    const log = new EventLogReader(scene.run.emitters[0]?.eventLog ?? '');
    try {
      const blocks = await blocksBetween(scene.chain, firstSlot(window), lastSlot(window));
      const final = new Set(blocks.map(({ id }) => id));
      return log.window(window).flatMap(({ event }) => (event.type === 'leak' && final.has(event.id) ? [event] : []));
    } finally {
      log.close();
    }
  }

  test('its blocks are told of as leaks, reported with their evidence, and open a case against it that the contract takes', {
    timeout: 500_000,
  }, async () => {
    const { state } = scene.run;
    await startTwin();
    let window = scene.nextWindow;
    let found = await leaks(window);
    for (let more = 0; found.length === 0 && more < 5; more++) {
      window = scene.nextWindow;
      found = await leaks(window);
    }
    await supervisor.stopAll();
    assert.ok(found.length > 0, 'a block of the second node is on the final chain');
    assert.deepEqual([...new Set(found.map((leak) => leak.signer))], [signer]);

    const oracle = scene.oracle('oracle1', { from: window, journal: JOURNAL });
    scene.oracle('oracle2', { from: window });
    const [settled] = await scene.untilSettled([window]);
    assert.equal(settled?.reports, 2, 'both oracles report the same, evidence and all');
    const [report] = (await scene.reports([window])).filter((each) => each.oracle === 'oracle1');
    const told = report?.metrics.leaks ?? [];
    assert.deepEqual(told.map(({ id }) => id).sort(), found.map(({ id }) => id).sort());
    for (const { id, evidence } of told) {
      const file = path.join(scene.dir, `${JOURNAL}.evidence`, `${window}-leak-${evidence}.json`);
      const text = readFileSync(file, 'utf8').trimEnd();
      assert.equal(createHash('sha256').update(text).digest('hex'), evidence);
      assert.ok(
        oracle.complaints.some((line) => line.includes(`leak: block ${id}`)),
        oracle.complaints.join('\n'),
      );
    }

    const keys = Object.values(JSON.parse(readFileSync(state.keys, 'utf8')) as Record<string, string>);
    const client = scene.run.chain(keys);
    const claimant = state.members[0]?.account ?? '';
    // Before anybody is told how to open a case there must be who judges it, and a deposit's row for the fee, which is none here.
    const judge = state.oracles[0]?.account ?? '';
    const voters = state.members.map(({ account }) => account);
    await decide(client, state.dac, voters, [arbitrator(judge)]);
    await client.transact([action(state.dac, 'open', { account: claimant }, claimant)]);

    const [{ evidence = '' } = {}] = told;
    const file = path.join(scene.dir, `${JOURNAL}.evidence`, `${window}-leak-${evidence}.json`);
    const args = ['case', 'open', '--evidence', file, '--as', claimant, '--api', state.publicApi, '--dac', state.dac];
    const { code, stdout, stderr } = await new PoolCommand(args).ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`left by another way out of ${culprit}'s node: this is against ${culprit}`));
    const data = JSON.parse(/opencase '(.*)' -p/.exec(stdout)?.[1] ?? '{}') as Record<string, unknown>;
    assert.deepEqual(data, { claimant, respondent: culprit, order: 0, window, evidence });

    await client.transact([action(state.dac, 'opencase', data, claimant)]);
    await until('the case', async () => {
      const rows = await client.rows<{ respondent: string; evidence: string }>(state.dac, state.dac, 'cases');
      return rows.some((row) => row.respondent === culprit && row.evidence === evidence);
    });
  });
});

function arbitrator(account: string): Motion {
  const data = { role: 'arbitrator', account, on: true, key: NO_KEY, endpoints: '' };
  return { kind: 'role', data, text: `${account} judges cases` };
}
