import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { problemsOf } from '../../../cli/bpjson/problems.ts';
import { testKey } from '../../contract/support/keys.ts';
import { FakePool, NEVER } from '../../support/fake-pool.ts';
import { invoked } from '../../support/invoked.ts';
import { scratch } from '../../support/processes.ts';

const place = { name: 'Berlin, Germany', country: 'DE' };

function good() {
  return {
    producer_account_name: 'poolbp',
    org: {
      candidate_name: 'The Pool',
      website: 'https://pool.example',
      location: { ...place, latitude: 52.5, longitude: 13.4 },
      email: 'ops@pool.example',
    },
    nodes: [
      { location: place, node_type: 'producer' },
      { location: place, node_type: ['query'], ssl_endpoint: 'https://api.pool.example', features: ['chain-api'] },
      { location: place, node_type: 'seed', p2p_endpoint: 'seed.pool.example:9876' },
    ],
  };
}

type Good = ReturnType<typeof good>;

const WRONG: [change: (of: Good) => unknown, says: RegExp][] = [
  [
    (of) => ({ ...of, producer_account_name: 'otherbp' }),
    /producer_account_name: it is otherbp, and the pool's producer is poolbp/,
  ],
  [(of) => ({ ...of, producer_account_name: 'Pool!' }), /producer_account_name: it takes an account name/],
  [(of) => ({ ...of, extra: 1 }), /bp\.json: the standard has no extra at the top/],
  [({ nodes: _, ...of }) => of, /^nodes: /],
  [
    (of) => ({ ...of, org: { ...of.org, website: 'https://pool.example/' } }),
    /org\.website: it takes an address .* does not end with "\/"/,
  ],
  [(of) => ({ ...of, org: { ...of.org, website: undefined } }), /^org\.website: /],
  [(of) => ({ ...of, org: { ...of.org, code_of_conduct: 'docs' } }), /org\.code_of_conduct: it takes an address/],
  [(of) => ({ ...of, org: { ...of.org, email: 'me' } }), /org\.email: it takes an address of electronic mail/],
  [
    (of) => ({ ...of, org: { ...of.org, location: { name: 'Berlin', country: 'Germany' } } }),
    /org\.location\.country: it takes a country by ISO 3166-1/,
  ],
  [
    (of) => ({ ...of, org: { ...of.org, location: { name: 'Here', country: 'XX' } } }),
    /org\.location\.country: XX is no country of ISO 3166-1/,
  ],
  [
    (of) => ({ ...of, org: { ...of.org, location: { ...place, latitude: 91 } } }),
    /org\.location\.latitude: a latitude is from -90 to 90/,
  ],
  [
    (of) => ({ ...of, org: { ...of.org, social: { twitter: 'https://x.com/pool' } } }),
    /org\.social\.twitter: it takes a user name alone/,
  ],
  [(of) => ({ ...of, nodes: [{ node_type: 'full' }] }), /nodes\.0\.node_type: /],
  [(of) => ({ ...of, nodes: [{ node_type: 'seed' }] }), /nodes\.0\.p2p_endpoint: a seed node needs one/],
  [(of) => ({ ...of, nodes: [{ node_type: 'query' }] }), /nodes\.0\.api_endpoint: a query node needs one/],
  [
    (of) => ({ ...of, nodes: [{ node_type: 'seed', p2p_endpoint: 'http://x:1' }] }),
    /nodes\.0\.p2p_endpoint: it takes "host:port"/,
  ],
  [
    (of) => ({ ...of, nodes: [{ node_type: 'seed', p2p_endpoint: 'x.example:99999' }] }),
    /nodes\.0\.p2p_endpoint: 99999 is no port/,
  ],
  [
    (of) => ({ ...of, nodes: [{ node_type: 'seed', p2p_endpoint: '192.168.1.4:9876' }] }),
    /192\.168\.1\.4:9876 can be reached from nowhere else/,
  ],
  [
    (of) => ({ ...of, nodes: [{ node_type: 'producer', p2p_endpoint: 'x.example:9876' }] }),
    /nodes\.0: a producing node's address is nobody's business/,
  ],
  [
    (of) => ({ ...of, nodes: [...of.nodes, of.nodes[2]] }),
    /nodes\.3\.p2p_endpoint: seed\.pool\.example:9876 stands at nodes\.2 already/,
  ],
  [
    (of) => ({ ...of, nodes: [{ node_type: 'query', ssl_endpoint: 'http://api.example' }] }),
    /nodes\.0\.ssl_endpoint: it takes an address "https:/,
  ],
  [
    (of) => ({ ...of, nodes: [{ node_type: 'query', api_endpoint: 'http://me:secret@api.example' }] }),
    /nodes\.0\.api_endpoint: there is a password in the address/,
  ],
  [(of) => ({ ...of, org: { ...of.org, note: testKey(1).priv } }), /there is a private key in it/],
  [() => 'text', /^bp\.json: /],
  [() => [], /^bp\.json: /],
];

test('a good bp.json has no problems; each wrong one is named with its place, in a sentence', () => {
  assert.deepEqual(problemsOf(JSON.stringify(good()), 'poolbp'), []);
  for (const [change, says] of WRONG) {
    const problems = problemsOf(JSON.stringify(change(good())), 'poolbp');
    assert.ok(
      problems.some((one) => says.test(one)),
      `${says}\n${problems.join('\n')}`,
    );
    assert.ok(!problems.join().includes(testKey(1).priv));
  }
  assert.match(problemsOf('{', null).join(), /it is no JSON/);
});

test('bpjson writes one from the chain and the options, and finds it good', async (t) => {
  const api = await new FakePool().serve(t);
  const file = path.join(scratch(t), 'bp.json');
  const args = [
    'bpjson',
    '--country',
    'de',
    '--city',
    'Berlin',
    '--seed',
    'seed.pool.example:9876',
    '--api-endpoint',
    'https://api.pool.example',
    '--api',
    api,
  ];
  const done = await invoked([...args, '--write', file]);
  assert.equal(done.code, 0, done.stderr);
  const made = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(
    [made.producer_account_name, made.org.website, made.org.location],
    ['poolbp', 'https://pool.example', place],
  );
  assert.deepEqual(
    made.nodes.map(({ node_type, p2p_endpoint, ssl_endpoint }: Record<string, unknown>) => [
      node_type,
      p2p_endpoint ?? ssl_endpoint ?? null,
    ]),
    [
      ['producer', null],
      ['query', 'https://api.pool.example'],
      ['seed', 'seed.pool.example:9876'],
    ],
  );
  assert.equal((await invoked(['bpjson', '--check', file, '--api', api])).stdout, `${file} is good\n`);
  const again = await invoked([...args, '--write', file]);
  assert.deepEqual(
    [again.code, again.stderr],
    [1, `pool: ${file} cannot be written: it is there already; --force replaces it\n`],
  );
  assert.equal((await invoked([...args, '--write', file, '--force'])).code, 0);
  assert.deepEqual(JSON.parse((await invoked(args)).stdout), made);
});

test('bpjson refuses in one sentence what would not be good', async (t) => {
  const pool = new FakePool();
  const api = await pool.serve(t);
  const says = async (code: number, pattern: RegExp, ...args: string[]) => {
    const result = await invoked(['bpjson', ...args, '--api', api]);
    assert.deepEqual([result.code, result.stdout], [code, ''], args.join(' '));
    assert.match(result.stderr, pattern);
  };
  await says(2, /name the pool's country: --country DE/);
  await says(2, /It takes a country by ISO 3166-1/, '--country', 'XX');
  await says(1, /it would not be good: org\.email: it takes an address/, '--country', 'DE', '--email', 'me');
  await says(
    1,
    /it would not be good: nodes\.1\.p2p_endpoint: it takes "host:port"/,
    '--country',
    'DE',
    '--seed',
    'nowhere',
  );
  pool.set('emitters', [
    { account: 'em1', key: testKey(3).pub, endpoints: 'em1.example:9876', stopper: '', stopper_at: NEVER },
  ]);
  await says(
    1,
    /em1\.example:9876 is an emitter, which is for members/,
    '--country',
    'DE',
    '--seed',
    'em1.example:9876',
  );
  const file = path.join(scratch(t), 'bp.json');
  await says(1, /bp\.json cannot be read/, '--check', file);
  writeFileSync(file, JSON.stringify({ ...good(), nodes: [{ node_type: 'seed' }] }));
  const bad = await invoked(['bpjson', '--check', file, '--offline', '--json']);
  assert.deepEqual(
    [bad.code, JSON.parse(bad.stdout).problems],
    [3, ['nodes.0.p2p_endpoint: a seed node needs one, "host:port"']],
  );
});
