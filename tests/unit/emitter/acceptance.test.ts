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

const block = (id: string, previous: string, cpuUs = 0) => ({ id, previous, cpuUs });

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
  node.watch.forget();
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
