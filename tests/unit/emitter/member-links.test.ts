import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import pino from 'pino';
import { stringToName } from '../../../common/name.ts';
import { firstSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { frameOf, MESSAGE } from '../../../emitter/decode/message.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { type LinkNeeds, MemberLinks } from '../../../emitter/member-links.ts';
import { PublicBranch } from '../../../emitter/relay/branch.ts';
import { RecentBlocks } from '../../../emitter/relay/recent.ts';
import { FakeSocket } from '../../support/fake-socket.ts';

const WINDOW = 1_000_001;
const SLOT = firstSlot(WINDOW);

interface World {
  links: MemberLinks;
  branch: PublicBranch;
  member: FakeSocket;
  relay: { behind: boolean };
  faults: string[];
}

/** One member; nobody listens where the relay node should be. */
async function world(): Promise<World> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const branch = new PublicBranch();
  const relay = { behind: true };
  const faults: string[] = [];
  const links = new MemberLinks({
    ...{ relay: `127.0.0.1:${port}`, logger: pino({ level: 'silent' }), branch },
    isRelayBehind: () => relay.behind,
    relayHead: async () => Promise.reject(new Error('gone')),
    onFault: (code) => faults.push(code),
  });
  const needs: LinkNeeds = {
    pool: stringToName('pool'),
    // Long after the window: the hold lets all of it pass.
    now: () => slotTime(SLOT + 100),
    isPoolWindow: () => true,
    publicTip: () => ({ num: 100, id: 'tip' }),
    isPrivate: () => false,
    isKnown: () => false,
    onAsked: () => {},
    mayProduce: () => true,
    headerOf: () => null,
    onPartialBlock: () => {},
    onCandidate: () => {},
    onPublicBlock: () => {},
    onFault: () => {},
    onClose: () => {},
  };
  const member = new FakeSocket();
  links.accept(member.asSocket(), needs);
  return { links, branch, member, relay, faults };
}

function block(num: number, pool = true) {
  const previous = `block ${num - 1}`;
  return { id: `block ${num}`, num, slot: SLOT + num - 100, previous, pool, frame: Buffer.from(`block ${num}`) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('while the relay node is behind, members get public blocks in order', async () => {
  const { links, branch, member } = await world();
  for (const each of [block(100, false), block(101), block(102)]) {
    if (each.pool) branch.add(each);
    links.add(each);
  }
  await turn();
  assert.deepEqual(
    member.sent.map(String),
    ['block 101', 'block 102'],
    'what is not above its height when it came is old',
  );
  links.stop('end');
});

test('a block whose place a rescue took is not handed on', async () => {
  const { links, branch, member } = await world();
  for (const each of [block(101), block(102)]) {
    branch.add(each);
    links.add(each);
  }
  branch.remove(['block 102']);
  await turn();
  assert.deepEqual(member.sent.map(String), ['block 101']);
  links.stop('end');
});

test('the pool’s blocks are found also when a rescue took their place, as long as their windows are kept', async () => {
  const { links, branch } = await world();
  for (const num of [101, 102, 103]) branch.add(block(num));
  branch.remove(['block 102', 'block 103']);
  assert.deepEqual(
    branch.of(windowOf(SLOT)).map(({ id }) => id),
    ['block 101'],
  );
  assert.equal(branch.find('block 103')?.previous, 'block 102');
  assert.equal(branch.find('block 104'), undefined);
  for (const num of [112, 124]) branch.add(block(num));
  assert.equal(branch.find('block 103'), undefined);
  links.stop('end');
});

test('below a new block a member gets what it lacks, the pool’s and others’, also what a rescue replaced', async () => {
  const { links, branch, member, relay } = await world();
  relay.behind = false;
  const link = links.all[0];
  link?.feed([block(101, false)]);
  links.add(block(102, false));
  branch.add(block(103));
  branch.remove(['block 103']);
  links.add(block(104, false));
  link?.feed([block(105, false)]);
  assert.deepEqual(
    member.sent.map(String),
    [101, 102, 103, 104, 105].map((num) => `block ${num}`),
  );
  links.stop('end');
});

test('with the relay node there, it alone brings blocks; once it is lost, the member gets what it lacks', async () => {
  const { links, member, relay } = await world();
  relay.behind = false;
  assert.equal(links.all[0]?.relayUp, true, 'dialled, not failed yet');
  links.add(block(101, false));
  await turn();
  assert.deepEqual(member.sent, []);
  while (links.all[0]?.relayUp) await turn();
  await turn();
  assert.deepEqual(member.sent.map(String), ['block 101']);
  links.stop('end');
});

test('the newest blocks are kept; old ones, answers to some member’s sync, do not push them out', () => {
  const recent = new RecentBlocks();
  recent.add(block(150, false));
  for (let num = 101; num <= 150 - LIMITS.recentBlocks; num++) recent.add(block(num, false));
  assert.deepEqual(
    recent.all.map(({ num }) => num),
    [150],
  );
  for (let num = 151; num <= 190; num++) recent.add(block(num, false));
  assert.deepEqual(
    recent.all.map(({ num }) => num),
    Array.from({ length: LIMITS.recentBlocks }, (_, k) => 190 - LIMITS.recentBlocks + 1 + k),
  );
});

test('messages that have nowhere to go are counted', async () => {
  const { links, member } = await world();
  while (links.all[0]?.relayUp) await turn();
  member.arrive(
    frameOf(MESSAGE.packedTransaction, Buffer.from('one')),
    frameOf(MESSAGE.packedTransaction, Buffer.from('two')),
  );
  assert.equal(links.dropped, 2);
  links.stop('end');
});
