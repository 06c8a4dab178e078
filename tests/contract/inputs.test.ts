import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractErrors } from '../../contracts/errors.ts';
import { Abi } from './model/drive/abi.ts';
import { Coverage } from './model/drive/coverage.ts';
import { CHAIN_ID, EMPTY_PROPOSAL, KEYS, NO_HASH, proofOf, R1_KEY, TERMS } from './model/drive/crew.ts';
import type { Session } from './model/drive/session.ts';
import { prepare } from './model/drive/starts.ts';
import { OTHERS, PEOPLE, POOL, PRODUCER } from './model/drive/world.ts';
import { poolCode } from './support/contracts.ts';

// Every action gets every bad value of each of its arguments, signed by everybody: what comes back is a sentence of the
// contract, whatever came in. Who signs, and in which state, is varied so that the value is reached.

const abi = new Abi(poolCode().abi);
const SIGNERS = [POOL, PRODUCER, 'eosio', ...PEOPLE, ...OTHERS];
const STARTS = ['founding', 'running', 'busy', 'dissolving'];

const EOS = '4,EOS';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => `${LETTERS[i % 26]}${LETTERS[Math.floor(i / 26)]}`);
/** No point of the curve has 5 as its x. */
const offCurve = (first: string) => `00${first}${'05'.padStart(64, '0')}${'01'.repeat(32)}`;

const BAD: Record<string, unknown[]> = {
  name: ['', 'a', '.....a', 'zzzzzzzzzzzz', 'nobody', POOL, PRODUCER, 'eosio', 'alice', 'stranger'],
  bool: [true, false],
  uint16: [0, 1, 65_535],
  uint32: [0, 1, 2 ** 32 - 1],
  uint64: [0n, 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n],
  asset: [
    ...[0n, -1n, -(2n ** 63n), 2n ** 62n - 1n, 2n ** 62n, 2n ** 63n - 1n].map((units) => ({ units, symbol: EOS })),
    ...['2,USD', '4,', '255,EOS', '0,abc', '4,EOSEOSE', '4,E.S'].map((symbol) => ({ units: 5n, symbol })),
  ],
  symbol: [EOS, '0,BUS', '255,BUS', '4,', '0,ab', '18,AAAAAAA', '4,A\0B'],
  string: ['', 'x'.repeat(256), 'ü'.repeat(128), 'x'.repeat(70_000), '\ud800', '\0'],
  bytes: ['', '00', 'ff'.repeat(13), 'ff'.repeat(14), '01'.repeat(70_000)],
  checksum256: [NO_HASH, 'ff'.repeat(32), TERMS[0]],
  public_key: [
    ...[KEYS[20], R1_KEY, '00'.repeat(34), `00${'ff'.repeat(33)}`, `0005${'00'.repeat(32)}`],
    `02${'ab'.repeat(33)}0105${Buffer.from('hello').toString('hex')}`, // WebAuthn, as the ABI packs it
    ...['03', 'ff'].map((type) => `${type}${'11'.repeat(33)}`),
  ],
  signature: [
    ...[
      '00'.repeat(66),
      `00${'ff'.repeat(65)}`,
      `001f${'00'.repeat(31)}01${'01'.repeat(32)}`,
      `001f${'00'.repeat(64)}`,
    ],
    ...['00', '1a', '1d', '21', '23'].map((first) => `00${first}${'7f'.repeat(64)}`), // recovery bytes that are none
    ...['01', '02', '03', 'ff'].map((type) => `${type}${'11'.repeat(65)}`), // R1, WebAuthn, none
  ],
  'name[]': [[], [''], ['nobody'], ['alice', 'alice'], [POOL], many(101)],
};

/** Arguments for whatever action, of a kind that would often do. */
function ordinary({ pool }: Session): Record<string, unknown> {
  const terms = (pool.config?.terms ?? TERMS[0]) as string;
  const eos = (units: bigint) => ({ units, symbol: EOS });
  return {
    ...EMPTY_PROPOSAL,
    ...{ proposer: 'alice', voter: 'alice', member: 'alice', challenger: 'alice', oracle: 'oracle1', party: 'bob' },
    ...{ claimant: 'bob', respondent: 'alice', arbitrator: 'arbiter1', account: 'frank', payee: 'frank', proxy: '' },
    ...{ id: 1n, max: 1, token: 0n, hash: NO_HASH, yes: true, metrics: '', log_root: NO_HASH, version: '1' },
    ...{ evidence: NO_HASH, reply: NO_HASH, reason: NO_HASH, act: 'none', compensation: eos(1n), penalty: eos(1n) },
    ...{ quantity: eos(1n), key: KEYS[20], terms, proof: proofOf(KEYS[20] as string, 'frank', terms), owners: '' },
    ...{
      producer: PRODUCER,
      token_contract: 'eosio.token',
      core: EOS,
      chain_id: CHAIN_ID,
      window: pool.state.last_window,
    },
    ...{ founders: ['alice'], accounts: ['alice'] },
  };
}

const literal = (text: string) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
const SENTENCES = contractErrors().flatMap(({ sentences }) =>
  sentences.map((sentence) => new RegExp(`^eosio_assert: ${literal(sentence).replace(/\{[^}]*\}/g, '[^]*')}$`)),
);
/** Nothing, or a sentence of the contract, of the account's authority, or of eosio.system when rewards are claimed. */
function isOurs(said: string | undefined, action: string): boolean {
  if (said === undefined || said.startsWith('missing required authority')) return true;
  if (action === 'harvest' && /already claimed rewards|producer not found/.test(said)) return true;
  return SENTENCES.some((sentence) => sentence.test(said));
}

function tried(session: Session, action: string, data: Uint8Array): string | undefined {
  const { emulator } = session.world;
  const before = emulator.snapshot();
  const said = emulator.apply(POOL, action, data, SIGNERS);
  emulator.restore(before);
  return said;
}

for (const start of STARTS) {
  test(`"${start}": whatever value an argument has, the refusal is a sentence of the contract`, async (t) => {
    const session = await prepare(start, new Coverage());
    let pushed = 0;
    for (const [action, type] of abi.actions) {
      for (const account of ['frank', 'alice', 'dave']) {
        const args = { ...ordinary(session), account };
        for (const field of abi.fieldsOf(type)) {
          const values = BAD[field.type];
          assert.ok(values, `values of the type ${field.type}`);
          for (const value of values) {
            const said = tried(session, action, abi.encode(type, { ...args, [field.name]: value }));
            assert.ok(isOurs(said, action), `${action} with ${field.name} ${String(value).slice(0, 80)}: ${said}`);
            pushed++;
          }
        }
      }
    }
    t.diagnostic(`${pushed} pushes`);
  });
}

test('what the contract cannot say itself: data that ends early, and a proof whose r is no point of the curve', async () => {
  const session = await prepare('founding', new Coverage());
  const args = { ...ordinary(session), account: 'alice', payee: 'alice' };
  for (const [action, type] of abi.actions) {
    const data = abi.encode(type, args);
    if (data.length === 0) continue;
    const said = tried(session, action, data.subarray(0, data.length - 1));
    assert.match(said ?? '', /^eosio_assert: (Decoder\.incPos: buffer overflow|bad signature)$/, action);
  }
  for (const first of ['1b', '1c', '1f', '20']) {
    const said = tried(session, 'join', abi.encode('join', { ...args, proof: offCurve(first) }));
    assert.equal(said, 'Public key could not be recover');
  }
});

test('a proof and a key say what is wrong with them', async () => {
  const session = await prepare('running', new Coverage());
  const args = { ...ordinary(session), account: 'alice' };
  const push = (changes: Record<string, unknown>) =>
    tried(session, 'setkey', abi.encode('setkey', { ...args, ...changes }));
  const says = (changes: Record<string, unknown>, sentence: string) =>
    assert.equal(push(changes), `eosio_assert: ${sentence}`);
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
  const below = `${order.slice(0, -1)}0`;
  const one = '01'.padStart(64, '0');
  const number = 'r or s of the proof is 0 or too large: make it anew with ./pool join';
  says({ proof: `01${'11'.repeat(65)}` }, 'the proof is of type 1: it must be a K1 signature (0)');
  says({ proof: `0021${'11'.repeat(64)}` }, 'the proof begins with 33: it must be 27, 28, 31 or 32');
  for (const bad of [NO_HASH, order, 'ff'.repeat(32)]) {
    says({ proof: `001f${bad}${one}` }, number);
    says({ proof: `001f${one}${bad}` }, number);
  }
  assert.match(push({ proof: `001f${one}${below}` }) ?? '', /the proof does not fit key/, 'the largest number is one');
  says(
    { key: `02${'ab'.repeat(33)}0105${'61'.repeat(5)}` },
    'a signing key must be of type K1 (0), this one is of type 2',
  );
  says({ key: `ff${'ab'.repeat(33)}` }, 'a signing key must be of type K1 (0), this one is of type 255');
});

test('an amount and a symbol say what is wrong with them', async () => {
  const session = await prepare('running', new Coverage());
  const push = (action: string, changes: Record<string, unknown>) =>
    tried(session, action, abi.encode(action, { ...ordinary(session), account: 'alice', ...changes }));
  const quantity = { units: 2n ** 62n, symbol: EOS };
  const most = 'eosio_assert: the amount is 4611686018427387904 units: at most 4611686018427387903 fit a token';
  assert.equal(push('withdraw', { quantity }), most);
  const symbol = 'it needs 1 to 7 capital letters';
  assert.equal(
    push('withdraw', { quantity: { units: 1n, symbol: '4,eos' } }),
    `eosio_assert: symbol 0x736f6504 is none: ${symbol}`,
  );
  assert.equal(push('proptoken', { core: '4,' }), `eosio_assert: symbol 0x4 is none: ${symbol}`);
});
