import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { KeyRing } from '../../../devnet/keys.ts';
import { configLines, type NodeSettings, prepareNode } from '../../../devnet/nodeos.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'nodeos-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const key = new KeyRing(1).pair('member1@signing');

const member: NodeSettings = {
  plan: { name: 'member1', role: 'member', apiPort: 20_001, p2pPort: null },
  dir,
  genesis: path.join(dir, 'genesis.json'),
  clockFile: path.join(dir, 'clock'),
  peers: ['127.0.0.1:9700'],
  producers: ['poolbp'],
  signingKeys: [key],
  bootstrap: false,
};

test('a member listens for nobody, dials the emitters only and comes back fast', () => {
  const lines = configLines(member);
  assert.ok(lines.includes('p2p-listen-endpoint ='));
  assert.deepEqual(
    lines.filter((line) => line.startsWith('p2p-peer-address')),
    ['p2p-peer-address = 127.0.0.1:9700'],
  );
  assert.ok(lines.includes('connection-cleanup-period = 1'));
  assert.ok(!lines.some((line) => /stale|gossip|auto-bp/.test(line)));
  assert.ok(lines.every((line) => !line.includes('0.0.0.0')));
});

test('in standby mode a member starts paused, else it does not', () => {
  assert.ok(configLines({ ...member, paused: true }).includes('pause-on-startup = true'));
  assert.ok(!configLines(member).some((line) => line.startsWith('pause-on-startup')));
});

test('a node with a state history streams blocks and traces to this machine alone', () => {
  const plan = { name: 'bp1', role: 'producer' as const, apiPort: 20_001, p2pPort: 20_002, shipPort: 20_003 };
  const tools = { nodeos: { command: '/bin/nodeos', args: [] }, systemContracts: dir };
  const lines = configLines({ ...member, plan });
  for (const line of [
    'state-history-endpoint = 127.0.0.1:20003',
    'trace-history = true',
    'chain-state-history = false',
  ])
    assert.ok(lines.includes(line), line);
  assert.ok(prepareNode(tools, { ...member, plan }).args.includes('--disable-replay-opts'));
  assert.ok(!configLines(member).some((line) => line.includes('state-history')));
  assert.ok(!prepareNode(tools, member).args.includes('--disable-replay-opts'));
});

test('the signing key is in a file that only the user can read, and not on the command line', () => {
  const spec = prepareNode({ nodeos: { command: '/bin/nodeos', args: ['nodeos'] }, systemContracts: dir }, member);
  const config = path.join(dir, 'nodes/member1/config/config.ini');
  assert.equal(statSync(config).mode & 0o777, 0o600);
  assert.ok(!JSON.stringify(spec).includes(key.private));
  assert.equal(spec.env?.SHIM_CLOCK_FILE, member.clockFile);
});

test('a node is prepared with an empty folder, or with its irreversible blocks alone', () => {
  const tools = { nodeos: { command: '/bin/nodeos', args: [] }, systemContracts: dir };
  const data = path.join(dir, 'nodes/member1/data');
  for (const part of ['state/shared_memory.bin', 'blocks/blocks.log', 'blocks/reversible/fork_db.dat']) {
    mkdirSync(path.dirname(path.join(data, part)), { recursive: true });
    writeFileSync(path.join(data, part), 'x');
  }
  const left = () => readdirSync(data, { recursive: true }).sort();
  prepareNode(tools, member, 'blocks');
  assert.deepEqual(left(), ['blocks', 'blocks/blocks.log']);
  prepareNode(tools, member);
  assert.throws(left, /ENOENT/);
});
