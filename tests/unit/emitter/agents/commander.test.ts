import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Orders } from '../../../../agent/orders.ts';
import type { Command, NodeState } from '../../../../common/agent.ts';
import { Commander, type Lead, type Order } from '../../../../emitter/agents/commander.ts';
import { cases, fc } from '../../../support/property.ts';

const HEAD = { num: 10, id: '0a'.repeat(32) };
const TIP = { num: 12, id: '0c'.repeat(32) };
const lead = (leader: string, pause: string[] = [], window = 1): Lead => ({ window, leader, pause, head: HEAD });
const told = (orders: Order[]) => orders.map(({ signer, command }) => `${command.order} ${signer}`);

test('a new leader: the others are paused first, then it is resumed once it has the public tip', () => {
  const commander = new Commander();
  commander.heard('a', 'producing', 0, TIP);
  commander.heard('c', 'producing', 0, TIP);
  const orders = commander.appoint(lead('b', ['a']), 1000);
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
  const before = commander.appoint(lead('a', ['b', 'c']), 5000).map(({ command }) => command.seq);
  assert.deepEqual(before, [5000, 5001, 5002]);
  assert.deepEqual(
    commander.appoint(lead('b', ['a']), 5000).map(({ command }) => command.seq),
    [5003, 5004],
  );
  const [first] = new Commander().appoint(lead('c'), 5100);
  assert.equal(first?.command.seq, 5100);
});

test('without a leader nobody is told anything, and everybody may produce', () => {
  const commander = new Commander();
  for (const state of ['producing', 'paused', 'unreachable'] as const)
    assert.equal(commander.heard('a', state, 0, TIP), null);
  assert.deepEqual([commander.mayProduce('a'), commander.mayProduce(null)], [true, true]);
});

test('a command that was lost is sent again, one that was obeyed is not', () => {
  const commander = new Commander();
  for (const signer of ['a', 'b']) commander.heard(signer, signer === 'a' ? 'producing' : 'paused', 0, TIP);
  commander.appoint(lead('b', ['a']), 1000);
  assert.equal(commander.heard('a', 'producing', 1400, TIP), null, 'it may be under way');
  assert.equal(commander.heard('a', 'producing', 1500, TIP)?.command.order, 'pause');
  assert.equal(commander.heard('a', 'paused', 2100, TIP), null);
  assert.equal(commander.heard('b', 'producing', 2100, TIP), null);
  const again = commander.heard('b', 'paused', 2200, TIP);
  assert.deepEqual([again?.command.order, again?.command.head], ['resume', TIP], 'its operator paused it, say');
});

test('a member that comes later, producing, is paused; a node that does not answer is told nothing', () => {
  const commander = new Commander();
  commander.appoint(lead('a'), 0);
  assert.equal(commander.heard('late', 'unreachable', 100, TIP), null);
  assert.equal(commander.heard('late', 'producing', 200, TIP)?.command.order, 'pause');
});

test('whoever may be producing is held: the leader, and whose agent has not said paused', () => {
  const commander = new Commander();
  for (const signer of ['a', 'b', 'c']) commander.heard(signer, 'paused', 0, TIP);
  commander.appoint(lead('a', ['b', 'c']), 0);
  assert.deepEqual(
    ['a', 'b', 'c', 'unknown', null].map((each) => commander.mayProduce(each)),
    [true, false, false, true, false],
  );
  commander.appoint(lead('b', ['a']), 100);
  commander.heard('a', 'unreachable', 150, TIP);
  assert.equal(commander.mayProduce('a'), true, 'frozen, it may go on');
  commander.heard('a', 'paused', 200, TIP);
  assert.equal(commander.mayProduce('a'), false);
  commander.lost('a');
  assert.equal(commander.mayProduce('a'), true);
});

test('back in propose mode whoever was paused is resumed, once', () => {
  const commander = new Commander();
  for (const signer of ['a', 'b', 'c']) commander.heard(signer, 'paused', 0, TIP);
  commander.appoint(lead('a', ['b', 'c']), 0);
  commander.heard('a', 'producing', 10, TIP);
  assert.deepEqual(told(commander.release(20)), ['resume b', 'resume c']);
  assert.deepEqual(commander.release(30), []);
  assert.equal(commander.heard('b', 'paused', 9000, TIP), null, 'from here on an operator pauses his node himself');
});

/** Agents behind lines that lose, double, delay and reorder; nodes that are restarted paused or paused by hand. */
test('whatever is lost, doubled or late, in the end the leader alone produces', () => {
  const members = ['a', 'b', 'c'];
  const step = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('lead', 'deliver', 'lose', 'double', 'report', 'restart', 'by hand'),
    which: fc.nat(),
    ms: fc.nat(700),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const commander = new Commander();
      let now = 1000;
      let window = 1;
      const nodes = new Map<string, NodeState>(members.map((name) => [name, 'paused']));
      const orders = new Map(members.map((name) => [name, new Orders()]));
      const line: Order[] = [];
      const report = (name: string) => {
        const order = commander.heard(name, nodes.get(name) as NodeState, now, TIP);
        if (order) line.push(order);
      };
      const deliver = ({ signer, command }: { signer: string; command: Command }) => {
        if (orders.get(signer)?.refuse(command, now) !== null) return;
        nodes.set(signer, command.order === 'resume' ? 'producing' : 'paused');
      };
      const appoint = (name: string) =>
        line.push(
          ...commander.appoint(
            lead(
              name,
              members.filter((m) => m !== name),
              window++,
            ),
            now,
          ),
        );
      for (const { who, what, which, ms } of steps) {
        const name = members[who] as string;
        const at = line.length === 0 ? -1 : which % line.length;
        now += ms;
        if (what === 'lead') appoint(name);
        if (what === 'report') report(name);
        if (what === 'restart') nodes.set(name, 'paused');
        if (what === 'by hand') nodes.set(name, 'producing');
        if (at >= 0 && what === 'deliver') deliver(line.splice(at, 1)[0] as Order);
        if (at >= 0 && what === 'lose') line.splice(at, 1);
        if (at >= 0 && what === 'double') deliver(line[at] as Order);
      }
      appoint('b');
      line.length = 0; // All lost.
      for (let i = 0; i < 3; i++) {
        now += 600;
        for (const name of members) report(name);
        for (const order of line.splice(0)) deliver(order);
      }
      assert.deepEqual([...nodes.values()], ['paused', 'producing', 'paused']);
    }),
    cases(500),
  );
});
