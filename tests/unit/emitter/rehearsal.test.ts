import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import type { Entry } from '../../../emitter/log/fence-file.ts';
import { Journal } from '../../../emitter/log/journal.ts';
import type { MemberDirectory } from '../../../emitter/members.ts';
import { Rehearsal } from '../../../emitter/rehearsal.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { Intake } from '../../../emitter/verify/intake.ts';
import { chooserOf } from '../../support/log-world.ts';
import { rootState, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';

const SLOT = firstSlot(1_000_001);
const key = signingKey('alice');
const root = rootState(schedule(5, [['pool', [key]]]), SLOT - 1);

/** A rehearsal, what real objects were asked to do for it, and the tree it looks at. */
function bed() {
  const tree = new HeaderTree(100);
  tree.add(root);
  const real: string[] = [];
  const rehearsed: string[] = [];
  const store = {
    append: () => [],
    hold: () => void real.push('held'),
    rehearse: (entries: Entry[]) => void rehearsed.push(...entries.map(({ event }) => event.type)),
  };
  const journal = new Journal(
    store,
    () => real.push('written'),
    (text) => real.push(text),
  );
  const chooser = chooserOf(
    journal,
    () => slotTime(SLOT),
    () => real.push('sent') > 0,
  );
  const members = { account: () => 'alice' } as unknown as MemberDirectory;
  const logger = pino({ level: 'silent' });
  return { tree, real, chooser, rehearsed, rehearsal: new Rehearsal({ tree, members, journal, chooser, logger }) };
}

/** So many valid blocks from a slot on, as they came, already in the tree. */
function play({ tree, rehearsal }: ReturnType<typeof bed>, slot: number, count: number): void {
  const intake = new Intake<string>(tree);
  let parent = root;
  for (let k = 0; k < count; k++) {
    const { frame, header } = signBlock({ parent, slot: slot + k, producer: 'pool', key });
    const [outcome] = intake.take({ session: 'm', frame, header, at: slotTime(slot + k) - 400, monotonic: 0 });
    assert.ok(outcome && 'verified' in outcome);
    rehearsal.note(outcome.arrival, outcome.verified);
    parent = tree.get(header.id) as HeaderState;
  }
}

test('before the first candidate there is nothing to go through', () => {
  const { rehearsal, rehearsed } = bed();
  rehearsal.step();
  rehearsal.step();
  assert.deepEqual(rehearsed, []);
});

test('the two newest candidates are chosen and decided again, and nothing of it is real', () => {
  const ground = bed();
  const { rehearsal, rehearsed, real, chooser, tree } = ground;
  play(ground, SLOT, 3);
  const before = tree.size;
  rehearsal.step();
  assert.deepEqual(rehearsed, [], 'the first half verifies');
  rehearsal.step();
  assert.deepEqual(rehearsed, ['candidate', 'decision', 'emission', 'candidate', 'decision']);
  assert.deepEqual(real, []);
  assert.equal(tree.size, before);
  assert.equal(chooser.tip, null);
  assert.equal(chooser.openWindow, null);
});

test('blocks of two windows, the first of which is closed between', () => {
  const ground = bed();
  play(ground, SLOT + 11, 2);
  ground.rehearsal.step();
  ground.rehearsal.step();
  assert.equal(ground.rehearsed.filter((type) => type === 'decision').length, 2);
  assert.ok(ground.rehearsed.includes('window'));
  assert.deepEqual(ground.real, []);
});
