import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignersCheck } from '../../../cli/log/signers.ts';
import type { EventRecord, PoolEvent } from '../../../common/events.ts';
import { healthDigest, type SignedHealth } from '../../../common/log-proof.ts';
import { signDigest } from '../../../common/signature.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { verifiedRecord } from '../../../emitter/candidate-record.ts';
import { BodyReader } from '../../../emitter/decode/body.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { CHAIN, logKey } from '../../support/log-world.ts';
import { rootState, type Signed, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';

const SLOT = firstSlot(2_000_001);
const ann = signingKey('ann');
const bob = signingKey('bob');
const root = rootState(schedule(1, [['pool', [ann, bob]]]), SLOT - 1);

type CandidateEvent = Extract<PoolEvent, { type: 'candidate' }>;

/** The record that the emitter writes of a block. */
function told({ frame, header }: Signed): CandidateEvent {
  const tree = new HeaderTree(10);
  tree.add(root);
  const linked = tree.link(header);
  const body = new BodyReader(frame, header.bodyOffset, () => {}).finish();
  assert.ok(linked.ok && body.ok);
  const at = slotTime(header.slot);
  const arrival = { session: null, frame, header, at, monotonic: 0 };
  return verifiedRecord(arrival, { ...linked, ...body.value }, at, 'ann');
}

const run = {
  ...{ pool: 'pool', dac: 'dac', chain: CHAIN, software: 'test' },
  ...{ strategies: { 'first-delivered': 1 }, config: {}, logKey: logKey().id },
};

function check(event: PoolEvent, v = 3): { why: string | null; check: SignersCheck } {
  const signers = new SignersCheck();
  const record = (one: PoolEvent): EventRecord => ({ v, seq: 1, window: null, event: one, prev: '', hash: '' });
  assert.equal(signers.take(record({ type: 'start', at: 1, ...run })), null);
  return { why: signers.take(record(event)), check: signers };
}

const block = signBlock({ parent: root, slot: SLOT, producer: 'pool', key: ann, confirmed: 7 });

test('the record of a verified block has what its signer is recovered from', () => {
  const event = told(block);
  assert.equal(event.signer, ann.id);
  assert.ok(event.evidence);
  const { why, check: signers } = check(event);
  assert.equal(why, null);
  assert.deepEqual([signers.proven, signers.unproven], [1, 0]);
  assert.deepEqual([...signers.signers, ...signers.logKeys, signers.dac], [ann.id, logKey().id, 'dac']);
});

const LIES: [string, Partial<CandidateEvent>, RegExp][] = [
  ['signer', { signer: bob.id }, /is signed by 0:.* and not by/],
  ['id', { id: 'aa'.repeat(32) }, /another id/],
  ['number', { num: 7 }, /another num/],
  ['slot', { slot: SLOT + 1 }, /another slot/],
  ['parent', { previous: 'aa'.repeat(32) }, /another previous/],
  ['confirmed', { confirmed: 8 }, /another confirmed/],
];

for (const [name, change, says] of LIES) {
  test(`a record with another ${name} than its header is found`, () => {
    assert.match(check({ ...told(block), ...change }).why ?? '', says);
  });
}

test('a header by somebody else, of another producer, or no header at all is found', () => {
  const event = told(block);
  const evidence = event.evidence as NonNullable<CandidateEvent['evidence']>;
  const other = told(signBlock({ parent: root, slot: SLOT, producer: 'pool', key: bob, confirmed: 7 }));
  const mixed = { ...evidence, signature: other.evidence?.signature ?? '' };
  assert.match(check({ ...event, evidence: mixed }).why ?? '', /is signed by/);
  for (const [name, value] of [
    ['root', 'bb'.repeat(32)],
    ['schedule', 'bb'.repeat(32)],
  ] as const) {
    assert.match(check({ ...event, evidence: { ...evidence, [name]: value } }).why ?? '', /is signed by/, name);
  }
  for (const header of ['', 'zz', evidence.header.slice(0, -10)]) {
    assert.match(check({ ...event, evidence: { ...evidence, header } }).why ?? '', /cannot be read|another/, header);
  }
  const foreign = { ...run, pool: 'otherpool' };
  const signers = new SignersCheck();
  signers.take({ v: 2, seq: 1, window: null, event: { type: 'start', at: 1, ...foreign }, prev: '', hash: '' });
  const why = signers.take({ v: 2, seq: 2, window: null, event, prev: '', hash: '' });
  assert.match(why ?? '', /of another producer/);
});

/** An agent's word as the selection was fed it. */
function word(more: object = {}, signed: Partial<SignedHealth> = {}): PoolEvent {
  const at = 5000;
  const said: SignedHealth = { at, node: 'paused', headNum: 9, headId: '09'.repeat(32), ...signed };
  const signature = signDigest(healthDigest({ chain: CHAIN, pool: 'pool' }, said), ann.secret).toString('hex');
  const proof = { at: said.at, node: said.node, headId: said.headId, signature };
  const input = { type: 'agent', at, signer: ann.id, up: true, producing: false, headNum: 9, lag: 0, proof, ...more };
  return { type: 'input', at, input };
}

test('an agent’s word has its member’s signature; silence has none', () => {
  const { why, check: signers } = check(word());
  assert.deepEqual([why, signers.words, ...signers.signers], [null, 1, ann.id]);
  assert.equal(check(word({ up: false, proof: undefined })).why, null);
});

test('words of schema 2 were not signed', () => {
  assert.equal(check(word({ proof: undefined }), 2).why, null);
});

test('no word counts twice in a run of the emitter, nor one from before the last', () => {
  const signers = new SignersCheck();
  const take = (event: PoolEvent) => signers.take({ v: 3, seq: 1, window: null, event, prev: '', hash: '' });
  const start: PoolEvent = { type: 'start', at: 1, ...run };
  const why = [start, word(), word(), word({}, { at: 4999 }), word({}, { at: 5001 }), start, word()].map(take);
  const before = 'the agent said it before its last word';
  assert.deepEqual(why, [null, null, before, before, null, null, null]);
});

for (const [what, event, why] of [
  ['no signature', word({ proof: undefined }), /no signature makes it the agent's word/],
  ['another member', word({ signer: bob.id }), /is not signed by/],
  ['another head', word({ headNum: 10 }), /is not signed by/],
  ['another state', word({ producing: true }), /said that its node is paused/],
  ['a node that is gone', word({}, { node: 'unreachable' }), /said that its node is unreachable/],
  ['another time', word({}, { at: 10_001 }), /at another time/],
] as [string, PoolEvent, RegExp][])
  test(`a word with ${what} is wrong`, () => assert.match(check(event).why ?? '', why));

test('a header too long to be kept has no evidence, and is counted as unproven', () => {
  const keys = Array.from({ length: 100 }, (_, i) => signingKey(`key ${i}`));
  const rows = Array.from({ length: 6 }, (_, i): [string, typeof keys] => [`pool${'abcdef'[i]}`, keys]);
  const long = schedule(2, rows);
  const event = told(signBlock({ parent: root, slot: SLOT, producer: 'pool', key: ann, newSchedule: long }));
  assert.ok(LIMITS.evidenceBytes < 6 * 100 * 36);
  assert.equal(event.evidence, null);
  const { why, check: signers } = check(event);
  assert.deepEqual([why, signers.proven, signers.unproven], [null, 0, 1]);
});
