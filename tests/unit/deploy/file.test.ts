import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { exampleFile } from '../../../cli/deploy/example.ts';
import { amountText, tokenOf, unitsOf } from '../../../deploy/amount.ts';
import { loadDeployment } from '../../../deploy/file.ts';
import { FIGURE_DEFAULTS, FIGURES, figureColumn } from '../../../deploy/founding.ts';
import { loadNetwork, NETWORKS } from '../../../deploy/network.ts';
import { ramPrice } from '../../../deploy/plan/cost.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { scratch } from '../../support/processes.ts';
import { cases, fc } from '../../support/property.ts';
import { KEYS, network } from './support/model-chain.ts';

interface Content {
  [field: string]: unknown;
}

const content: Content = {
  creator: 'payer',
  dac: { account: 'pooldac', key: KEYS[0], ramBytes: 3_000_000, cpu: '1.0000 EOS', net: '1.0000 EOS' },
  producer: { account: 'poolbp', url: '', location: 0, ramBytes: 1, cpu: '1.0000 EOS', net: '1.0000 EOS' },
  terms: 'terms.md',
  founders: [{ account: 'alice' }],
};

/** What the file is refused with, a line each; '' when it is taken. */
function refusal(t: { after(fn: () => void): void }, changes: Content, text?: string): string {
  const dir = scratch(t);
  const file = path.join(dir, 'deploy.json');
  writeFileSync(path.join(dir, 'terms.md'), 'terms');
  writeFileSync(file, text ?? JSON.stringify({ ...content, ...changes }));
  try {
    loadDeployment(file, network);
    return '';
  } catch (thrown) {
    return (thrown as Error).message.replaceAll(`${file}: `, '');
  }
}

test('the example is a file as it is wanted, once it is filled in', (t) => {
  const filled = exampleFile()
    .replaceAll('CREATOR', 'payer')
    .replaceAll('docs/constitution.md', 'terms.md')
    .replaceAll(/PUBLIC_KEY/g, () => KEYS[0]);
  // One key stands for all here, which no oracle may have.
  assert.match(refusal(t, {}, filled), /roles\.oracles\.0\.reportKey: it must be another key than the account's/);
  let next = 0;
  const several = exampleFile()
    .replaceAll('CREATOR', 'payer')
    .replaceAll('docs/constitution.md', 'terms.md')
    .replaceAll(/PUBLIC_KEY/g, () => KEYS[next++ % KEYS.length] ?? '');
  assert.equal(refusal(t, {}, several), '');
});

test('each problem of a file is a sentence with its place', (t) => {
  assert.equal(refusal(t, {}), '');
  assert.match(refusal(t, {}, '{'), /cannot be read .*JSON.*"\.\/pool deploy init"/);
  assert.match(refusal(t, { creator: 'Payer' }), /^creator: must be an account name/);
  assert.match(refusal(t, { creator: 'pooldac' }), /creator: pooldac is made by this file/);
  assert.match(refusal(t, { more: 1 }), /Unrecognized key: "more"/);
  assert.match(refusal(t, { terms: 'none.md' }), /terms: the constitution cannot be read/);
  assert.match(refusal(t, { founders: [] }), /^founders: /);
  assert.match(
    refusal(t, { founders: [{ account: 'alice' }, { account: 'alice' }] }),
    /founders: alice is named twice/,
  );
  assert.match(refusal(t, { founders: [{ account: 'poolbp' }] }), /founders\.0\.account: poolbp is the pool itself/);
  const twice = ['alice', 'bob'].map((account) => ({ account, signingKey: KEYS[0] }));
  assert.match(refusal(t, { founders: twice }), /founders \(signingKey\): \S+ is named twice/);
  assert.match(
    refusal(t, { founders: [{ account: 'alice', signingKey: 'EOS1' }] }),
    /founders\.0\.signingKey: must be a public key of type K1/,
  );
  assert.match(refusal(t, { figures: { hurry: 1 } }), /figures/);
  assert.match(refusal(t, { figures: { votetime: -1 } }), /figures\.votetime/);
  assert.match(refusal(t, { figures: { open: 1 } }), /figures\.open: an open pool needs a bond/);
  const dac = content.dac as Content;
  for (const cpu of ['1 EOS', '1.0000 SYS', '1.00000 EOS', '-1.0000 EOS', '1.0000EOS', ''])
    assert.match(
      refusal(t, { dac: { ...dac, cpu } }),
      /dac\.cpu: ".*" is no amount of the chain's token: it must be like "10\.0000 EOS"/,
    );
  assert.match(
    refusal(t, { producer: { ...(content.producer as Content), account: 'pooldac' } }),
    /producer\.account: pooldac must be another/,
  );
  assert.match(
    refusal(t, { producer: { ...(content.producer as Content), url: 'x'.repeat(256) } }),
    /producer\.url: must have at most 255 bytes/,
  );
  assert.match(
    refusal(t, { roles: { oracles: [{ account: 'oracle1', key: KEYS[0] }] } }),
    /roles\.oracles\.0: an account that is made \(key\) needs ramBytes, cpu and net/,
  );
});

test('several problems are several lines', (t) => {
  const all = refusal(t, { founders: [{ account: 'alice' }, { account: 'alice' }], figures: { open: 1 } }).split('\n');
  assert.equal(all.length, 2);
});

test('figures, their columns and their defaults are the contract’s', () => {
  const source = readFileSync(path.join(ROOT, 'contracts/pool/setup.tables.ts'), 'utf8');
  for (const figure of FIGURES) {
    const found = new RegExp(`public ${figureColumn(figure)}: \\w+ = (\\w+)`).exec(source)?.[1];
    assert.equal(Number(found === 'false' ? 0 : found), FIGURE_DEFAULTS[figure], figure);
  }
});

test('every network that comes along is a profile that says where it is from and that it was not tried', () => {
  for (const name of NETWORKS) {
    const profile = loadNetwork(name, '.');
    assert.deepEqual([profile.name, profile.tried], [name, false]);
    assert.ok(profile.sources.length > 0, name);
  }
  const ids = new Set(NETWORKS.map((name) => loadNetwork(name, '.').chainId));
  assert.equal(ids.size, NETWORKS.length);
});

test('a network that is none is refused with its place', (t) => {
  const file = path.join(scratch(t), 'network.json');
  const refused = (changes: Content) => {
    writeFileSync(file, JSON.stringify({ ...network, ...changes }));
    return assert.throws.bind(null, () => loadNetwork(file, '.'));
  };
  refused({ chainId: 'AB' })(/chainId: must be 64 hex digits/);
  refused({ api: [] })(/api: /);
  refused({ api: ['ftp://there'] })(/api\.0: must be an http/);
  refused({ token: { contract: 'eosio.token', symbol: 'EOS' } })(/token\.symbol: must be precision and symbol/);
  refused({ explorer: 'https://there/' })(/explorer: must have \{trx\}/);
  refused({ consensus: 'paxos' })(/consensus: /);
  assert.throws(() => loadNetwork('nowhere', '.'), /none of local, jungle4, kylin, eos, telos, wax/);
  assert.throws(() => loadNetwork('local', path.dirname(file)), /running \.\/pool up, and .*run\.json cannot be read/);
});

test('amounts are read and written with all their decimals', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 17n), fc.nat(8), (units, precision) => {
      const token = tokenOf(`${precision},EOS`);
      assert.equal(unitsOf(amountText(units, token), token), units);
    }),
    cases(200),
  );
});

test('RAM: dearer the more is bought, never cheaper than the market gives, and not more than there is', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1_000_000n, 10n ** 11n),
      fc.bigInt(10_000n, 10n ** 13n),
      fc.nat(900_000),
      (bytes, units, wanted) => {
        const price = ramPrice(wanted, { bytes, units });
        if (price === null) return;
        // What the market gives for the price without its fee, as eosio.system reckons it.
        const paid = price - (price + 199n) / 200n;
        assert.ok((bytes * paid) / (units + paid) >= BigInt(wanted) - 1n, `${price}`);
      },
    ),
    cases(300),
  );
  assert.equal(ramPrice(100, { bytes: 100n, units: 1n }), null);
  assert.equal(ramPrice(0, { bytes: 100n, units: 1n }), 0n);
});
