import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ChainClient } from '../../../common/chain.ts';
import { makeLogger } from '../../../common/logger.ts';
import { writeGenesis } from '../../../devnet/genesis.ts';
import { KeyRing } from '../../../devnet/keys.ts';
import { type NodeSettings, prepareNode, type StartFrom } from '../../../devnet/nodeos.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { setShift } from '../../../devnet/shift.ts';
import { type Running, Supervisor, whenReady } from '../../../devnet/supervisor.ts';
import { findTools } from '../../../devnet/tools.ts';
import { NodeBlocks } from '../../../oracle/source/node-blocks.ts';
import { ShipBlocks } from '../../../oracle/source/ship/ship-blocks.ts';
import { SteadyBlocks } from '../../../oracle/source/steady.ts';
import { Journal } from '../../../oracle/window/journal.ts';
import { scratch, until } from '../../support/processes.ts';

const logger = makeLogger('ship', 'silent');

test('a real node that goes away, comes back with its blocks, and comes back with none', {
  timeout: 120_000,
}, async (t) => {
  const dir = scratch(t);
  const supervisor = new Supervisor();
  const ports = await reservePorts(2);
  t.after(() => supervisor.stopAll());
  const key = new KeyRing(3).pair('eosio');
  const genesis = path.join(dir, 'genesis.json');
  const clockFile = path.join(dir, 'clock');
  mkdirSync(path.join(dir, 'logs'));
  writeGenesis(genesis, key.public);
  setShift(clockFile, 0);
  const settings: NodeSettings = {
    plan: { name: 'eosio', role: 'producer', apiPort: ports.base, p2pPort: null, shipPort: ports.base + 1 },
    ...{ dir, genesis, clockFile, peers: [], producers: ['eosio'], signingKeys: [key], bootstrap: true },
  };
  const client = new ChainClient(`http://127.0.0.1:${ports.base}`);
  const start = async (from: StartFrom): Promise<Running> => {
    const running = await supervisor.start(prepareNode(findTools(), settings, from));
    await whenReady(running, () => client.info());
    return running;
  };
  const kill = async (running: Running) => {
    process.kill(running.pid, 'SIGKILL');
    await running.exited;
  };

  const first = await start('nothing');
  const node = new NodeBlocks(client);
  const url = `ws://127.0.0.1:${ports.base + 1}`;
  const ship = new ShipBlocks({ url, node, dac: 'pooldac', traces: true, logger });
  const journal = new Journal(path.join(dir, 'journal.sqlite'));
  const steady = new SteadyBlocks(ship, () => node.chainId(), journal);
  ship.start();
  t.after(async () => {
    await ship.stop();
    journal.close();
  });
  await until('ten irreversible blocks', async () => ship.isFresh() && (await steady.irreversible()).num > 10, 30_000);
  const seen = await steady.irreversible();
  assert.deepEqual(await node.block(seen.num), seen);

  await kill(first);
  await until('the stream is over', () => !ship.isFresh(), 10_000);
  await assert.rejects(steady.irreversible(), { code: 'chain_unreachable' });

  const second = await start('blocks');
  const works = async () => {
    try {
      return (await steady.irreversible()).num > seen.num;
    } catch {
      return false;
    }
  };
  await until('it goes on with the same chain', works, 30_000);
  await until('the stream as well', () => ship.isFresh(), 30_000);
  assert.deepEqual(await ship.block(seen.num), seen);
  await kill(second);

  await start('nothing');
  await assert.rejects(steady.irreversible(), { code: 'chain_behind' });
  const codes = new Set<string>();
  const other = async () => {
    await steady.irreversible().catch(({ code }) => codes.add(code));
    return codes.has('other_chain');
  };
  await until('it is higher than the chain before, and another one', other, 60_000);
  assert.ok(
    [...codes].every((code) => code === 'chain_behind' || code === 'other_chain'),
    [...codes].join(),
  );
});
