import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const WEEK = 7 * 86_400;
const tables = { emitter: 'emitters', oracle: 'oracles', arbitrator: 'arbitrators' } as const;
const names = (box: Box, role: keyof typeof tables) => box.rows(tables[role]).map((row) => row.account);
const stop = (box: Box, role: string, account: string, member: string, by = member) =>
  box.act('stop', { member, role, account }, by);
const emitter = { key: testKey(50).pub, endpoints: 'tcp://a:1' };

test('each role is named and taken away by vote', async () => {
  const box = await Box.live();
  for (const role of ['emitter', 'oracle', 'arbitrator'] as const) {
    await box.pass(await box.proposeRole(role, 'stranger', true, emitter));
    assert.deepEqual(names(box, role), ['stranger']);
    await box.pass(await box.proposeRole(role, 'stranger', false));
    assert.deepEqual(names(box, role), []);
    const again = await box.proposeRole(role, 'stranger', false);
    await refuses(box.pass(again), /stranger is not an (emitter|oracle|arbitrator) of this pool/);
    box.wait(1);
  }
});

test('roles that do not exist, and accounts that do not, are refused', async () => {
  const box = await Box.live();
  await refuses(box.proposeRole('king', 'stranger'), /there is no role king: emitter, oracle and arbitrator are known/);
  await refuses(box.proposeRole('oracle', 'nobody'), /oracle nobody is no account on this chain/);
  const r1 = { key: 'PUB_R1_6FPFZqw5ahYrR9jD96yDbbDNTdKtNqRbze6oTDLntrsANgQKZu' };
  await refuses(box.proposeRole('emitter', 'stranger', true, r1), /a signing key must be of type K1/);
  await refuses(stop(box, 'king', 'stranger', 'alice'), /there is no role king/);
});

test('an emitter needs a key, and gets a new key and endpoints by being named again', async () => {
  const box = await Box.live();
  await refuses(box.pass(await box.proposeRole('emitter', 'stranger')), /emitter stranger needs a key of type K1/);
  await box.pass(await box.proposeRole('emitter', 'stranger', true, emitter));
  await box.pass(await box.proposeRole('emitter', 'stranger', true, { key: testKey(51).pub, endpoints: 'tcp://b:2' }));
  const [row] = box.rows('emitters');
  assert.deepEqual([row?.key, row?.endpoints], [testKey(51).pub, 'tcp://b:2']);
});

test('an oracle or arbitrator is named once', async () => {
  const box = await Box.live();
  for (const role of ['oracle', 'arbitrator']) {
    await box.pass(await box.proposeRole(role, 'stranger'));
    await refuses(box.pass(await box.proposeRole(role, 'stranger')), new RegExp(`stranger is an ${role} already`));
  }
});

for (const [role, most] of [
  ['emitter', 21],
  ['oracle', 21],
  ['arbitrator', 9],
] as const) {
  test(`there are at most ${most} ${role}s`, async () => {
    const box = await Box.live({ members: ['alice'] });
    const many = Array.from({ length: most + 1 }, (_, i) => `r${'abcdefghijklmnopqrstuv'[i]}`);
    box.accounts(...many);
    for (const account of many.slice(0, most)) await box.pass(await box.proposeRole(role, account, true, emitter));
    const one = await box.proposeRole(role, many[most] as string, true, emitter);
    await refuses(box.pass(one), new RegExp(`there are ${most} ${role}s already: stop one first`));
  });
}

for (const role of ['emitter', 'oracle', 'arbitrator'] as const) {
  test(`two members stop an ${role} at once, and only a vote brings it back`, async () => {
    const box = await Box.live();
    await box.pass(await box.proposeRole(role, 'stranger', true, emitter));
    await refuses(stop(box, role, 'stranger', 'alice', 'bob'), NO_AUTHORITY);
    await refuses(stop(box, role, 'stranger', 'dave'), /dave is not a member/);
    await refuses(stop(box, role, 'worker', 'alice'), /worker is not an /);
    await stop(box, role, 'stranger', 'alice');
    assert.deepEqual(names(box, role), ['stranger'], 'one alone stops nobody');
    await refuses(
      stop(box, role, 'stranger', 'alice'),
      /alice has asked for this already: another member has to do so too/,
    );
    await stop(box, role, 'stranger', 'bob');
    assert.deepEqual(names(box, role), []);
    await box.pass(await box.proposeRole(role, 'stranger', true, emitter));
    assert.deepEqual(names(box, role), ['stranger']);
    assert.equal(box.rows(tables[role])[0]?.stopper, '', 'with nothing left of the stop before');
  });
}

test('the second member has seven days', async () => {
  const box = await Box.live();
  await box.pass(await box.proposeRole('oracle', 'stranger'));
  await stop(box, 'oracle', 'stranger', 'alice');
  box.wait(WEEK);
  await stop(box, 'oracle', 'stranger', 'bob');
  assert.deepEqual(names(box, 'oracle'), ['stranger'], 'too late: bob is the first now');
  box.wait(WEEK - 1);
  await stop(box, 'oracle', 'stranger', 'alice');
  assert.deepEqual(names(box, 'oracle'), []);
});

test('who asked first has to be a member with a vote still', async () => {
  const box = await Box.live({ members: ['alice', 'bob', 'carol', 'dave'] });
  await box.pass(await box.proposeRole('oracle', 'stranger'));
  await stop(box, 'oracle', 'stranger', 'alice');
  await box.self('leave', 'alice');
  await stop(box, 'oracle', 'stranger', 'bob');
  assert.deepEqual(names(box, 'oracle'), ['stranger']);
  await stop(box, 'oracle', 'stranger', 'carol');
  assert.deepEqual(names(box, 'oracle'), []);
});

test('a member on probation stops nobody', async () => {
  const box = await Box.live({ figures: { probation: 1000 } });
  await box.enrol('dave', 3);
  await box.pass(await box.proposeRole('oracle', 'stranger'));
  await refuses(stop(box, 'oracle', 'stranger', 'dave'), /dave is on probation for \d+ more seconds/);
});

test('where only one member has a vote, it stops alone', async () => {
  const box = await Box.live({ members: ['alice'], figures: { probation: 1000 } });
  await box.enrol('dave', 3);
  await box.pass(await box.proposeRole('oracle', 'stranger'));
  await stop(box, 'oracle', 'stranger', 'alice');
  assert.deepEqual(names(box, 'oracle'), []);
});
