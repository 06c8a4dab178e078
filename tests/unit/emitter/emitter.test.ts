import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pino from 'pino';
import type { ChainClient } from '../../../common/chain.ts';
import { chainRecord, type EventRecord, GENESIS_HASH } from '../../../common/events.ts';
import { firstSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { emitterConfig } from '../../../emitter/config.ts';
import { type BlockHeader, decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { Emitter } from '../../../emitter/emitter.ts';
import type { EventStore } from '../../../emitter/log/store.ts';
import { candidateKey, type SelectState } from '../../../emitter/select/state.ts';
import type { BlockRef, Candidate, SelectEvent } from '../../../emitter/select/types.ts';
import { fromRpc, type RpcHeaderState } from '../../../emitter/verify/seed.ts';
import { MemoryStore } from '../../support/memory-store.ts';
import { block, poolWindow } from '../../support/select-world.ts';
import { rootState, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';
import { blockNumber, chain, key, type VectorRun } from '../../support/vectors.ts';

class Store extends MemoryStore {
  refusals = 0;
  cut: { window: number; emitted: number }[] = [];
  override append(entries: Parameters<MemoryStore['append']>[0]): EventRecord[] {
    this.#refuse();
    return super.append(entries);
  }
  override hold(): void {
    this.#refuse();
  }
  override unclosed(): { window: number; emitted: number }[] {
    return this.cut;
  }
  override lastClosed(): number | null {
    const closed = this.events.flatMap((event) => (event.type === 'window' ? [event.window] : []));
    return closed.length > 0 ? Math.max(...closed) : null;
  }
  #refuse(): void {
    if (this.refusals === 0) return;
    this.refusals--;
    throw new Error('busy');
  }
}

/** What the tests reach into: the wiring has no other door without sockets. */
interface Inside {
  chooser: { dispatch(event: SelectEvent): void; restore(store: EventStore): void; stop(): void; state: SelectState };
  onPublicBlock(frame: Buffer, header: BlockHeader): void;
  frames: { keep(key: string, kept: { slot: number; frame: Buffer; monotonic: number }): boolean };
  journal: { write(): boolean };
  watch: { acceptance: { leaked(block: { id: string }): void } };
  candidates: {
    take(link: { session: number; remote: string; signer: null }, frame: Buffer, header: BlockHeader): void;
  };
  public: { tree: { add(state: ReturnType<typeof fromRpc>): void } };
  outside: { up: boolean; isRelayBehind: boolean; send(frame: Buffer): boolean; stop(): void };
}

function emitter(): {
  inside: Inside;
  store: Store;
  sent: string[];
  asked: string[];
  time: { now: number };
  stop: () => void;
} {
  const store = new Store();
  const sent: string[] = [];
  const asked: string[] = [];
  const time = { now: 0 };
  const config = emitterConfig.parse({
    EMITTER_POOL: 'pool',
    EMITTER_DAC: 'dac',
    EMITTER_RELAY_API: 'http://127.0.0.1:1',
    EMITTER_RELAY_P2P: '127.0.0.1:1',
  });
  const post = async (path: string) => {
    asked.push(path);
    throw new Error('no such block');
  };
  const made = new Emitter({
    config,
    clock: { now: () => time.now },
    chain: { url: 'http://127.0.0.1:1', post } as unknown as ChainClient,
    store,
    logger: pino({ level: 'silent' }),
  });
  const inside = made as unknown as Inside;
  inside.outside = { up: true, isRelayBehind: false, send: (frame) => sent.push(String(frame)) > 0, stop: () => {} };
  const stop = () => inside.chooser.stop();
  return { inside, store, sent, asked, time, stop };
}

/** Member m0's candidate, in time. */
function candidateOf(made: BlockRef, arrivedMs: number): Candidate {
  const fields = { signer: '0:m0', confirmed: 0, cpuUs: 0, transactions: 0, bytes: 200, late: false };
  return { ...made, ...fields, arrivedMs };
}

/** A window whose first two blocks leave in one go: both wait for the previous producer's last block. */
function twoAtOnce(refusals: number): ReturnType<typeof emitter> {
  const made = emitter();
  const { inside, time, store } = made;
  const first = firstSlot(poolWindow(0));
  time.now = slotTime(first - 1);
  const below = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 2, 'other');
  const last = block(below, first - 1, 'other');
  for (const shown of [below, last])
    inside.chooser.dispatch({ type: 'public', at: time.now, block: shown, pool: false });
  let parent = below;
  for (const k of [0, 1]) {
    parent = block(parent, first + k, 'm0');
    const candidate = candidateOf(parent, time.now);
    const kept = { slot: parent.slot, frame: Buffer.from(`block ${k}`), monotonic: 0 };
    inside.frames.keep(candidateKey(candidate), kept);
    inside.chooser.dispatch({ type: 'candidate', at: time.now, candidate });
  }
  assert.deepEqual(made.sent, []);
  store.refusals = refusals;
  time.now += 100;
  inside.chooser.dispatch({ type: 'tick', at: time.now });
  made.stop();
  return made;
}

test('blocks leave in order, each decision before its block', () => {
  const { sent, store, inside } = twoAtOnce(0);
  inside.journal.write();
  assert.deepEqual(sent, ['block 0', 'block 1']);
  const kinds = store.events.map(({ type }) => type).filter((type) => type === 'decision' || type === 'emission');
  assert.deepEqual(kinds, ['decision', 'emission', 'decision', 'emission']);
});

test('after a restart between the last block of a window and its end, the window is closed once and its blocks are no leaks', () => {
  const { inside, time, store, stop } = emitter();
  const window = poolWindow(0);
  const next = firstSlot(window + 1);
  time.now = slotTime(next);
  const own = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, next - 1, 'm0');
  const tip = block(own, next, 'other');
  inside.chooser.dispatch({ type: 'public', at: time.now, block: tip, pool: false });
  store.cut = [{ window, emitted: 12 }];
  inside.chooser.restore(store);
  // What the clock, a late member and the relay node say of the same window afterwards.
  inside.chooser.dispatch({ type: 'turn', at: time.now, window });
  inside.chooser.dispatch({ type: 'public', at: time.now, block: own, pool: true });
  time.now += 4000;
  inside.chooser.dispatch({ type: 'tick', at: time.now });
  stop();
  inside.journal.write();
  const told = store.events.filter(({ type }) => type === 'window' || type === 'leak');
  assert.deepEqual(
    told.map((event) => (event.type === 'window' ? [event.window, event.emitted] : event.type)),
    [[window, 12]],
  );
});

/** What a run left that decided slots 0 to 11 of a window, and closed it or not. */
function leftBehind(isClosed: boolean) {
  const made = emitter();
  const window = poolWindow(0);
  const first = firstSlot(window);
  const below = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  const own: BlockRef[] = [];
  for (let k = 0; k < 12; k++) own.push(block(own[k - 1] ?? below, first + k, 'm0'));
  const said = { type: 'decision', at: 1, signer: '0:m0', member: null, reason: 'extend' } as const;
  made.store.decided = own.map(({ slot, id, num }, seq) =>
    chainRecord(seq, window, { ...said, slot, id, num, replaces: [] }, GENESIS_HASH),
  );
  const end = { type: 'window', at: 1, window, emitted: 12, strategy: 'first-delivered' } as const;
  if (isClosed) made.store.events.push(end);
  const ends = () => {
    made.inside.journal.write();
    return made.store.events.flatMap((event) => (event.type === 'window' ? [[event.window, event.emitted]] : []));
  };
  return { ...made, window, below, own, ends };
}

for (const isClosed of [true, false])
  test(`a start when the window is over and the tip still in it: it ends once, with all slots (closed before: ${isClosed})`, () => {
    const { inside, time, store, own, window, ends, stop } = leftBehind(isClosed);
    time.now = slotTime(firstSlot(window + 1)) + 3000;
    inside.chooser.dispatch({ type: 'public', at: time.now, block: own[11] as BlockRef, pool: false });
    inside.chooser.restore(store);
    inside.chooser.dispatch({ type: 'tick', at: time.now });
    stop();
    assert.deepEqual(ends(), [[window, 12]]);
  });

test('blocks of the run before that the relay node had not got at the start are taken from it: the window goes on on top', () => {
  for (const behind of [1, 6]) {
    const { inside, time, store, below, own, stop } = leftBehind(false);
    store.decided.length = 6;
    time.now = slotTime((own[5] as BlockRef).slot);
    const head = own[5 - behind] ?? below;
    inside.chooser.dispatch({ type: 'public', at: time.now, block: head, pool: false });
    inside.chooser.restore(store);
    for (const shown of own.slice(6 - behind, 6))
      inside.chooser.dispatch({ type: 'public', at: time.now, block: shown, pool: true });
    inside.chooser.dispatch({ type: 'member', at: time.now, signer: '0:m0', up: true });
    const next = own[6] as BlockRef;
    const candidate = candidateOf(next, time.now);
    inside.frames.keep(candidateKey(candidate), { slot: next.slot, frame: Buffer.from('six'), monotonic: 0 });
    inside.chooser.dispatch({ type: 'candidate', at: time.now, candidate });
    stop();
    inside.journal.write();
    const told = store.events.flatMap((event) => (['emission', 'leak'].includes(event.type) ? [event.type] : []));
    assert.deepEqual(told, ['emission'], `${behind} behind`);
  }
});

test('a log whose last window has not begun by this clock is refused: nothing would leave until then', () => {
  const { inside, time, store, own, window, stop } = leftBehind(true);
  time.now = slotTime(firstSlot(window - 3));
  inside.chooser.dispatch({ type: 'public', at: time.now, block: own[0] as BlockRef, pool: false });
  after(stop);
  assert.throws(
    () => inside.chooser.restore(store),
    /has closed window \d+, and by this clock it is window \d+: set the clock/,
  );
});

test('who lost the lead in standby mode is in the log, and out of the running window after a restart', () => {
  const first = firstSlot(poolWindow(0));
  const at = slotTime(first) - 50;
  const last = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  const voted = { strategy: 'first-delivered', previousStrategy: 'first-delivered', fromWindow: 0 };
  const begin = () => {
    const made = emitter();
    made.time.now = at;
    const { chooser } = made.inside;
    chooser.dispatch({ type: 'settings', at, ...voted, mode: 'standby', previousMode: 'standby' });
    chooser.dispatch({ type: 'public', at, block: last, pool: false });
    return made;
  };
  const { inside, store, stop } = begin();
  const agent = { type: 'agent', at, up: true, producing: false, headNum: last.num, lag: 0 } as const;
  for (const signer of ['0:m0', '0:m1']) inside.chooser.dispatch({ ...agent, signer });
  inside.chooser.dispatch({ type: 'turn', at, window: poolWindow(0) });
  inside.chooser.dispatch({ ...agent, signer: '0:m0', up: false });
  stop();
  inside.journal.write();
  const leads = store.events.filter((event) => event.type === 'lead');
  assert.deepEqual(
    leads.map(({ signer, failed }) => [signer, failed]),
    [
      ['0:m0', undefined],
      ['0:m1', '0:m0'],
    ],
  );
  const anew = begin();
  anew.store.decided = leads.map((event, seq) => chainRecord(seq, poolWindow(0), event, GENESIS_HASH));
  anew.inside.chooser.restore(anew.store);
  anew.stop();
  assert.deepEqual([...(anew.inside.chooser.state.window?.out ?? [])], ['0:m0']);
});

test('what the selection itself tells of has the time of what led to it, other faults that of now', () => {
  const { inside, store, time, stop } = emitter();
  time.now = 5000;
  const voted = { strategy: 'none-such', mode: 'propose', previousStrategy: 'none-such', previousMode: 'propose' };
  inside.chooser.dispatch({ type: 'settings', at: 4000, ...voted, fromWindow: 0 });
  stop();
  inside.journal.write();
  const faults = store.events.flatMap((event) => (event.type === 'fault' ? [[event.code, event.at]] : []));
  assert.deepEqual(faults, [['settings', 4000]]);
});

test('a block whose bytes are gone is not decided', () => {
  const { inside, time, store, sent, own, below, stop } = leftBehind(false);
  time.now = slotTime((own[0] as BlockRef).slot) - 50;
  inside.chooser.dispatch({ type: 'public', at: time.now, block: below, pool: false });
  inside.chooser.dispatch({ type: 'member', at: time.now, signer: '0:m0', up: true });
  const candidate = candidateOf(own[0] as BlockRef, time.now);
  inside.chooser.dispatch({ type: 'candidate', at: time.now, candidate });
  stop();
  inside.journal.write();
  assert.deepEqual(sent, []);
  assert.ok(!store.events.some(({ type }) => type === 'decision'));
  assert.ok(store.events.some((event) => event.type === 'fault' && event.code === 'not_kept'));
});

test('when the first of several decisions is refused, none of the later ones leaves either', () => {
  const { sent, store } = twoAtOnce(1);
  assert.deepEqual(sent, []);
  assert.deepEqual(
    store.events.filter(({ type }) => type === 'decision'),
    [],
  );
});

test('without the relay node nothing is decided', () => {
  const made = emitter();
  made.inside.outside.up = false;
  const first = firstSlot(poolWindow(0));
  made.time.now = slotTime(first - 1);
  const tip = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  made.inside.chooser.dispatch({ type: 'public', at: made.time.now, block: tip, pool: false });
  const candidate = {
    signer: '0:m0',
    confirmed: 0,
    cpuUs: 0,
    transactions: 0,
    bytes: 200,
    arrivedMs: made.time.now,
    late: false,
  };
  const event = {
    type: 'candidate',
    at: made.time.now,
    candidate: { ...block(tip, first, 'm0'), ...candidate },
  } as const;
  made.inside.chooser.dispatch(event);
  made.stop();
  assert.ok(made.store.events.every(({ type }) => type !== 'decision'));
});

test('old blocks, as a member that syncs gets them, are no leaks, and no reason to ask the node', async () => {
  const { inside, store, asked, time, stop } = emitter();
  const seed = chain.runs[2]?.seed as RpcHeaderState;
  const state = fromRpc(seed, 'the node');
  time.now = slotTime(state.slot) + 100;
  inside.public.tree.add(state);
  const { id, num, slot, previous } = state;
  inside.chooser.dispatch({ type: 'public', at: time.now, block: { id, num, slot, previous }, pool: false });
  for (let old = 35; old <= 56; old++) {
    const { frame } = blockNumber(old);
    const decoded = decodeBlockHeader(frame);
    assert.ok(decoded.ok);
    assert.ok(windowOf(decoded.value.slot) < windowOf(slot));
    inside.onPublicBlock(frame, decoded.value);
    await new Promise((resolve) => setImmediate(resolve));
  }
  inside.journal.write();
  stop();
  assert.deepEqual(
    store.events.filter(({ type }) => type === 'leak' || type === 'fault'),
    [],
  );
  assert.deepEqual(asked, []);
});

test('a key that signs two blocks for one slot is in the log with both headers, and the second block leaves nowhere', () => {
  const { inside, store, sent, time, stop } = emitter();
  const key = signingKey('alice');
  const first = firstSlot(poolWindow(0));
  const root = rootState(schedule(5, [['pool', [key]]]), first - 1);
  time.now = slotTime(first);
  inside.public.tree.add(root);
  const { id, num, slot, previous } = root;
  inside.chooser.dispatch({ type: 'public', at: time.now, block: { id, num, slot, previous }, pool: false });
  const link = { session: 1, remote: 'm', signer: null, written: { ancestorOf: () => null } };
  const blocks = [1, 2].map((nonce) => signBlock({ parent: root, slot: first, producer: 'pool', key, nonce }));
  for (const { frame, header } of blocks) inside.candidates.take(link, frame, header);
  inside.journal.write();
  stop();
  assert.equal(sent.length, 1);
  const verdicts = store.events.flatMap((event) => (event.type === 'candidate' ? [event.reason] : []));
  assert.deepEqual(verdicts, [null, 'equivocation']);
  const [told] = store.events.filter((event) => event.type === 'equivocation');
  assert.deepEqual(
    [told?.slot, told?.previous, told?.signer, told?.first.id, told?.second.id],
    [first, root.id, key.id, blocks[0]?.header.id, blocks[1]?.header.id],
  );
});

test('a leak that the relay node refuses is in the log with its signer and signed header', async () => {
  const { inside, store, time, stop } = emitter();
  const alice = signingKey('alice');
  const first = firstSlot(poolWindow(0));
  const root = rootState(schedule(5, [['pool', [alice]]]), first - 1);
  time.now = slotTime(first);
  inside.public.tree.add(root);
  const { id, num, slot, previous } = root;
  inside.chooser.dispatch({ type: 'public', at: time.now, block: { id, num, slot, previous }, pool: false });
  const { frame, header } = signBlock({ parent: root, slot: first, producer: 'pool', key: alice });
  const watched: { id: string }[] = [];
  inside.watch.acceptance.leaked = (block) => watched.push(block);
  inside.onPublicBlock(frame, header);
  assert.deepEqual(watched, [{ id: header.id, previous: root.id, slot: first, cpuUs: 0 }]);
  inside.chooser.dispatch({ type: 'accepted', at: time.now + 230, id: header.id, ok: false });
  inside.journal.write();
  stop();
  const [told] = store.events.filter((event) => event.type === 'rejected');
  assert.deepEqual([told?.id, told?.signer], [header.id, alice.id]);
  assert.ok((told?.header.length ?? 0) > 0 && frame.toString('hex').includes(told?.header ?? '-'));
  assert.equal(inside.chooser.state.tip?.id, root.id);
});

test('pool blocks that come from the network without an emission are leaks, each with its signer and proof', async () => {
  const { inside, store, time, stop } = emitter();
  const run = chain.runs[1] as VectorRun;
  const state = fromRpc(run.seed, 'the node');
  inside.public.tree.add(state);
  const { id, num, slot, previous } = state;
  time.now = slotTime(slot);
  inside.chooser.dispatch({ type: 'public', at: time.now, block: { id, num, slot, previous }, pool: false });
  const pool = run.blocks.filter(({ producer }) => producer === 'pool');
  assert.ok(pool.length > 0);
  for (const { frame } of run.blocks) {
    const decoded = decodeBlockHeader(frame);
    assert.ok(decoded.ok);
    time.now = slotTime(decoded.value.slot);
    inside.onPublicBlock(frame, decoded.value);
  }
  inside.journal.write();
  stop();
  const leaks = store.events.filter((event) => event.type === 'leak');
  assert.deepEqual(
    leaks.map((leak) => [leak.num, leak.signer, leak.held]),
    pool.map(({ num }) => [num, key('K3'), false]),
  );
  const signers = store.events.flatMap((event) => {
    const input = event.type === 'input' ? (event.input as { type: string; pool?: boolean; signer?: string }) : null;
    return input?.type === 'public' && input.pool ? [input.signer] : [];
  });
  assert.deepEqual(new Set(signers), new Set([key('K3')]), 'the selection knows whose they are');
  for (const [k, leak] of leaks.entries()) {
    assert.ok(pool[k]?.frame.toString('hex').includes(leak.header + leak.signature.replace('0:', '00')));
  }
});
