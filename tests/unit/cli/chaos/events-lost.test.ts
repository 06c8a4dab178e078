import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Log, lostBetween, lostSinceTold, undecided } from '../../../../cli/chaos/events-lost.ts';
import { chainRecord, type EventRecord, GENESIS_HASH } from '../../../../common/events.ts';
import { decision } from '../../../support/events.ts';

/** So many records, each after the one before it; more than a page. */
function records(count: number, at = 1): EventRecord[] {
  const all: EventRecord[] = [];
  for (let seq = 1; seq <= count; seq++)
    all.push(chainRecord(seq, 1, decision(seq, at), all.at(-1)?.hash ?? GENESIS_HASH));
  return all;
}

function logOf(all: EventRecord[]): Log {
  const last = all.at(-1);
  return {
    last: async () => (last ? { seq: last.seq, hash: last.hash } : null),
    after: async (seq, limit) => all.filter((record) => record.seq > seq).slice(0, limit),
  };
}

const JOURNAL = records(1234);
const without = (...seqs: number[]) => JOURNAL.filter(({ seq }) => !seqs.includes(seq));
const lost = (journal: EventRecord[], stream: EventRecord[]) =>
  lostBetween(logOf(journal), logOf(stream), journal.at(-1)?.seq ?? 0);

test('nothing is lost when the stream has every record of the journal', async () => {
  assert.equal(await lost(JOURNAL, JOURNAL), 0);
  assert.equal(await lost([], []), 0);
});

test('each record that the stream lacks is lost: at its end, in its middle, all of them', async () => {
  assert.equal(await lost(JOURNAL, JOURNAL.slice(0, -3)), 3);
  assert.equal(await lost(JOURNAL, without(1, 500, 501)), 3);
  assert.equal(await lost(JOURNAL, []), 1234);
});

test('a record that is another in the stream, and one whose text was changed under its hash', async () => {
  const other = chainRecord(700, 1, decision(9999), JOURNAL[698]?.hash ?? '');
  assert.equal(
    await lost(
      JOURNAL,
      JOURNAL.map((record) => (record.seq === 700 ? other : record)),
    ),
    1,
  );
  const changed = JOURNAL.map((record) => (record.seq === 700 ? { ...record, window: 2 } : record));
  assert.equal(await lost(JOURNAL, changed), 1);
});

test('what the stream has and the journal lost', async () => {
  assert.equal(await lost(JOURNAL.slice(0, 1200), JOURNAL), 34);
});

test('what comes after the end that was asked for is for the next time', async () => {
  assert.equal(await lostBetween(logOf(JOURNAL), logOf(JOURNAL.slice(0, 990)), 990), 0);
});

const told = (all: EventRecord[]) => new Map(all.map(({ seq, hash }) => [seq, hash]));

test('what an emitter told of must be in its journal after a kill, as it was told', async () => {
  assert.equal(await lostSinceTold(logOf(JOURNAL), told(JOURNAL.slice(0, 1230))), 0);
  assert.equal(await lostSinceTold(logOf(JOURNAL.slice(0, 1232)), told(JOURNAL)), 2);
  assert.equal(await lostSinceTold(logOf(JOURNAL), told(records(1234, 2))), 1234);
});

test('what was pruned is not lost', async () => {
  assert.equal(await lostSinceTold(logOf(JOURNAL.slice(100)), told(JOURNAL)), 0);
});

test('a block in public that no log has a decision for', () => {
  assert.equal(undecided([{ id: 'a' }, { id: 'b' }], new Set(['a'])), 1);
});
