import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ChainClient } from '../../common/chain.ts';
import { bootSystem } from '../../devnet/boot.ts';
import { CORE } from '../../devnet/config.ts';
import { writeGenesis } from '../../devnet/genesis.ts';
import { KeyRing } from '../../devnet/keys.ts';
import { prepareNode } from '../../devnet/nodeos.ts';
import { reservePorts } from '../../devnet/ports.ts';
import { setShift } from '../../devnet/shift.ts';
import { type Supervisor, whenReady } from '../../devnet/supervisor.ts';
import { findTools } from '../../devnet/tools.ts';
import { inFolder } from './in-folder.ts';
import { progressLines } from './progress.ts';

/** The tests make the same keys from it, so that none has to be handed over. */
export const CHAIN_SEED = 11;

/** What tests need to know of the chain; in the file chain.json of the folder that POOL_CHAIN names. */
export interface ChainFile {
  api: string;
  chainId: string;
  clock: string;
  pid: number;
}

/** A test refuses much on purpose; a node would soon drop the transactions of who fails so often. */
const PATIENT = 'subjective-account-max-failures = 100000';

/**
 * A chain of one node for tests, with the system contracts and all protocol features, on which eosio itself produces and
 * nobody is elected. Gives `work` its folder in POOL_CHAIN; ends it and removes the folder afterwards, also at Ctrl-C.
 */
export async function withChain<T>(work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  return inFolder('chain', async (dir, supervisor) => {
    await boot(dir, supervisor);
    return work({ POOL_CHAIN: dir });
  });
}

async function boot(dir: string, supervisor: Supervisor): Promise<void> {
  const progress = progressLines();
  const keys = new KeyRing(CHAIN_SEED);
  const system = keys.pair('eosio');
  const tools = findTools();
  const { base } = await reservePorts(2);
  const clock = path.join(dir, 'clock');
  const genesis = path.join(dir, 'genesis.json');
  mkdirSync(path.join(dir, 'logs'));
  setShift(clock, 0);
  writeGenesis(genesis, system.public);
  const spec = prepareNode(tools, {
    plan: { name: 'eosio', role: 'producer', apiPort: base, p2pPort: null },
    dir,
    genesis,
    clockFile: clock,
    peers: [],
    producers: ['eosio'],
    signingKeys: [system],
    bootstrap: true,
  });
  appendFileSync(path.join(dir, 'nodes/eosio/config/config.ini'), `${PATIENT}\n`);
  const api = `http://127.0.0.1:${base}`;
  const client = new ChainClient(api, [system.private]);
  const node = await supervisor.start(spec);
  const { chain_id: chainId } = await whenReady(node, () => client.info());
  const plan = { systemContracts: tools.systemContracts, systemKey: system.public, core: CORE };
  await bootSystem(client, plan, progress);
  const file: ChainFile = { api, chainId, clock, pid: node.pid };
  writeFileSync(path.join(dir, 'chain.json'), JSON.stringify(file));
  progress(`a chain for tests at ${api}`);
}
