import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { FakePool, proposalRow } from '../../support/fake-pool.ts';
import { invoked } from '../../support/invoked.ts';
import { scratch } from '../../support/processes.ts';

/** Whatever it was: an exit code that says so, nothing on standard output, and a sentence of ours or of the option parser's; no stack, no words of the language. */
async function refused(args: string[]): Promise<void> {
  const { code, stdout, stderr } = await invoked(args);
  const told = `${args.join(' ').slice(0, 200)}: ${code} ${stdout}${stderr}`;
  assert.ok(code === 1 || code === 2, told);
  assert.equal(stdout, '', told);
  assert.match(stderr, /^(pool|error): \S/m, told);
  assert.doesNotMatch(stderr, /^ {4}at |TypeError|\[object|Cannot read|is not a function/m, told);
}

const NAMES = ['', 'Alice', 'äöü', 'alice bob', 'a'.repeat(14), 'alice\n', '$(id)'];
const IDS = ['0', '-1', '1.5', '', '99999999999999999999', '١', '0x10'];
const AMOUNTS = [
  '',
  '-5',
  '5 eos',
  '1e3',
  '5,5',
  'NaN',
  '5.00001',
  '9223372036854775807',
  '5 EOS EOS',
  '５',
  '.5',
  '0',
];
const LONG = ['x'.repeat(256), 'ä'.repeat(128)];

/** Where what a person writes goes, by what it is meant to be; "@" is its place. */
const PLACES: [values: string[], lines: string[][]][] = [
  [
    NAMES,
    [
      ['challenge', '@'],
      ['setproxy', '@'],
      ['claim', '@'],
      ['stop', 'oracle', '@'],
      ['propose', 'spend', '@', '5'],
      ['vote', '12', 'yes', '--permission', '@'],
      ['sweep', '--dac', '@'],
      ['sweep', '--as', '@', '--api', 'http://127.0.0.1:1'],
    ],
  ],
  [
    IDS,
    [
      ['vote', '@', 'yes'],
      ['tally', '@'],
      ['case', 'recuse', '@'],
      ['payorder', '@'],
      ['propose', 'end', '@'],
      ['propose', 'void', '@'],
    ],
  ],
  [
    AMOUNTS,
    [
      ['deposit', 'add', '@'],
      ['deposit', 'withdraw', '@'],
      ['propose', 'spend', 'zoe', '@'],
      ['propose', 'order', 'zoe', '@', '3'],
      ['propose', 'foreign', 'tok', '@', 'zoe'],
    ],
  ],
  [
    LONG,
    [
      ['propose', 'register', 'on', '--text', '@'],
      ['propose', 'url', '@', '3'],
      ['propose', 'role', 'emitter', 'zoe', 'on', '--key', '@'],
      ['propose', 'role', 'arbitrator', 'zoe', 'on', '--endpoints', '@'],
      ['setinfo', '--owners', '@'],
    ],
  ],
  [['nonsense', '', 'sticky:', 'rotate:wait=-1', 'fullest:wait=99999999999'], [['propose', 'strategy', '@']]],
  [['EOSxxx', 'PUB_K1_x', ''], [['propose', 'role', 'emitter', 'zoe', 'on', '--key', '@']]],
];

test('what nobody should write is refused in a sentence, wherever it stands', async (t) => {
  const pool = new FakePool();
  for (const account of ['alice', 'zoe']) pool.accounts[account] = { ram_quota: 9000, ram_usage: 4000 };
  pool.set('proposals', [proposalRow(12, 'url')]).set('deposits', [{ account: 'alice', free: 5, cases: 0 }]);
  const api = await pool.serve(t);
  const act = ['--as', 'alice', '--api', api];
  for (const [values, lines] of PLACES) {
    for (const value of values)
      for (const line of lines)
        await refused([...line.map((word) => (word === '@' ? value : word)), ...(line.includes('--as') ? [] : act)]);
  }
  for (const url of LONG) await refused(['join', 'erin', '--url', url, '--api', api]);
  assert.deepEqual(pool.taken, []);
});

test('files that are empty, not there, folders or no text are refused in a sentence', async (t) => {
  const api = await new FakePool().serve(t);
  const dir = scratch(t);
  const at = (name: string, text: string | Buffer, mode = 0o600) => {
    writeFileSync(path.join(dir, name), text, { mode });
    return path.join(dir, name);
  };
  const files = [at('empty', ''), at('bytes', Buffer.from([0, 255, 254])), path.join(dir, 'none'), dir];
  const act = ['--as', 'alice', '--api', api];
  for (const file of files) {
    await refused(['agree', file, ...act]);
    await refused(['case', 'open', '--evidence', file, ...act]);
    await refused(['refresh', '--push', '--key-file', file, ...act]);
    await refused(['join', 'erin', '--terms', file, '--api', api]);
    await refused(['log', 'verify', file]);
    await refused(['deploy', 'plan', '--network', 'jungle4', '--file', file]);
  }
  await refused(['propose', 'terms', files[0] ?? '', ...act]);
  await refused(['refresh', '--push', '--key-file', at('open', 'x', 0o644), ...act]);
});

const ANSWERS: ((response: ServerResponse) => void)[] = [
  ...['<html>', '', 'null', '[]', '{}', '7', '"x"', '{"rows":[null]}', '{"rows":[{"x":1}]}', '{"rows":["aa"]}'].map(
    (text) => (response: ServerResponse) => void response.end(text),
  ),
  ...[
    'null',
    '{}',
    '{"error":{"details":7}}',
    '{"error":{"details":[null]}}',
    '{"error":{"details":[{"message":5}]}}',
  ].map((text) => (response: ServerResponse) => void response.writeHead(500).end(text)),
  (response) => void response.destroy(),
];

test('a node that answers anything else than it should: a sentence', async (t) => {
  let answer = ANSWERS[0];
  const server = createServer((request, response) => {
    request.resume();
    answer?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const as = ['--as', 'alice'];
  const lines = [
    ['members'],
    ['vote', '12', 'yes', ...as],
    ['join', 'erin'],
    ['join', 'erin', '--check'],
    ['report', '--window', '7'],
  ];
  for (answer of ANSWERS) {
    for (const line of lines) await refused([...line, '--api', api]);
    await refused(['deploy', 'plan', '--network', 'jungle4', '--api', api]);
  }
});

test('a node of another chain than the pool was set up for', async (t) => {
  const pool = new FakePool();
  pool.chainId = 'ff'.repeat(32);
  const api = await pool.serve(t);
  for (const line of [['members'], ['vote', '12', 'yes', '--as', 'alice'], ['join', 'erin']]) {
    const { code, stderr } = await invoked([...line, '--api', api]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^pool: the pool of poolbp is set up for chain c0c0\w+, and http:\S+ serves ffff\w+: name a node/,
    );
  }
});
