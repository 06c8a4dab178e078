import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { evidenceHash, parseEvidence } from '../../../oracle/evidence/document.ts';
import type { Findings } from '../../../oracle/evidence/findings.ts';
import { EvidenceFolder } from '../../../oracle/evidence/folder.ts';
import { ForeignReports } from '../../../oracle/evidence/foreign.ts';
import { findIgnoring } from '../../../oracle/evidence/ignored.ts';
import { EvidenceKeeper } from '../../../oracle/evidence/keeper.ts';
import { metricsOf } from '../../../oracle/report/build.ts';
import { firstDifference } from '../../../oracle/report/differ.ts';
import { firstDifferentEvent } from '../../../oracle/report/first-event.ts';
import { reportHash } from '../../../oracle/report/hash.ts';
import type { ReportData } from '../../../oracle/source/chain.ts';
import { candidate, goodWindow, members, otherLogKey, POOL, records, signers, WINDOW } from './support/events.ts';
import { TestPool } from './support/pool.ts';
import { receipt } from './support/receipts.ts';

const NOW = slotTime(firstSlot(WINDOW + 1)) + 60_000;
const without = (name: string) => goodWindow(WINDOW).filter((event) => !('member' in event && event.member === name));

/** A pool whose window is irreversible, what its oracle finds, and what it says. */
function bench() {
  const pool = new TestPool();
  pool.chain.pass(3);
  pool.chain.now = () => NOW;
  const found: Findings[] = [];
  const lines: { msg: string; evidence?: string }[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const dir = mkdtempSync(path.join(tmpdir(), 'findings-test-'));
  const keeper = new EvidenceKeeper(new EvidenceFolder(dir), logger);
  pool.onFound = (window, findings) => {
    found.push(findings);
    keeper.found(window, findings);
  };
  const close = () => {
    pool[Symbol.dispose]();
    rmSync(dir, { recursive: true, force: true });
  };
  const reported = () => pool.chain.taken.map(({ data }) => data);
  return { pool, found, lines, dir, keeper, reported, [Symbol.dispose]: close };
}

test('a leak’s evidence is kept, its hash is in the report, and independent oracles have the same', async () => {
  using made = bench();
  const { pool, reported, lines, dir } = made;
  const other = pool.addEmitter(otherLogKey);
  const isOut = (event: object) => 'type' in event && (event.type === 'decision' || event.type === 'emission');
  const firstOut = goodWindow(WINDOW).findIndex(isOut);
  const leaky = goodWindow(WINDOW).filter((_, i) => i !== firstOut && i !== firstOut + 1);
  pool.append(WINDOW, leaky);
  other.append(WINDOW, [candidate(WINDOW, 0, 'zoe'), ...leaky]);
  await pool.oracle();
  pool.chain.windows.clear();
  Object.assign(pool, { account: 'oracle2', journalFile: `${pool.dir}/two.sqlite` });
  await pool.oracle(1, pool.files().reverse());
  const [one, two] = reported();
  assert.ok(one && two);
  assert.equal(reportHash(one), reportHash(two));
  const [leak, ...more] = metricsOf(one).leaks;
  assert.deepEqual([leak?.slot, more], [firstSlot(WINDOW), []]);
  const [document] = made.found[0]?.documents ?? [];
  assert.ok(document?.kind === 'leak');
  assert.equal(leak?.evidence, evidenceHash(document));
  assert.deepEqual(document.logs.map(({ emitter }) => emitter).sort(), ['emitter1', 'emitter2']);
  assert.deepEqual(readdirSync(dir), [`${WINDOW}-leak-${leak?.evidence}.json`]);
  // Once, though two oracles found it: it is the same evidence.
  assert.deepEqual(made.keeper.counts.get('leak'), 1);
  assert.equal(
    lines.filter(({ msg }) =>
      /^leak: block .* is on the chain, and no emitter let it out \(its signer is not shown, held by emitter1, emitter2\); the evidence is/.test(
        msg,
      ),
    ).length,
    1,
  );
});

test('an emitter that ignores one member is named, with how many of its candidates, and the member is paid', async () => {
  using made = bench();
  const { pool, reported, lines } = made;
  const other = pool.addEmitter(otherLogKey);
  pool.append(WINDOW, goodWindow(WINDOW));
  other.append(WINDOW, without('eve'));
  await pool.oracle();
  const metrics = metricsOf(reported()[0] ?? assert.fail());
  assert.deepEqual(metrics.ignored, [{ emitter: 'emitter2', members: [2] }]);
  assert.deepEqual([metrics.members[2]?.candidates, metrics.members[2]?.eligible, metrics.differing], [12, true, 12]);
  const text = "the emitter emitter2 had none of eve's 12 candidates in window 137000000, and another had them";
  assert.equal(lines.filter(({ msg }) => msg === text).length, 1);
});

test('who had nobody’s candidates ignored nobody, and who had one of a member’s did not ignore it', () => {
  const log = (emitter: string, events: ReturnType<typeof goodWindow>) => ({
    emitter,
    records: records(WINDOW, events),
  });
  const full = log('emitter1', goodWindow(WINDOW));
  assert.deepEqual(findIgnoring([full, log('emitter2', [])], members, signers), []);
  assert.deepEqual(findIgnoring([full], members, signers), []);
  const one = log('emitter2', [...without('eve'), candidate(WINDOW, 7, 'eve', 'late')]);
  assert.deepEqual(findIgnoring([full, one], members, signers), []);
  const two = [log('emitter3', without('bob')), full, log('emitter2', without('eve'))];
  assert.deepEqual(findIgnoring(two, members, signers), [
    { emitter: 'emitter2', members: [{ index: 2, name: 'eve', candidates: 12 }] },
    { emitter: 'emitter3', members: [{ index: 1, name: 'bob', candidates: 12 }] },
  ]);
});

test('receipts show that a log leaves a member out: it is kept as evidence, and the member is paid', async () => {
  using made = bench();
  const { pool, reported, lines, dir } = made;
  pool.append(WINDOW, without('eve'));
  const late = receipt(11, 'eve', { late: true });
  pool.receipts = async () => [...Array.from({ length: 11 }, (_, k) => receipt(k, 'eve')), late];
  await pool.oracle();
  const metrics = metricsOf(reported()[0] ?? assert.fail());
  assert.deepEqual(metrics.receipted, [{ index: 2, slots: 11 }]);
  assert.equal(metrics.members[2]?.eligible, true);
  const [document] = made.found[0]?.omissions ?? [];
  assert.ok(document);
  assert.deepEqual(
    [document.receipts.length, document.log.emitter],
    [11, 'emitter1'],
    'the late one can stand after the end',
  );
  assert.deepEqual(readdirSync(dir), [`${WINDOW}-omission-${evidenceHash(document)}.json`]);
  assert.match(
    lines[0]?.msg ?? '',
    /emitter1 gave receipts for 11 candidates of window 137000000 that its log leaves out; the evidence is/,
  );
});

test('receipts that the log bears out show nothing, and change no byte of the report', async () => {
  const hashes: string[] = [];
  for (const isGiven of [false, true]) {
    using made = bench();
    made.pool.append(WINDOW, goodWindow(WINDOW));
    if (isGiven) made.pool.receipts = async () => Array.from({ length: 12 }, (_, k) => receipt(k, 'eve'));
    await made.pool.oracle();
    assert.deepEqual(made.found[0]?.omissions, []);
    hashes.push(...made.reported().map(reportHash));
  }
  assert.equal(hashes.length, 2);
  assert.equal(hashes[0], hashes[1]);
});

test('an oracle with receipts and one without: the first knows what the other’s report follows from, and does not join it', async () => {
  using made = bench();
  const { pool } = made;
  const foreign: string[] = [];
  pool.onForeign = async ({ hash }) => void foreign.push(hash);
  pool.chain.quorum = 2;
  pool.append(WINDOW, without('eve'));
  await pool.oracle();
  const plain = made.reported()[0] ?? assert.fail();
  pool.chain.reports.clear();
  pool.chain.othersReports.set(WINDOW, [{ oracle: 'oracle9', hash: reportHash(plain), logRoot: plain.log_root }]);
  Object.assign(pool, { account: 'oracle2', journalFile: `${pool.dir}/two.sqlite` });
  pool.receipts = async () => Array.from({ length: 12 }, (_, k) => receipt(k, 'eve'));
  for (const later of [0, 130_000, 260_000]) {
    pool.chain.now = () => NOW + later;
    await pool.oracle(2);
  }
  assert.equal(made.reported()[1]?.eligible, '07');
  assert.deepEqual([made.reported().length, foreign], [2, []]);
});

for (const isSettled of [false, true])
  test(`a lying oracle’s report ${isSettled ? 'that settled the window ' : ''}is kept with the own one and the first metric that differs, once`, async () => {
    using made = bench();
    const { pool, keeper, lines, dir } = made;
    pool.append(WINDOW, goodWindow(WINDOW));
    await pool.oracle();
    const truth = made.reported()[0] ?? assert.fail();
    pool.chain.windows.clear();
    const metrics = Buffer.from(
      Buffer.from(truth.metrics, 'hex').toString().replace('ssssssssssss",12,12', 'ssssssssssss",12,11'),
    );
    const { sha256 } = await import('../../../common/canonical.ts');
    const lie: ReportData = {
      ...truth,
      oracle: 'liar',
      metrics: metrics.toString('hex'),
      metrics_hash: sha256(metrics).toString('hex'),
    };
    const filed = { oracle: 'liar', hash: reportHash(lie), logRoot: lie.log_root };
    pool.chain.quorum = 2;
    if (isSettled) pool.chain.windows.set(WINDOW, { by: 'report', hash: filed.hash, logRoot: filed.logRoot, at: NOW });
    else pool.chain.othersReports.set(WINDOW, [filed]);
    const foreign = new ForeignReports({
      ...{ chain: pool.chain, pool: POOL, keeper },
      find: async () => [{ block: 7, trx: 'ab'.repeat(32), data: lie }],
    });
    pool.onForeign = (differing) => foreign.keep(differing);
    Object.assign(pool, { account: 'oracle2', journalFile: `${pool.dir}/two.sqlite` });
    await pool.oracle(3);
    assert.equal(made.reported()[1]?.eligible, isSettled ? undefined : '07', 'it reports what is so');
    const [file, ...more] = readdirSync(dir);
    assert.ok(file);
    assert.deepEqual(more, []);
    const { readFileSync } = await import('node:fs');
    const document = parseEvidence(readFileSync(path.join(dir, file), 'utf8'));
    assert.ok(document.kind === 'report');
    assert.deepEqual([document.theirs.oracle, document.differs], ['liar', '"members.0.candidates": 11 there, 12 here']);
    assert.deepEqual([document.hash, document.logs.map(({ emitter }) => emitter)], [reportHash(truth), ['emitter1']]);
    const told = lines.filter(({ msg }) =>
      /the oracle liar reported window .* which follows from none of this oracle's logs/.test(msg),
    );
    assert.equal(told.length, 1);
  });

test('the first difference of two reports: the metrics first, then the rest', () => {
  const data = (metrics: object, rest = {}) => ({
    ...{ window: 1, eligible: '07', metrics: Buffer.from(JSON.stringify(metrics)).toString('hex') },
    ...{ metrics_hash: '', log_root: 'aa', strategy: 's', version: 'v', ...rest },
  });
  assert.equal(firstDifference(data({ a: 1, b: [1, 2] }), data({ b: [1, 3], a: 1 })), '"b.1": 2 there, 3 here');
  assert.equal(firstDifference(data({ a: 1 }), data({ a: 1, z: { k: 1 } })), '"z": nothing there, {"k":1} here');
  assert.equal(
    firstDifference(data({ a: 1 }), data({ a: 1 }, { log_root: 'bb' })),
    '"log_root": "aa" there, "bb" here',
  );
  assert.equal(firstDifference(data({}), data({})), null);
  assert.equal(firstDifference({ ...data({}), metrics: 'ff' }, { ...data({}), metrics: 'ff' }), null, 'no JSON');
});

test('the first event that two logs tell differently is the earliest by slot, and says who has it', () => {
  const a = { name: 'one', records: records(WINDOW, goodWindow(WINDOW)) };
  const b = { name: 'two', records: records(WINDOW, without('bob')) };
  assert.match(
    firstDifferentEvent(a, b) ?? '',
    /^slot 0: the valid candidate \w+ of bob is in one \(record 2\) and not in two$/,
  );
  assert.match(firstDifferentEvent(b, a) ?? '', /^slot 0: .* of bob is in one \(record 2\) and not in two$/);
  assert.equal(firstDifferentEvent(a, a), null);
});
