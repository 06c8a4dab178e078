import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../../devnet/wait.ts';
import { BOUNDS } from '../../../../emitter/exchange/bounds.ts';
import { encodeAnnouncement } from '../../../../emitter/exchange/messages.ts';
import { type TestBlock, TestEmitter, testBlock } from '../../../support/exchange-world.ts';
import { FakeNats, type FakeWire } from '../../../support/fake-nats.ts';

const SEEN = 'bppool.pool.seen.';
const BLOCK = 'bppool.pool.block.';

function world(t: TestContext, names: string[], blocks: TestBlock[]) {
  const bus = new FakeNats();
  const wires: FakeWire[] = names.map(() => bus.connect());
  const emitters = names.map((name, i) => new TestEmitter(wires[i] as FakeWire, name, blocks));
  t.after(() => {
    for (const { exchange } of emitters) exchange.stop();
  });
  return { bus, wires, emitters, all: [...emitters, ...wires] };
}

const until = (what: string, is: () => boolean) => eventually(what, async () => is() || undefined, 10_000, 2);

test('a block that one emitter got comes to the others after the wait, once', async (t) => {
  const block = testBlock(1, 700_000);
  const { emitters, wires } = world(t, ['a', 'b', 'c'], [block]);
  const [a, b, c] = emitters as [TestEmitter, TestEmitter, TestEmitter];
  await until('they know each other', () => emitters.every(({ exchange }) => exchange.others.length === 2));
  const began = performance.now();
  a.keep(block);
  await until('both have it', () => b.received.length === 1 && c.received.length === 1);
  for (const { received } of [b, c]) assert.ok((received[0]?.at ?? 0) - began >= BOUNDS.waitMs - 1);
  await sleep(2 * BOUNDS.waitMs);
  assert.deepEqual([b.received.length, c.received.length, a.received.length], [1, 1, 0]);
  // Two pieces for each of the two, of one holder or the other.
  assert.equal(wires.flatMap(({ requested }) => requested).length, 4);
});

test('a block that its member brings within the wait is not asked for', async (t) => {
  const block = testBlock(1);
  const { emitters, wires } = world(t, ['a', 'b'], [block]);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  a.keep(block);
  await until('it is told', () => (wires[0]?.published ?? []).some(({ payload }) => payload.includes(block.key)));
  b.keep(block);
  await sleep(2 * BOUNDS.waitMs);
  assert.deepEqual([b.received, wires[1]?.requested], [[], []]);
});

test('a decided block is asked for at once: of who decided it, although nobody told of it', async (t) => {
  const block = testBlock(1);
  const { emitters, bus, wires } = world(t, ['a', 'b', 'c'], [block]);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  bus.loses = (subject) => subject.startsWith(SEEN);
  a.keep(block);
  b.exchange.want(block.key, 'a');
  b.exchange.want(block.key, 'a');
  assert.deepEqual(
    wires[1]?.requested.map(({ subject }) => subject),
    [`${BLOCK}a`],
  );
  await until('it is there', () => b.received.length === 1);
});

test('a decided block that is being waited for is asked for at once, of who told', async (t) => {
  const block = testBlock(1);
  const { emitters, wires } = world(t, ['a', 'b'], [block]);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  a.keep(block);
  await until('the other is known', () => b.exchange.others.length === 1);
  b.exchange.want(block.key);
  assert.equal(wires[1]?.requested.length, 1);
  await until('it is there', () => b.received.length === 1);
});

test('a block that is wanted before anybody is there is asked of the first who comes', async (t) => {
  const block = testBlock(1);
  const { emitters, bus } = world(t, ['b'], [block]);
  const [b] = emitters as [TestEmitter];
  b.exchange.want(block.key);
  const a = new TestEmitter(bus.connect(), 'a', [block]);
  t.after(() => a.exchange.stop());
  bus.loses = (subject, payload) => subject === `${SEEN}a` && payload.toString().includes(block.key);
  a.keep(block);
  await until('it is there', () => b.received.length === 1);
});

test('a holder that dies in the middle of the pieces: another gives the whole block', async (t) => {
  const block = testBlock(1, 3_000_000);
  const { emitters, bus, wires } = world(t, ['a', 'b', 'c'], [block]);
  const [a, b, c] = emitters as [TestEmitter, TestEmitter, TestEmitter];
  b.keep(block);
  await until('c has it', () => c.received.length === 1);
  a.received.length = 0;
  a.frames.clear();
  // The first two pieces of whoever is asked first come, and no others of it.
  let dead: string | null = null;
  let pieces = 0;
  bus.loses = (subject, payload) => {
    if (!subject.startsWith(BLOCK) || payload.length < 1000) return false;
    dead ??= subject;
    return subject === dead && ++pieces > 2;
  };
  a.exchange.want(block.key);
  await until('a has it', () => a.received.length === 1);
  assert.notEqual(`${BLOCK}${a.received[0]?.from}`, dead);
  assert.ok(pieces > 2);
  assert.equal(wires.length, 3);
});

test('a holder that answers with other bytes is told of, and another is asked', async (t) => {
  const [block, other] = [testBlock(1), testBlock(2)];
  const foreign = testBlock(3, 0, 'other');
  const longer = Buffer.concat([block.frame, Buffer.alloc(1)]);
  const noBlock = Buffer.from(block.frame);
  noBlock[4] = 8;
  for (const wrong of [other.frame, foreign.frame, longer, noBlock]) {
    const { emitters } = world(t, ['bad', 'good', 'x'], [block]);
    const [bad, good, x] = emitters as [TestEmitter, TestEmitter, TestEmitter];
    bad.frames.set(block.key, wrong);
    bad.exchange.kept({ ...block, bytes: wrong.length });
    await until('the bad one is known', () => x.exchange.others.length === 2);
    good.keep(block);
    await until('it is there', () => x.received.length === 1);
    assert.equal(x.received[0]?.from, 'good');
    assert.ok(x.faults.includes('exchange_wrong_block'), x.faults.join());
    for (const { exchange } of emitters) exchange.stop();
  }
});

test('a frame that is another producer’s is handed on by nobody', async (t) => {
  const foreign = testBlock(3, 0, 'other');
  const { emitters } = world(t, ['a', 'b'], []);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  a.keep(foreign);
  await until('it is found', () => b.faults.length === 1);
  assert.deepEqual([b.faults, b.received], [['exchange_wrong_block'], []]);
});

test('what verification refuses is not asked for again of the same emitter', async (t) => {
  const block = testBlock(1);
  const bus = new FakeNats();
  const wire = bus.connect();
  const a = new TestEmitter(bus.connect(), 'a', [block]);
  let came = 0;
  const b = new TestEmitter(wire, 'b', [block], { onFrame: () => came++ });
  t.after(() => [a, b].map(({ exchange }) => exchange.stop()));
  a.keep(block);
  await until('it came', () => came === 1);
  a.exchange.kept(block);
  await sleep(4 * BOUNDS.waitMs);
  assert.deepEqual([came, wire.requested.length], [1, 1]);
});

test('announcements that are none are told of once and break nothing', async (t) => {
  const block = testBlock(1);
  const { emitters, bus } = world(t, ['a', 'b'], [block]);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  const bad = bus.connect();
  const rows = [block.key, block.slot, block.num, block.bytes];
  const huge = JSON.stringify({ members: Array(6000).fill(`0:${'02'.repeat(33)}`) });
  const texts = ['', 'x', '{', '[]', '7', 'null', '{"blocks":7}', '{"blocks":[[]]}', '{"members":["x"]}', huge];
  for (const change of [{ 0: 'x' }, { 1: -1 }, { 1: 1.5 }, { 2: 2 ** 32 }, { 3: 0 }, { 3: 2 ** 30 }, { 4: 1 }])
    texts.push(JSON.stringify({ blocks: [Object.assign([...rows], change)] }));
  for (const text of texts) bad.publish(`${SEEN}bad`, text);
  bad.publish(`${SEEN}no name`, '{}');
  a.keep(block);
  await until('the block came', () => b.received.length === 1);
  assert.deepEqual(b.faults, ['exchange_malformed']);
  const { malformed, unsigned } = b.exchange.counts;
  assert.deepEqual({ malformed, unsigned }, { malformed: texts.length - 1, unsigned: 1 }, 'the huge one is not read');
  assert.deepEqual(b.exchange.others.toSorted(), ['a', 'bad']);
});

test('a flood of blocks that nobody has costs no other emitter’s its way', async (t) => {
  const block = testBlock(1);
  const { emitters, bus, wires } = world(t, ['a', 'b'], [block]);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  const bad = bus.connect();
  bad.subscribe(`${BLOCK}bad`, { callback: (_error, message) => void message.respond() });
  const hex = (n: number) => n.toString(16).padStart(64, '0');
  for (let n = 0; n < 5; n++) {
    const blocks = Array.from({ length: 1000 }, (_, i) => ({ ...block, key: `${hex(1000 * n + i)}:0:02` }));
    bad.publish(`${SEEN}bad`, encodeAnnouncement({ members: null, blocks, asks: false }));
  }
  a.keep(block);
  const began = performance.now();
  await until('the block came', () => b.received.length === 1);
  const before = (wires[1]?.requested ?? []).findIndex(({ subject }) => subject === `${BLOCK}a`);
  assert.ok(before <= BOUNDS.failuresPerSecond + BOUNDS.framesPerHolder, `${before} were asked for before it`);
  await until('the flood is found', () => b.faults.includes('exchange_flood'));
  assert.equal(b.exchange.counts.floods, 5000 - BOUNDS.lackedPerEmitter);
  const asked = (wires[1]?.requested ?? []).filter(({ subject }) => subject === `${BLOCK}bad`).length;
  const seconds = Math.ceil((performance.now() - began) / 1000) + 1;
  assert.ok(asked <= seconds * (BOUNDS.failuresPerSecond + BOUNDS.framesPerHolder), `${asked} asked`);
});

test('blocks of windows that are not now are not asked for', async (t) => {
  const far = [-BOUNDS.slots - 1, BOUNDS.slots + 1].map((by, i) => testBlock(i, 0, 'pool', testBlock(1).slot + by));
  const { emitters, wires } = world(t, ['a', 'b'], far);
  for (const block of far) emitters[0]?.keep(block);
  await sleep(2 * BOUNDS.waitMs);
  assert.deepEqual(wires[1]?.requested, []);
});

test('more emitters than there can be are not listened to', async (t) => {
  const { emitters, bus } = world(t, ['a'], []);
  const wire = bus.connect();
  for (let n = 0; n <= BOUNDS.emitters; n++) wire.publish(`${SEEN}e${n}`, '{}');
  await until('it is told', () => emitters[0]?.faults.includes('exchange_crowd') ?? false);
  assert.equal(emitters[0]?.exchange.others.length, BOUNDS.emitters);
});

test('while NATS is lost nothing is written and nothing asked; when it is back all that was missed comes, both ways', async (t) => {
  const blocks = [1, 2, 3].map((nonce) => testBlock(nonce));
  const { emitters, wires } = world(t, ['a', 'b'], blocks);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  await until('they know each other', () => emitters.every(({ exchange }) => exchange.others.length === 1));
  wires[1]?.cut();
  await until('it is noticed', () => b.faults.includes('exchange_lost'));
  const written = wires[1]?.published.length;
  a.keep(blocks[0] as TestBlock);
  b.keep(blocks[1] as TestBlock);
  b.exchange.want((blocks[2] as TestBlock).key);
  await sleep(3 * BOUNDS.waitMs);
  assert.deepEqual([wires[1]?.published.length, wires[1]?.requested], [written, []]);
  assert.ok(b.exchange.counts.unsent > 0);
  a.keep(blocks[2] as TestBlock);
  wires[1]?.mend();
  await until('all have all', () => a.frames.size === 3 && b.frames.size === 3);
});

test('announcements that get lost come again to who asks: an emitter that is new gets what the window has', async (t) => {
  const blocks = [1, 2, 3].map((nonce) => testBlock(nonce));
  const { emitters, bus } = world(t, ['a'], blocks);
  for (const block of blocks) emitters[0]?.keep(block);
  // The second asks within the second in which all was told to the first.
  const late = ['b', 'c'].map((name) => new TestEmitter(bus.connect(), name, blocks));
  t.after(() => late.map(({ exchange }) => exchange.stop()));
  await until('all came', () => late.every(({ frames }) => frames.size === 3));
});

test('members at other emitters are known by those’ word, until it is silent', async (t) => {
  const [mine, other] = [`0:${'02'.repeat(33)}`, `0:${'03'.repeat(33)}`];
  const { emitters, wires } = world(t, ['a', 'b'], []);
  const [a, b] = emitters as [TestEmitter, TestEmitter];
  await until('they know each other', () => emitters.every(({ exchange }) => exchange.others.length === 1));
  a.exchange.member(mine, true);
  a.exchange.member(mine, true);
  a.exchange.member(other, true);
  await until('both are up', () => b.members.length === 2);
  a.exchange.member(mine, false);
  a.exchange.member(other, false);
  await until('one is gone', () => b.members.length === 3);
  wires[0]?.cut();
  await until('the silence is noticed', () => b.members.length === 4);
  assert.deepEqual(b.members, [
    { signer: mine, up: true, from: 'a' },
    { signer: other, up: true, from: 'a' },
    { signer: other, up: false, from: 'a' },
    { signer: mine, up: false, from: 'a' },
  ]);
  assert.deepEqual([b.exchange.others, a.members], [[], []]);
});
