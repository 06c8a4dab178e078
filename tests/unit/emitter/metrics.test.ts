import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainRecord, type EventRecord, GENESIS_HASH, type PoolEvent } from '../../../common/events.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { type Metrics, makeMetrics, type Readings } from '../../../emitter/metrics.ts';

const WINDOW = 1_000_001;
const SLOT = firstSlot(WINDOW);
const ID = 'ab'.repeat(32);

const readings: Readings = {
  members: 3,
  relayUp: true,
  peersUp: 1,
  peers: 2,
  bytes: { members: 10, outside: 20, kept: 30, spilled: 40 },
  dropped: 4,
  diskFree: 6_000_000,
  store: { voters: 2, isEntered: true, leads: true, behind: 7 },
  exchange: { others: 3, received: 5, failed: 6, unsigned: 8, givenBytes: 9 },
};

function records(...events: PoolEvent[]): EventRecord[] {
  return events.map((event, seq) => chainRecord(seq + 1, WINDOW, event, GENESIS_HASH));
}

/** Samples by name with labels, as Prometheus would read them. */
async function samples(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

function candidate(member: string | null, verdict: 'valid' | 'late' | 'invalid', ms: number): PoolEvent {
  const at = slotTime(SLOT) + ms;
  const block = { slot: SLOT, id: ID, num: 1, previous: ID, signer: null, member };
  const rest = { confirmed: 0, reducedAt: null, evidence: null };
  return { type: 'candidate', at, ...block, bytes: 1, transactions: 0, cpuUs: 0, verdict, reason: null, ...rest };
}

test('candidates are counted by member and result, with the time of their arrival around their slot’s', async () => {
  const metrics = makeMetrics(() => readings);
  metrics.record(
    records(candidate('alice', 'valid', -60), candidate('alice', 'late', 700), candidate(null, 'invalid', 0)),
  );
  const read = await samples(metrics);
  assert.equal(read.get('bppool_emitter_candidates_total{member="alice",result="valid"}'), 1);
  assert.equal(read.get('bppool_emitter_candidates_total{member="alice",result="late"}'), 1);
  assert.equal(read.get('bppool_emitter_candidates_total{member="unknown",result="invalid"}'), 1);
  const bucket = (le: number) => read.get(`bppool_emitter_candidate_arrival_ms_bucket{le="${le}",member="alice"}`);
  assert.deepEqual([bucket(-100), bucket(-50), bucket(500), bucket(1000)], [0, 1, 1, 2]);
});

test('emissions, windows, rescues, stand-by, leaks, poisoned members and faults are counted', async () => {
  const metrics = makeMetrics(() => readings);
  const at = 1;
  const block = { at, slot: SLOT, id: ID, signer: '0:aa' };
  const rescue = { at, window: WINDOW, cause: 'overdue', failed: '0:aa', leader: '0:bb', path: [ID] };
  metrics.record(
    records(
      { type: 'emission', ...block, bytes: 100, addedUs: 400 },
      { type: 'emission', ...block, bytes: 100, addedUs: 2500 },
      { type: 'rescue', ...rescue, replaced: [ID, ID] },
      { type: 'standby', at, slot: SLOT, signer: '0:aa', member: 'bob' },
      { type: 'leak', ...block, num: 1, member: null, held: true, header: '', signature: '' },
      { type: 'poisoned', ...block, member: 'bob' },
      { type: 'fault', at, code: 'no_session', text: '' },
      { type: 'fault', at, code: 'no_verdict', text: '' },
      { type: 'window', at, window: WINDOW, emitted: 11, strategy: 'first-delivered' },
    ),
  );
  const read = await samples(metrics);
  const value = (name: string) => read.get(`bppool_emitter_${name}`);
  assert.equal(value('emissions_total'), 2);
  assert.deepEqual([value('added_latency_ms_bucket{le="0.5"}'), value('added_latency_ms_sum')], [1, 2.9]);
  assert.deepEqual([value('rescues_total{cause="overdue"}'), value('replaced_blocks_total')], [1, 2]);
  assert.equal(value('standby_slots_total{member="bob"}'), 1);
  assert.equal(value('leaks_total{held="true"}'), 1);
  assert.equal(value('poisoned_total{member="bob"}'), 1);
  assert.equal(value('faults_total{code="no_session"}'), 1);
  assert.deepEqual([value('unjudged_blocks_total'), value('faults_total{code="no_verdict"}')], [1, 1]);
  assert.deepEqual([value('emitted_slots_total'), value('missed_slots_total')], [11, 1]);
  assert.deepEqual([value('last_window'), value('last_window_missed_slots')], [WINDOW, 1]);
});

test('states are read at each scrape', async () => {
  const now = { ...readings };
  const metrics = makeMetrics(() => now);
  const value = async (name: string) => (await samples(metrics)).get(`bppool_emitter_${name}`);
  assert.equal(await value('relay_up'), 1);
  now.relayUp = false;
  assert.equal(await value('relay_up'), 0);
  assert.deepEqual([await value('peers_up'), await value('peers'), await value('member_sessions')], [1, 2, 3]);
  const bytes = [
    await value('members_unsent_bytes'),
    await value('outside_unsent_bytes'),
    await value('kept_bytes'),
    await value('spilled_bytes'),
  ];
  assert.deepEqual(bytes, [10, 20, 30, 40]);
  assert.equal(await value('dropped_messages'), 4);
  assert.equal(await value('disk_free_bytes'), 6_000_000);
});

test('the time of the fence is seen in its histogram', async () => {
  const metrics = makeMetrics(() => readings);
  metrics.fenced(0.04);
  metrics.fenced(3);
  const read = await samples(metrics);
  const bucket = (le: number) => read.get(`bppool_emitter_fence_ms_bucket{le="${le}"}`);
  assert.deepEqual([bucket(0.02), bucket(0.05), bucket(5)], [0, 1, 2]);
});

test('members beyond the limit are counted together: no list of names fills the memory', async () => {
  const metrics = makeMetrics(() => readings);
  const standby = (i: number): PoolEvent => ({ type: 'standby', at: 1, slot: SLOT, signer: '0:aa', member: `m${i}` });
  metrics.record(records(...Array.from({ length: 10 * LIMITS.memberLabels }, (_, i) => standby(i))));
  const read = await samples(metrics);
  const names = [...read.keys()].filter((name) => name.startsWith('bppool_emitter_standby_slots_total{'));
  assert.equal(names.length, LIMITS.memberLabels + 1);
  assert.equal(read.get('bppool_emitter_standby_slots_total{member="other"}'), 9 * LIMITS.memberLabels);
});

test('one of several emitters shows how it stands with the cluster and the others, one alone does not', async () => {
  const of = (group: string, ...names: string[]) => names.map((name) => `bppool_emitter_${group}_${name}`);
  const names = [
    ...of('store', 'voters', 'votes_count', 'leads', 'behind_records'),
    ...of('exchange', 'emitters', 'received_blocks', 'failed_answers', 'unsigned_words', 'given_bytes'),
  ];
  const shared = await samples(makeMetrics(() => readings, true));
  assert.deepEqual(
    names.map((name) => shared.get(name)),
    [2, 1, 1, 7, 3, 5, 6, 8, 9],
  );
  const early = await samples(makeMetrics(() => ({ ...readings, exchange: null }), true));
  assert.equal(early.get('bppool_emitter_exchange_emitters'), 0);
  const alone = await samples(makeMetrics(() => ({ ...readings, store: null, exchange: null })));
  assert.deepEqual(
    names.filter((name) => alone.has(name)),
    [],
  );
});

test('what alerts look at is there at 0 before it happens: an increase from nothing is none', async () => {
  const metrics = makeMetrics(() => readings);
  metrics.record(records(candidate('alice', 'valid', 0)));
  const read = await samples(metrics);
  const names = [
    'leaks_total{held="true"}',
    'leaks_total{held="false"}',
    'faults_total{code="store_unsure"}',
    'rescues_total{cause="overdue"}',
    'poisoned_total{member="alice"}',
    'standby_slots_total{member="alice"}',
    'candidates_total{member="alice",result="late"}',
    'candidates_total{member="alice",result="invalid"}',
  ];
  for (const name of names) assert.equal(read.get(`bppool_emitter_${name}`), 0, name);
});
