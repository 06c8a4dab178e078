import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToName } from '../../common/name.ts';
import { Box } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { manyNames } from './support/names.ts';
import { refuses } from './support/refuses.ts';

const key = (n: number) => testKey(n).pub;

test('the signing authority follows admission, key, leaving, suspension and return in the same transaction', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2)]);
  await box.enrol('dave', 3);
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2), key(3)]);
  await box.setKey('bob', 9);
  assert.deepEqual(box.producer()?.keys, [key(0), key(9), key(2), key(3)]);
  await box.decide('suspend', { account: 'carol', seconds: 1 });
  assert.deepEqual(box.producer()?.keys, [key(0), key(9), key(3)]);
  box.wait(1);
  await box.act('resume', { account: 'carol' });
  assert.deepEqual(box.producer()?.keys, [key(0), key(9), key(2), key(3)]);
  await box.self('leave', 'alice');
  assert.deepEqual(box.producer()?.keys, [key(9), key(2), key(3)]);
  await box.decide('expel', { account: 'bob' }, 'carol');
  assert.deepEqual(box.producer()?.keys, [key(2), key(3)]);
});

test('an unregistered pool is not registered again by any change of members', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  await box.decide('register', { on: false });
  assert.equal(box.producer()?.active, false);
  await box.enrol('dave', 3);
  await box.setKey('bob', 9);
  await box.self('dropkey', 'carol');
  await box.setKey('carol', 8);
  await box.decide('suspend', { account: 'dave', seconds: 1 });
  box.wait(1);
  await box.act('resume', { account: 'dave' });
  await box.self('leave', 'alice');
  await box.decide('url', { url: 'https://other', location: 1 }, 'bob');
  await box.act('refresh');
  assert.deepEqual([box.producer()?.active, box.config.registered], [false, false]);
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2)]);
  await box.decide('register', { on: true }, 'bob');
  assert.deepEqual([box.producer()?.active, box.producer()?.keys], [true, [key(9), key(8), key(3)]]);
});

test('the url and the place follow a vote', async () => {
  const box = await Box.running();
  await refuses(box.propose('url', { url: 'u'.repeat(256), location: 1 }), /the url has 256 bytes/);
  await box.decide('url', { url: 'https://new.example', location: 65_535 });
  assert.deepEqual([box.producer()?.url, box.producer()?.location], ['https://new.example', 65_535]);
});

test('owner follows the members with a vote: probation, notice and suspension take one out', async () => {
  const box = await Box.live({ figures: { probation: 100 } });
  await box.enrol('dave', 3);
  const levels = () => box.authority('owner')?.levels.filter((level) => !level.startsWith('dac@'));
  assert.deepEqual(levels(), ['alice@active 1', 'bob@active 1', 'carol@active 1']);
  box.wait(100);
  await box.act('refresh');
  assert.deepEqual(levels(), ['alice@active 1', 'bob@active 1', 'carol@active 1', 'dave@active 1']);
  assert.equal(box.authority('owner')?.threshold, 4);
  await box.self('leave', 'bob');
  assert.deepEqual(levels(), ['alice@active 1', 'carol@active 1', 'dave@active 1']);
});

test('the break-glass threshold is above an ordinary majority, and the code alone always meets it', async () => {
  for (const [members, threshold] of [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 4],
    [8, 6],
    [21, 16],
  ] as const) {
    const box = await Box.live({ members: manyNames(members) });
    const owner = box.authority('owner');
    assert.deepEqual([owner?.threshold, owner?.levels.length, owner?.keys], [threshold, members + 1, 0]);
    assert.ok(owner?.levels.includes(`dac@eosio.code ${threshold}`));
    assert.ok(threshold > Math.floor(members / 2), 'above an ordinary majority');
  }
});

test('an authority lists its accounts in ascending order, wherever the contract’s own name falls', async () => {
  for (const members of [
    ['aaa', 'bbb', 'ccc'],
    ['eee', 'fff', 'ggg'],
    ['aaa', 'dab', 'dad', 'zzz'],
  ]) {
    const box = await Box.live({ members });
    const names = box.authority('owner')?.levels.map((level) => stringToName(level.split('@')[0] as string)) ?? [];
    assert.deepEqual(
      names,
      [...names].sort((a, b) => (a < b ? -1 : 1)),
    );
    assert.equal(names.length, members.length + 1);
  }
});

test('a hundred members fit, with the longest url, and not one more', async () => {
  const members = manyNames(100);
  const box = await Box.live({ members, init: { url: 'u'.repeat(255) } });
  await box.decide('register', { on: true }, members[0]);
  assert.equal(box.producer()?.keys.length, 100);
  const inline = box.chain.actionTraces.find((trace) => String(trace.action) === 'regproducer2');
  assert.ok((inline?.data.length ?? Infinity) < 4096, 'an inline action holds at most 4,096 bytes');
  await box.act('refresh');
  const update = box.chain.actionTraces.find((trace) => String(trace.action) === 'updateauth');
  assert.ok((update?.data.length ?? Infinity) < 4096, 'an inline action holds at most 4,096 bytes');
  assert.deepEqual([box.authority('owner')?.threshold, box.authority('owner')?.levels.length], [75, 101]);
  await box.join('stranger', 100);
  const id = await box.propose('admit', { account: 'stranger' }, members[0]);
  await refuses(box.pass(id), /all 100 seats are taken: one has to become free first/);
});
