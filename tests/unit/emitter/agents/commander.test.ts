import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Orders } from '../../../../agent/orders.ts';
import type { NodeState } from '../../../../common/agent.ts';
import { firstSlot, slotTime } from '../../../../common/slot.ts';
import { Commander, type Duty, type Order, SETTLE_MS } from '../../../../emitter/agents/commander.ts';
import { reduce } from '../../../../emitter/select/reducer.ts';
import { initialState } from '../../../../emitter/select/state.ts';
import { SELECT_DEFAULTS, type SelectEvent } from '../../../../emitter/select/types.ts';
import { cases, fc } from '../../../support/property.ts';
import { poolWindow } from '../../../support/select-world.ts';

const HEAD = { num: 10, id: '0a'.repeat(32) };
const lead = (leader: string, pause: string[] = [], window = 1): Duty => {
  return { type: 'lead', window, leader, pause, head: HEAD };
};
const told = (orders: Order[]) => orders.map(({ signer, command }) => `${command.order} ${signer}`);

test('a new leader: the others are paused first, then it is resumed once it has the public tip', () => {
  const orders = new Commander().command(lead('b', ['a', 'c']), 1000);
  assert.deepEqual(told(orders), ['pause a', 'pause c', 'resume b']);
  assert.deepEqual(
    orders.map(({ command }) => [command.window, command.expires, command.head]),
    [
      [1, 3000, null],
      [1, 3000, null],
      [1, 3000, HEAD],
    ],
  );
});

test('sequence numbers grow, also past those of an emitter that ran before', () => {
  const commander = new Commander();
  const seqs = (duty: Duty, now: number, by = commander) => by.command(duty, now).map(({ command }) => command.seq);
  assert.deepEqual(seqs(lead('a', ['b', 'c']), 5000), [5000, 5001, 5002]);
  assert.deepEqual(seqs(lead('b', ['a']), 5000), [5003, 5004]);
  assert.deepEqual(seqs(lead('c'), 5100, new Commander()), [5100]);
});

test('back in propose mode those that the selection names are resumed, whatever their head', () => {
  const commander = new Commander();
  commander.command(lead('a', ['b', 'c']), 0);
  const orders = commander.command({ type: 'release', window: 2, resume: ['b', 'c'] }, 20);
  assert.deepEqual(told(orders), ['resume b', 'resume c']);
  assert.ok(orders.every(({ command }) => command.head === null && command.window === 2));
});

const everybody = () => true;
const LONG = SETTLE_MS;

test('in propose mode everybody may produce', () => {
  const commander = new Commander();
  const may = (signer: string | null) => commander.mayProduce(signer, LONG, everybody);
  commander.heard('a', 'paused', 0);
  assert.deepEqual([may('a'), may(null)], [true, true]);
  commander.command(lead('b', ['a']), 0);
  assert.equal(may('a'), false);
  commander.command({ type: 'release', window: 2, resume: ['a'] }, 0);
  assert.equal(may('a'), true);
});

test('whoever may be producing is held: the leader, and whose agent has not said paused', () => {
  const commander = new Commander();
  let now = 0;
  const may = (signer: string | null) => commander.mayProduce(signer, now, everybody);
  for (const signer of ['a', 'b', 'c']) commander.heard(signer, 'paused', now);
  commander.command(lead('a', ['b', 'c']), 0);
  now += LONG;
  assert.deepEqual(['a', 'b', 'c', 'unknown', null].map(may), [true, false, false, true, false]);
  commander.command(lead('b', ['a']), now);
  commander.heard('a', 'unreachable', now);
  assert.equal(may('a'), true, 'frozen, it may go on');
  commander.heard('a', 'paused', now);
  now += LONG - 1;
  commander.heard('a', 'paused', now);
  assert.equal(may('a'), true, 'it finishes its block');
  now++;
  assert.equal(may('a'), false);
  commander.lost('a');
  assert.equal(may('a'), true);
});

test('a connection that is nobody’s yet follows, unless it can be that of one who makes blocks', () => {
  const commander = new Commander();
  const known = new Set<string>();
  let now = 0;
  const may = () => commander.mayProduce(null, now, (signer) => known.has(signer));
  for (const signer of ['a', 'b', 'c']) commander.heard(signer, 'paused', now);
  commander.command(lead('a', ['b', 'c']), 0);
  now += LONG;
  assert.equal(may(), true, 'the leader’s');
  known.add('a');
  assert.equal(may(), false);
  // As after a restart of the emitter: the old leader is not known yet, and still finishes a block.
  commander.heard('a', 'producing', now);
  commander.command(lead('b', ['a']), now);
  known.clear();
  known.add('b');
  assert.equal(may(), true);
  commander.heard('a', 'paused', now);
  assert.equal(may(), true);
  now += LONG;
  assert.equal(may(), false);
  commander.heard('c', 'producing', now);
  assert.equal(may(), true, 'resumed by hand');
  commander.heard('c', 'unreachable', now);
  assert.equal(may(), false, 'a dead node has no connection');
});

/** Agents behind lines that lose, double, delay and reorder; nodes that are restarted paused, or resumed by hand. */
test('with the selection: whatever is lost, doubled or late, in the end one member alone produces', () => {
  const members = ['0:a', '0:b', '0:c'];
  const step = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('gone', 'deliver', 'lose', 'double', 'report', 'restart', 'by hand'),
    which: fc.nat(),
    ms: fc.nat(700),
  });
  const standby = { strategy: 'first-delivered', mode: 'standby', previousMode: 'standby' } as const;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const state = initialState(SELECT_DEFAULTS);
      const commander = new Commander();
      let now = slotTime(firstSlot(poolWindow(0)) - 24);
      const nodes = new Map<string, NodeState>(members.map((name) => [name, 'paused']));
      const orders = new Map(members.map((name) => [name, new Orders()]));
      const line: Order[] = [];
      const tell = (event: SelectEvent) => {
        for (const effect of reduce(state, event))
          if (effect.type === 'lead' || effect.type === 'release') line.push(...commander.command(effect, now));
      };
      const report = (signer: string, up = true) => {
        const producing = nodes.get(signer) === 'producing';
        tell({ type: 'agent', at: now, signer, up, producing, headNum: 50, lag: 0 });
      };
      const deliver = ({ signer, command }: Order) => {
        if (orders.get(signer)?.refuse(command, now) !== null) return;
        nodes.set(signer, command.order === 'resume' ? 'producing' : 'paused');
      };
      const tip = { id: 'aa'.repeat(32), num: 50, slot: firstSlot(poolWindow(0)) - 25, previous: '' };
      tell({ type: 'public', at: now, block: tip, pool: false });
      tell({ type: 'settings', at: now, ...standby, fromWindow: 0, previousStrategy: 'first-delivered' });
      for (const { who, what, which, ms } of steps) {
        const name = members[who] as string;
        const at = line.length === 0 ? -1 : which % line.length;
        now += ms;
        if (what === 'gone') report(name, false);
        if (what === 'report') report(name);
        if (what === 'restart') nodes.set(name, 'paused');
        if (what === 'by hand') nodes.set(name, 'producing');
        if (at >= 0 && what === 'deliver') deliver(line.splice(at, 1)[0] as Order);
        if (at >= 0 && what === 'lose') line.splice(at, 1);
        if (at >= 0 && what === 'double') deliver(line[at] as Order);
      }
      line.length = 0; // All lost.
      for (let i = 0; i < 12; i++) {
        now += 300;
        for (const name of members) report(name);
        for (const order of line.splice(0)) deliver(order);
      }
      const producing = members.filter((name) => nodes.get(name) === 'producing');
      assert.deepEqual(producing, [state.duty?.leader]);
    }),
    cases(300),
  );
});
