import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Acceptance } from '../../../emitter/acceptance.ts';

/** A relay node of which only the head is known, on a clock that is moved by hand. */
class Relay {
  head = 'p';
  irreversible = 1;
  now = 1_000_000;
  takesMs = 0;
  down = false;
  asked = 0;
  readonly verdicts: string[] = [];
  readonly unknown: string[] = [];
  /** Whether the emitter's session with it is up, and the question that came last on it. */
  up = true;
  question = 0n;
  readonly lib: number[] = [];
  readonly watch = new Acceptance({
    info: async () => {
      this.asked++;
      this.now += this.takesMs;
      if (this.down) throw new Error('refused');
      return { head_block_id: this.head, last_irreversible_block_num: this.irreversible };
    },
    now: () => this.now,
    acceptMs: 200,
    ask: () => (this.up ? ++this.question : null),
    onUnknown: (slot, why) => this.unknown.push(`${slot}: ${why}`),
    onVerdict: (id, ok) => this.verdicts.push(`${id} ${ok ? 'taken' : 'refused'}`),
    onIrreversible: (num) => this.lib.push(num),
  });

  /** A block that was let out, and that the node passed on. */
  took(one: ReturnType<typeof block>): void {
    this.watch.sent(one);
    this.watch.passedOn(one.id);
  }

  async pass(ms: number): Promise<void> {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += 30;
      mock.timers.tick(30);
      for (let turns = 0; turns < 5; turns++) await Promise.resolve();
    }
  }
}

function relay(): Relay {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  return new Relay();
}

const block = (id: string, previous: string, cpuUs = 0) => ({ id, previous, slot: id.charCodeAt(0), cpuUs });

test('a head at the block, or on it, is an acceptance', async () => {
  const node = relay();
  node.watch.sent(block('a', 'p'));
  node.watch.sent(block('b', 'a'));
  node.head = 'b';
  await node.pass(60);
  assert.deepEqual(node.verdicts, ['a taken', 'b taken']);
  node.watch.sent(block('c', 'b'));
  node.watch.knows('next', 'c');
  node.head = 'next';
  await node.pass(60);
  assert.deepEqual(node.verdicts.slice(2), ['c taken']);
});

test('a node that stays right below a block refused it: said once, after its time, and of no block on it', async () => {
  const node = relay();
  node.took(block('a', 'p'));
  node.took(block('b', 'a'));
  await node.pass(180);
  assert.deepEqual(node.verdicts, []);
  await node.pass(150);
  assert.deepEqual(node.verdicts, ['a refused']);
  const { asked } = node;
  await node.pass(1000);
  assert.deepEqual(node.verdicts, ['a refused']);
  assert.equal(node.asked, asked, 'nothing is outstanding any more');
});

test('a heavy block is given twice its billed time, and one behind it its own from when that is in', async () => {
  const node = relay();
  node.took(block('a', 'p', 400_000));
  node.took(block('b', 'a', 400_000));
  await node.pass(750);
  assert.deepEqual(node.verdicts, []);
  node.head = 'a';
  await node.pass(780);
  assert.deepEqual(node.verdicts, ['a taken']);
  await node.pass(120);
  assert.deepEqual(node.verdicts, ['a taken', 'b refused']);
});

test('nothing is held against a block when the node is unreachable, slow, or on another branch', async () => {
  for (const set of [
    (node: Relay) => (node.down = true),
    (node: Relay) => (node.takesMs = 150),
    (node: Relay) => (node.head = 'elsewhere'),
  ]) {
    const node = relay();
    set(node);
    node.took(block('a', 'p'));
    await node.pass(4000);
    assert.deepEqual(node.verdicts, []);
  }
});

test('nothing is held against a block that was on its way when the session ended', async () => {
  const node = relay();
  node.took(block('a', 'p'));
  node.up = false;
  node.watch.wayLost();
  await node.pass(1000);
  assert.deepEqual(node.verdicts, []);
});

test('nothing is held against a block that the node does not have; one that comes late has its time from then on', async () => {
  const node = relay();
  node.watch.sent(block('a', 'p'));
  await node.pass(1000);
  assert.deepEqual(node.verdicts, []);
  node.watch.passedOn('a');
  await node.pass(180);
  assert.deepEqual(node.verdicts, []);
  node.watch.passedOn('a');
  await node.pass(120);
  assert.deepEqual(node.verdicts, ['a refused']);
});

test('a block that left right behind one that the node took is there, though it is not passed on before its parent is applied', async () => {
  const node = relay();
  node.took(block('a', 'p'));
  node.watch.sent(block('b', 'a'));
  node.head = 'a';
  await node.pass(180);
  assert.deepEqual(node.verdicts, ['a taken']);
  await node.pass(150);
  assert.deepEqual(node.verdicts, ['a taken', 'b refused']);
  const later = relay();
  later.took(block('a', 'p'));
  later.head = 'a';
  await later.pass(60);
  later.watch.sent(block('b', 'a'));
  await later.pass(1000);
  assert.deepEqual(later.verdicts, ['a taken'], 'its way may have broken in between');
});

test('without any member’s way to the node: an answer to what was asked behind a block shows that the node has it', async () => {
  const node = relay();
  node.watch.sent(block('a', 'p'));
  await node.pass(90);
  assert.equal(node.question, 1n, 'asked once, not at each poll');
  await node.pass(400);
  assert.deepEqual(node.verdicts, []);
  node.watch.answered(99n);
  await node.pass(400);
  assert.deepEqual(node.verdicts, [], 'an answer to another question');
  node.watch.answered(node.question);
  await node.pass(180);
  assert.deepEqual(node.verdicts, []);
  await node.pass(150);
  assert.deepEqual(node.verdicts, ['a refused']);
});

test('an answer to what was asked before a block says nothing of it', async () => {
  const node = relay();
  node.watch.sent(block('a', 'elsewhere'));
  await node.pass(60);
  node.watch.sent(block('b', 'p'));
  node.watch.answered(node.question);
  await node.pass(400);
  assert.deepEqual(node.verdicts, []);
  assert.ok(node.question > 1n, 'it is asked for, too');
  node.watch.answered(node.question);
  await node.pass(330);
  assert.deepEqual(node.verdicts, ['b refused']);
});

test('a verdict that cannot be had is told of once, and still counts when a way comes up in time', async () => {
  const node = relay();
  node.up = false;
  node.watch.sent(block('a', 'p'));
  await node.pass(2900);
  assert.deepEqual(node.unknown, []);
  await node.pass(200);
  assert.deepEqual(node.unknown, ['97: it has not shown that it got it']);
  node.up = true;
  await node.pass(60);
  node.watch.answered(node.question);
  await node.pass(400);
  assert.deepEqual([node.verdicts, node.unknown.length], [['a refused'], 1]);
});

test('a session that ends and comes up again: what was written to the old one is asked for behind what was written to the new one', async () => {
  const node = relay();
  node.took(block('a', 'p'));
  await node.pass(60);
  node.up = false;
  node.watch.wayLost();
  await node.pass(500);
  node.up = true;
  await node.pass(60);
  assert.equal(node.question, 1n);
  node.watch.answered(1n);
  await node.pass(330);
  assert.deepEqual(node.verdicts, ['a refused']);
});

test('why a verdict is not known: the node does not answer, or is too busy; of a branch that went under nothing is said', async () => {
  for (const [set, says] of [
    [(node: Relay) => (node.down = true), ['97: it does not answer when it is asked for its head']],
    [(node: Relay) => (node.takesMs = 150), ['97: it is too busy to tell']],
    [(node: Relay) => (node.head = 'elsewhere'), []],
  ] as const) {
    const node = relay();
    set(node);
    node.took(block('a', 'p'));
    await node.pass(7000);
    assert.deepEqual([node.verdicts, node.unknown], [[], says]);
    const { asked } = node;
    await node.pass(300);
    assert.equal(node.asked, asked, 'given up');
  }
});

test('a leak is judged once the node has passed it on, and by no question: it was not written to the node here', async () => {
  const node = relay();
  node.watch.leaked(block('x', 'p'));
  await node.pass(400);
  assert.deepEqual([node.question, node.verdicts], [0n, []]);
  node.watch.passedOn('x');
  await node.pass(330);
  assert.deepEqual(node.verdicts, ['x refused']);
  const other = relay();
  other.watch.passedOn('y');
  other.watch.leaked(block('y', 'p'));
  await other.pass(330);
  assert.deepEqual(other.verdicts, ['y refused'], 'it had passed it on before');
});

test('one answer alone does not condemn: the node may just have been about to take it', async () => {
  const node = relay();
  node.took(block('a', 'p'));
  await node.pass(210);
  node.head = 'a';
  await node.pass(60);
  assert.deepEqual(node.verdicts, ['a taken']);
});

test('the last irreversible block is told when it moves, and nothing is asked while nothing is outstanding', async () => {
  const node = relay();
  node.watch.sent(block('a', 'p'));
  node.head = 'a';
  await node.pass(60);
  node.irreversible = 5;
  await node.pass(1000);
  assert.deepEqual(node.lib, [1]);
  node.watch.sent(block('b', 'a'));
  await node.pass(60);
  assert.deepEqual(node.lib, [1, 5]);
  node.watch.stop();
});
