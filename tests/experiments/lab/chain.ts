import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Action, action, type ChainClient } from '../../../common/chain.ts';
import { slotOfTimestamp } from '../../../common/slot.ts';
import { bootBios } from '../../../devnet/boot.ts';
import { CORE } from '../../../devnet/config.ts';
import type { KeyPair } from '../../../devnet/keys.ts';
import { findTools } from '../../../devnet/tools.ts';
import { eventually } from '../../../devnet/wait.ts';
import { labContract } from './contract.ts';
import type { Lab, LabNode } from './lab.ts';

/** A producer of the schedule and the keys any one of which signs for it. */
export interface Turn {
  name: string;
  keys: KeyPair[];
}

/** The account the pool's members sign for. */
export const POOL = 'pool';

export interface ChainOptions {
  /** Producers that the first node goes on as. */
  producers: string[];
  /** Every producer there will be: a schedule with an account that does not exist is ignored. */
  accounts: string[];
  config?: string[];
}

/** The first node of a chain: it begins as eosio. */
export async function startChain(lab: Lab, name: string, options: ChainOptions): Promise<LabNode> {
  const { producers, accounts, config = [] } = options;
  const signingKeys = [lab.keys.pair('eosio'), ...producers.map((producer) => lab.keys.pair(producer))];
  const settings = { producers: ['eosio', ...producers], signingKeys, listens: true, bootstrap: true, config };
  const node = await lab.node(name, settings);
  const systemKey = lab.keys.pair('eosio').public;
  const plan = { systemContracts: findTools().systemContracts, systemKey, core: CORE };
  await bootBios(node.api, plan, ['load', ...accounts]);
  const code = { account: 'eosio', vmtype: 0, vmversion: 0, code: labContract().toString('hex') };
  await node.api.transact([action('eosio', 'setcode', code, 'eosio')]);
  lab.say(`chain booted by ${name}`);
  return node;
}

/** Makes `turns` the schedule, in this order, and waits until it is active. */
export async function setSchedule(lab: Lab, client: ChainClient, turns: Turn[]): Promise<void> {
  const before = await activeVersion(client);
  await client.transact([setprods(turns)]);
  const isActive = async () => ((await activeVersion(client)) > before ? true : undefined);
  await eventually('the new schedule', isActive, 30_000);
  lab.say(`schedule: ${turns.map(({ name }) => name).join(', ')}`);
}

/** The action that proposes `turns` as the schedule. */
export function setprods(turns: Turn[]): Action {
  const schedule = turns.map(({ name, keys }) => {
    const weighted = keys.map((key) => ({ key: key.public, weight: 1 }));
    return { producer_name: name, authority: ['block_signing_authority_v0', { threshold: 1, keys: weighted }] };
  });
  return action('eosio', 'setprods', { schedule }, 'eosio');
}

async function activeVersion(client: ChainClient): Promise<number> {
  return (await client.post<{ active: { version: number } }>('/v1/chain/get_producer_schedule')).active.version;
}

/**
 * Waits until blocks of the new schedule are irreversible. Producers that were just started confirm nothing in their first window;
 * until then the last irreversible block does not decide between branches, as it does in the long run.
 */
export async function untilSettled(lab: Lab, client: ChainClient): Promise<void> {
  const start = (await client.info()).head_block_num;
  const passed = async () => ((await client.info()).last_irreversible_block_num > start ? true : undefined);
  await eventually('an irreversible block of the new schedule', passed, 90_000);
  lab.say('the last irreversible block follows');
}

/** Waits until the nodes have the chain's head, more or less. */
export async function untilInSync(client: ChainClient, nodes: LabNode[]): Promise<void> {
  for (const node of nodes) {
    const caughtUp = async () => {
      const [mine, head] = [await node.api.info(), await client.info()];
      return mine.head_block_num >= head.head_block_num - 2 ? true : undefined;
    };
    await eventually(`${node.name} in sync`, caughtUp, 30_000);
  }
}

/** A block on the final chain. */
export interface OnChain {
  num: number;
  id: string;
  slot: number;
  producer: string;
  previous: string;
  confirmed: number;
}

/** Blocks of a node's chain with slots from `from` to `to`, in order. */
export async function blocksBetween(client: ChainClient, from: number, to: number): Promise<OnChain[]> {
  const found: OnChain[] = [];
  let num = (await client.info()).head_block_num;
  for (;;) {
    const block = (await client.block(num)) as Awaited<ReturnType<ChainClient['block']>> & { confirmed: number };
    const slot = slotOfTimestamp(block.timestamp);
    if (slot < from || num <= 2) break;
    const { id, producer, previous, confirmed } = block;
    if (slot <= to) found.unshift({ num, id, slot, producer, previous, confirmed });
    num--;
  }
  return found;
}

/** Sends `rate` small transactions a second to a node, so that members' blocks differ. */
export async function startLoad(lab: Lab, node: LabNode, rate: number): Promise<void> {
  const keys = path.join(lab.dir, 'keys.json');
  // Accounts of an experiment are all under the system key.
  writeFileSync(keys, JSON.stringify({ load: lab.keys.pair('eosio').private }), { mode: 0o600 });
  await lab.program('load', 'devnet/load.ts', { LOAD_API: node.api.url, LOAD_KEYS: keys, LOAD_RATE: String(rate) });
}
