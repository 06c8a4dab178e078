import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainClient } from '../../../common/chain.ts';
import { PoolError } from '../../../common/errors.ts';
import { firstSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { type BlockHeader, decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { PublicChain } from '../../../emitter/public-chain.ts';
import { fromRpc } from '../../../emitter/verify/seed.ts';
import { type VectorRun, chain as vectors } from '../../support/vectors.ts';

const [run] = vectors.runs as [VectorRun];

function header(index: number): BlockHeader {
  const decoded = decodeBlockHeader(run.blocks[index]?.frame as Buffer);
  assert.ok(decoded.ok);
  return decoded.value;
}

/** A node that serves the state of its head alone, as one does whose other blocks are irreversible. */
function nodeAt(headId: string, refusals: number): { client: ChainClient; asked: string[] } {
  const asked: string[] = [];
  const client = {
    url: 'http://node',
    info: async () => ({ head_block_id: headId }),
    post: async (_path: string, { block_num_or_id: id }: { block_num_or_id: string }) => {
      asked.push(id);
      if (id === headId && asked.length > refusals) return run.seed;
      throw new PoolError('chain', `Could not find reversible block: ${id}`);
    },
  };
  return { client: client as unknown as ChainClient, asked };
}

function publicChain(client: ChainClient) {
  const linked: string[] = [];
  const faults: string[] = [];
  const clock = { now: () => slotTime(header(0).slot) };
  const handlers = {
    onLinked: (id: string) => linked.push(id),
    onFault: (_: string, text: string) => faults.push(text),
  };
  return { chain: new PublicChain(client, clock, 0n, handlers), linked, faults };
}

test('a gap whose parent is irreversible already is filled from the head', async () => {
  const { client, asked } = nodeAt(run.seed.id, 2);
  const { chain, linked, faults } = publicChain(client);
  chain.follow(header(1), null);
  while (linked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(asked, [header(1).previous, run.seed.id, run.seed.id]);
  for (const index of [0, 1, 2]) chain.follow(header(index), null);
  assert.deepEqual(linked, [run.seed.id, header(0).id, header(1).id, header(2).id]);
  assert.deepEqual(faults, []);
});

test('a seed is asked for again when the head became irreversible in between', async () => {
  const { client, asked } = nodeAt(run.seed.id, 3);
  const { chain } = publicChain(client);
  assert.equal((await chain.seedAtHead()).id, run.seed.id);
  assert.equal(asked.length, 4);
});

/** A node that serves the states of all blocks but those that are irreversible already. */
function nodeWith(states: Map<string, unknown>, headId: string): ChainClient {
  const post = async (_path: string, { block_num_or_id: id }: { block_num_or_id: string }) => {
    const state = states.get(id);
    if (!state) throw new PoolError('chain', `Could not find reversible block: ${id}`);
    return state;
  };
  return { url: 'http://node', info: async () => ({ head_block_id: headId }), post } as unknown as ChainClient;
}

/** States as a node has them: numbers 41 to 44 in one window, 40 in the window before it. */
function runningWindow() {
  const first = firstSlot(windowOf(header(0).slot) + 1);
  const ids = [39, 40, 41, 42, 43, 44].map((num) => num.toString(16).padStart(64, '0'));
  const states = new Map<string, unknown>();
  for (const [k, id] of ids.entries()) {
    const timestamp = new Date(slotTime(first + k - 2)).toISOString().replace('Z', '');
    const head = { timestamp, previous: ids[k - 1] ?? '00'.repeat(32) };
    states.set(id, { ...run.seed, id, block_num: 39 + k, header: { ...run.seed.header, ...head } });
  }
  return { ids, states, head: ids[5] as string };
}

test('a start in mid-window begins below the blocks that were let out here, whose states are known then', async () => {
  const { ids, states, head } = runningWindow();
  const own = new Set(ids.slice(2));
  const { chain } = publicChain(nodeWith(states, head));
  assert.equal((await chain.seedBelowOwn(({ id }) => own.has(id))).num, 40);
  for (const id of ids.slice(1)) assert.ok(chain.tree.get(id));
  assert.equal((await publicChain(nodeWith(states, head)).chain.seedBelowOwn(() => true)).num, 40);
});

test('it begins at the head when that is not of here, and when what is below is not served any more', async () => {
  const { ids, states, head } = runningWindow();
  assert.equal((await publicChain(nodeWith(states, head)).chain.seedBelowOwn(() => false)).num, 44);
  states.delete(ids[2] as string);
  assert.equal((await publicChain(nodeWith(states, head)).chain.seedBelowOwn(() => true)).num, 44);
});

test('it begins at the head when the window before is empty: what was decided would not be looked for from further below', async () => {
  const { ids, states, head } = runningWindow();
  const below = states.get(ids[1] as string) as { header: { timestamp: string } };
  const long = new Date(slotTime(header(0).slot) - 20_000).toISOString().replace('Z', '');
  states.set(ids[1] as string, { ...below, header: { ...below.header, timestamp: long } });
  assert.equal((await publicChain(nodeWith(states, head)).chain.seedBelowOwn(() => true)).num, 44);
});

test('a key signs by the active schedule, and by the pending one only while the pool is in no active one', () => {
  const { chain } = publicChain(nodeAt(run.seed.id, 0).client);
  const schedule = (name: bigint, key: string) => ({ version: 1, producers: [{ name, keys: [key] }] });
  const at = (num: number, active: bigint, pending: { name: bigint; key: string } | null) => {
    const id = num.toString(16).padStart(64, '0');
    const place = { id, num, slot: num, previous: '' };
    const base = fromRpc(run.seed, 'http://node');
    const next = pending && { schedule: schedule(pending.name, pending.key), carrier: num };
    chain.tree.add({ ...base, ...place, active: schedule(active, '0:now'), pending: next });
    return place;
  };
  const signers = (place: ReturnType<typeof at>) => ['0:now', '0:next'].filter((key) => chain.isSigner(key, place));
  assert.deepEqual(signers(at(1, 0n, null)), ['0:now']);
  assert.deepEqual(signers(at(2, 0n, { name: 0n, key: '0:next' })), ['0:now']);
  assert.deepEqual(signers(at(3, 5n, { name: 0n, key: '0:next' })), ['0:next']);
  assert.deepEqual(signers(at(4, 5n, { name: 5n, key: '0:next' })), []);
  assert.equal(chain.isSigner('0:now', null), false);
});
