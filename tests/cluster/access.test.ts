import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { nkeys } from '@nats-io/transport-node';
import type { NatsFiles } from '../../common/nats/access.ts';
import { connectNats, connectNodes } from '../../common/nats/connection.ts';
import { votePlace } from '../../common/nats/streams.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { decision } from '../support/events.ts';
import { SMALL, startCluster } from '../support/nats.ts';
import { makeCertificates, makeCredentials } from '../support/nats-keys.ts';
import { votingOf } from '../support/voting.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-access-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const ours = makeCertificates(dir, 'ours');
const strangers = makeCertificates(dir, 'strangers');
const { lines, creds: text } = makeCredentials();
const tls = `tls { cert_file: "${ours.cert}", key_file: "${ours.key}" }`;
const { cluster } = await startCluster({ lines: () => [...lines, tls] });
const plain = await startCluster({ lines: () => ['authorization { user: "em", password: "s/e@c" }'] });

const keep = (name: string, content: string | Uint8Array, mode = 0o600) => {
  const file = path.join(dir, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
};
const creds = keep('creds', text);
const named = (url: string) => url.replaceAll('127.0.0.1', 'localhost');
/** What is taken after all is closed again, so that the test that did not expect it comes to its end. */
const refused = async (url: string, files: NatsFiles) => (await connectNats(url, 'test', files)).connection.close();

test('with credentials and a certificate authority an emitter decides over TLS, by a connection to each node', async () => {
  const nodes = await connectNodes(named(cluster.url), 'test', { creds, ca: ours.ca });
  assert.equal(nodes.length, 3);
  for (const { connection } of nodes) assert.equal(connection.info?.tls_required, true);
  const stream = await openQuorum(nodes, votingOf('tls'), null, SMALL);
  assert.equal((await stream.append({ emitter: 'emitter1', decisions: [decision(1)] }, 0)).as, 'won');
  const { manager } = nodes[0] ?? assert.fail('no node');
  assert.ok((await manager.streams.info(votePlace('tls', 1).stream)).state.messages > 0);
  await Promise.all(nodes.map(({ connection }) => connection.close()));
});

test('a node whose certificate another authority signed is not spoken to, nor one without a certificate authority named', async () => {
  const url = named(cluster.url);
  await assert.rejects(refused(url, { creds, ca: strangers.ca }), { code: 'store', message: /cannot be reached/ });
  await assert.rejects(refused(url, { creds }), { code: 'store', message: /cannot be reached/ });
});

test('with a certificate authority a node without TLS is not spoken to', async () => {
  await assert.rejects(refused(named(plain.cluster.url).replace('//', '//em:s%2Fe%40c@'), { ca: ours.ca }), {
    code: 'store',
    message: /cannot be reached: .*tls/,
  });
});

test('without credentials, or with those of nobody, nobody is let in', async () => {
  await assert.rejects(refused(named(cluster.url), { ca: ours.ca }), { code: 'store' });
  const others = keep('others', makeCredentials().creds);
  await assert.rejects(refused(named(cluster.url), { ca: ours.ca, creds: others }), { code: 'store' });
});

test('user and password in the address, with signs in them that an address cannot have', async () => {
  const nats = await connectNats(plain.cluster.url.replace('//', '//em:s%2Fe%40c@'), 'test');
  await nats.connection.close();
  await assert.rejects(refused(plain.cluster.url.replace('//', '//em:wrong@'), {}), (error: Error) => {
    assert.match(error.message, /cannot be reached: .*[Aa]uthorization/);
    assert.doesNotMatch(error.message, /wrong/);
    return true;
  });
});

const url = 'nats://localhost:1';
const seed = Buffer.from(nkeys.createUser().getSeed());
const REFUSALS: [string, () => { files: NatsFiles; url?: string }, string, RegExp][] = [
  [
    'that others can read',
    () => ({ files: { creds: keep('open', text, 0o644) } }),
    'key_file',
    /open to others \(mode 644\)/,
  ],
  ['that is not there', () => ({ files: { creds: path.join(dir, 'none') } }), 'key_file', /none cannot be read/],
  [
    'that holds something else',
    () => ({ files: { creds: keep('else', 'hello') } }),
    'key_file',
    /else lets no one into a NATS cluster/,
  ],
  [
    'whose seed has a wrong letter',
    () => ({ files: { creds: keep('typo', `${seed}`.replace(/.$/, '7').replace(/..$/, 'AA')) } }),
    'key_file',
    /typo lets no one in/,
  ],
  [
    'beside a user in the address',
    () => ({ files: { creds }, url: 'nats://em:pw@localhost:1' }),
    'config',
    /has a user and .*creds names one too/,
  ],
  [
    'of an authority that is not there',
    () => ({ files: { ca: path.join(dir, 'none') } }),
    'config',
    /none cannot be read/,
  ],
  ['of an authority that is none', () => ({ files: { ca: creds } }), 'config', /has no certificate in it/],
  [
    'of an authority, for an address without a name',
    () => ({ files: { ca: ours.ca }, url: 'nats://127.0.0.1:1' }),
    'config',
    /127\.0\.0\.1:1 is an address without a name/,
  ],
];
for (const [what, make, code, message] of REFUSALS)
  test(`a file ${what} is refused in one sentence that shows nothing of it`, async () => {
    const given = make();
    await assert.rejects(refused(given.url ?? url, given.files), (error: Error & { code: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /SU[A-Z2-7]{10}|eyJ|pw@/);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });
