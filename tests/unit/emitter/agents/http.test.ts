import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataLines } from '../../../../agent/lines.ts';
import { commandSchema, type Hello, type NodeState, parseAs } from '../../../../common/agent.ts';
import { until } from '../../../support/processes.ts';
import { EmitterSide, keyOf, POOL } from '../../agent/support/emitter-side.ts';

const CHAIN = 'c1'.repeat(32);
const HEALTH = { node: 'paused' as NodeState, headNum: 5, headId: '05'.repeat(32) as string | null };

async function bench(t: { after(fn: () => void): void }) {
  const emitter = new EmitterSide(CHAIN);
  await emitter.start();
  t.after(() => emitter.stop());
  const key = keyOf('ann');
  emitter.members.set(key.signer, 'ann');
  const request = (path: string, init: RequestInit = {}, token?: string) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    return fetch(emitter.address + path, { method: 'POST', headers, ...init });
  };
  const login = async () => {
    const { nonce, address } = (await (await request('/agent/hello')).json()) as Hello;
    const signature = key.sign({ chainId: CHAIN, pool: POOL, nonce, address });
    const answer = await request('/agent/session', { body: JSON.stringify({ nonce, signature }) });
    return ((await answer.json()) as { token: string }).token;
  };
  const open = (token: string) => request('/agent/stream', { method: 'GET' }, token);
  /** A report as an agent signs it; `lies` come after the signature. */
  const health = (token: string, said: object = {}, lies: object = {}, chain = CHAIN, by = key) => {
    const signed = { at: Date.now(), ...HEALTH, ...said };
    const signature = by.signHealth({ chain, pool: POOL }, signed);
    const body = { ...signed, headTime: 1000, lagMs: -20, answers: [], signature, ...lies };
    return request('/agent/health', { body: JSON.stringify(body) }, token);
  };
  return { emitter, key, request, login, open, health };
}

test('commands come on the stream, health goes up with the token', async (t) => {
  const { emitter, key, login, open, health } = await bench(t);
  const token = await login();
  const stream = await open(token);
  assert.equal((await health(token)).status, 204);
  const [{ proof, ...word } = { proof: undefined }] = emitter.words;
  assert.deepEqual(word, { signer: key.signer, up: true, producing: false, headNum: 5, lag: -20 });
  assert.deepEqual([proof?.node, proof?.headId], ['paused', HEALTH.headId]);
  emitter.agents.command({
    type: 'lead',
    window: 3,
    leader: key.signer,
    pause: [],
    head: { num: 5, id: '05'.repeat(32) },
  });
  for await (const line of dataLines(stream.body as unknown as AsyncIterable<Uint8Array>)) {
    if (line === null) continue;
    const command = parseAs(commandSchema, line);
    assert.deepEqual([command?.window, command?.order, command?.head?.num], [3, 'resume', 5]);
    break;
  }
});

test('without a token that is valid nothing is told and nothing is read', async (t) => {
  const { emitter, login, open, health } = await bench(t);
  const token = await login();
  assert.equal((await health(token)).status, 401, 'before its stream is open');
  for (const bad of ['', 'ab'.repeat(32), `${token}0`, token.toUpperCase().replace(/[0-9]/g, 'F')]) {
    assert.equal((await health(bad)).status, 401);
    assert.equal((await open(bad)).status, 401);
  }
  assert.deepEqual(emitter.words, []);
});

test('bad requests get a code and a sentence', async (t) => {
  const { emitter, request, login, open, health } = await bench(t);
  const token = await login();
  await open(token);
  assert.equal((await request('/agent/stream')).status, 405);
  assert.equal((await request('/agent/hello', { method: 'GET' })).status, 405);
  assert.equal((await request('/agent/nothing')).status, 404);
  assert.equal((await request('/agent/session', { body: 'x' })).status, 400);
  assert.equal((await health(token, {}, { node: 'dead' })).status, 400);
  assert.equal((await health(token, {}, { headNum: -1 })).status, 400);
  const long = await request('/agent/hello', { body: 'x'.repeat(17 * 1024) });
  assert.equal(long.status, 413);
  assert.match(await long.text(), /at most 16384 bytes/);
  assert.deepEqual(emitter.words, []);
});

test('a report that its member did not sign, or not just now, does not count', async (t) => {
  const { emitter, login, open, health } = await bench(t);
  const token = await login();
  await open(token);
  const eve = keyOf('eve');
  const refused = async (response: Promise<Response>, why: RegExp) => {
    const { status } = await response;
    assert.deepEqual([status, why.test(await (await response).text())], [403, true], String(why));
  };
  for (const lie of [{ node: 'producing' }, { headNum: 6 }, { headId: null }, { signature: '00'.repeat(65) }])
    await refused(health(token, {}, lie), /not signed by the key of this session/);
  await refused(health(token, {}, { at: Date.now() + 100 }), /not signed by the key of this session/);
  await refused(health(token, {}, {}, 'c2'.repeat(32)), /not signed by the key of this session/);
  await refused(health(token, {}, {}, CHAIN, eve), /not signed by the key of this session/);
  for (const off of [-6000, 6000])
    await refused(health(token, { at: Date.now() + off }), /clock and this one are -?[56]\d\d\d ms/);
  assert.deepEqual(emitter.words, []);
  assert.equal((await health(token)).status, 204);
});

test('a newer session of a member ends the older one', async (t) => {
  const { emitter, login, open, health } = await bench(t);
  const first = await login();
  const stream = await open(first);
  const second = await login();
  assert.equal((await health(first)).status, 204, 'a log-in alone, as a check is, changes nothing');
  await open(second);
  // Ends without an error or with a cut connection, but it ends.
  await stream.text().catch(() => '');
  assert.equal((await health(first)).status, 401);
  assert.equal((await health(second)).status, 204);
  assert.ok(emitter.words.every(({ up }) => up));
});

test('an agent that says nothing for three reports counts as gone', async (t) => {
  const { emitter, login, open, health } = await bench(t);
  const token = await login();
  await open(token);
  await health(token);
  await until('that it is gone', () => emitter.words.some(({ up }) => !up), 5000);
  assert.deepEqual(
    emitter.words.map(({ up, proof }) => [up, proof !== undefined]),
    [
      [true, true],
      [false, false],
    ],
  );
  assert.deepEqual(emitter.agents.status(), []);
});

test('a node that does not answer is told as gone, its agent goes on', async (t) => {
  const { emitter, key, login, open, health } = await bench(t);
  const token = await login();
  await open(token);
  await health(token, { node: 'unreachable', headId: null });
  assert.equal(emitter.words[0]?.up, false);
  const [{ signer, node } = { signer: '', node: '' }] = emitter.agents.status();
  assert.deepEqual([signer, node], [key.signer, 'unreachable']);
});
