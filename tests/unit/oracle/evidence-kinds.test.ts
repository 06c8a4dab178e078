import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../common/canonical.ts';
import { isHeaderOf } from '../../../oracle/evidence/blocks.ts';
import { checkEvidence } from '../../../oracle/evidence/check.ts';
import type { CheckParts } from '../../../oracle/evidence/check-parts.ts';
import { evidenceText, parseEvidence } from '../../../oracle/evidence/document.ts';
import { filedOf, reportEvidence } from '../../../oracle/evidence/foreign.ts';
import { findOmissions } from '../../../oracle/evidence/omission.ts';
import { type DisputeEvidence, EVIDENCE_VERSION, type EvidenceDocument } from '../../../oracle/evidence/schema.ts';
import type { ReportData } from '../../../oracle/source/chain.ts';
import { signedHeader } from '../../../oracle/source/header.ts';
import { cases, fc } from '../../support/property.ts';
import { goodWindow, signers, WINDOW } from './support/events.ts';
import { identity, nodeWith, signedLog } from './support/leak-world.ts';
import { receipt } from './support/receipts.ts';

const without = (name: string) =>
  goodWindow(WINDOW)
    .filter((event) => !('member' in event && event.member === name))
    .slice(0, -1);
const log = signedLog(without('eve'));
const receipts = [receipt(0, 'eve'), receipt(5, 'eve')];
const [omission] = findOmissions(identity, [log], receipts);
assert.ok(omission);

const reported = (candidates: number): ReportData => {
  const metrics = Buffer.from(JSON.stringify({ members: [{ candidates }] }));
  const hash = sha256(metrics).toString('hex');
  const rest = { eligible: '07', log_root: log.signed.root, strategy: 'first', version: 'metrics/3' };
  return { oracle: 'liar', window: WINDOW, metrics: metrics.toString('hex'), metrics_hash: hash, ...rest };
};
const theirs = { block: 77, trx: 'ab'.repeat(32), data: reported(11) };
const report = reportEvidence(identity, theirs, reported(12), [log.signed]);
const dispute: DisputeEvidence = {
  ...{ v: EVIDENCE_VERSION, kind: 'dispute', ...identity, member: 'eve' },
  ...{ receipts, report: filedOf(theirs) },
};

const node = nodeWith([], { signers: async () => signers });
const parts: CheckParts = { ...node, reportsIn: async (block) => (block === 77 ? [theirs] : []) };
const withLog: CheckParts = { ...parts, logs: [{ name: 'one.sqlite', records: log.records }] };

test('an omission is against the emitter once its log is at hand, and nobody before', async () => {
  assert.equal((await checkEvidence(omission, parts)).against, null);
  const shown = await checkEvidence(omission, withLog);
  assert.equal(shown.against, 'emitter1');
  const other = signedLog(goodWindow(WINDOW).slice(0, -1));
  const elsewhere = await checkEvidence(omission, { ...parts, logs: [{ name: 'x', records: other.records }] });
  assert.match(elsewhere.says.join(), /no log that was given has this root/);
});

test('an omission that the log does not bear out is refused, whoever made it', async () => {
  const full = signedLog(goodWindow(WINDOW).slice(0, -1));
  const [made] = findOmissions(identity, [{ ...full, records: full.records.slice(-1) }], receipts);
  assert.ok(made);
  await assert.rejects(
    checkEvidence(made, parts),
    /is not the end of window 137000000 under the root that emitter1 signed/,
  );
  const foreign = { ...omission, log: { ...full.signed, end: omission.log.end } };
  await assert.rejects(checkEvidence(foreign, parts), /is not the end of window/);
  const wrong = { ...withLog, logs: [{ name: 'one.sqlite', records: [...log.records, ...full.records] }] };
  await assert.rejects(checkEvidence(omission, wrong), /the log one\.sqlite has the candidate of slot 1644000000/);
  assert.deepEqual(findOmissions(identity, [full], [receipt(0, 'eve')]), [], 'nothing is left out');
});

test('a report is against the oracle once the own one follows from the logs, and refused when another does', async () => {
  const alone = await checkEvidence(report, parts);
  assert.equal(alone.against, null);
  assert.match(alone.says.join(), /It differs first in "members\.0\.candidates": 11 there, 12 here/);
  const shown = await checkEvidence(report, { ...parts, recompute: async () => reported(12) });
  assert.equal(shown.against, 'liar');
  const wrong = checkEvidence(report, { ...parts, recompute: async () => reported(10) });
  await assert.rejects(wrong, /from the logs that were given follows the report \w+, and not \w+/);
  await assert.rejects(checkEvidence(report, node), /the chain has no such report of liar in block 77/);
  const same = reportEvidence(identity, theirs, reported(11), [log.signed]);
  await assert.rejects(checkEvidence(same, parts), /both reports are the same/);
});

test('a dispute shows a member’s receipts, and names nobody', async () => {
  const { says, against } = await checkEvidence(dispute, parts);
  assert.equal(against, null);
  assert.match(
    says.join(),
    /eve has receipts for 2 slots of window 137000000 in time, .* the report of liar in block 77/,
  );
  await assert.rejects(checkEvidence({ ...dispute, member: 'bob' }, parts), /for candidates of eve, and not of bob/);
  const mixed = { ...dispute, receipts: [...receipts, receipt(1, 'bob')] };
  await assert.rejects(checkEvidence(mixed, parts), /of more than one member/);
});

for (const document of [omission, report, dispute] as EvidenceDocument[]) {
  test(`a changed byte anywhere in evidence of the kind ${document.kind} is refused`, async () => {
    const text = evidenceText(document);
    const tampered = fc.tuple(
      fc.nat({ max: text.length - 1 }),
      fc.constantFrom('0', '1', 'a', 'f', '"', '9', 'z', '}'),
    );
    await fc.assert(
      fc.asyncProperty(tampered, async ([at, byte]) => {
        if (text[at] === byte) return;
        const changed = text.slice(0, at) + byte + text.slice(at + 1);
        const refused = async () => checkEvidence(parseEvidence(changed), parts);
        await assert.rejects(refused, { name: 'PoolError', code: 'evidence' });
      }),
      cases(300),
    );
  });
}

test('the header that is packed out of a real node’s block gives its id; with a schedule of the old form there is none', () => {
  // As Leap 4.1 gave it.
  const block = {
    id: '000000c8158d1c96d9b6c72f886c2d4a68999b4825f54d04d150232e6ccb1267',
    timestamp: '2026-11-28T02:03:35.000',
    producer: 'poolbp',
    confirmed: 0,
    previous: '000000c7f0de50e9ef36dcf08a331d247bad90d5dbebe61b2ed1ade1aae3bcba',
    transaction_mroot: '68f9f3c7915847a9ec951f3b91d97a3cd416146a3206c90b9478948f40e5949e',
    action_mroot: '1a70f9aacdf76471bf3b4aff9e53995b3f0dfe2521d203a893813f468eb22553',
    schedule_version: 2,
    new_producers: null,
    producer_signature:
      'SIG_K1_Kc8kiT9cfhN8ig8MKjznLwVUu1Mv7uVGAMAZA5Xue6w6EK7LujQSRtJkP9FQVKyvLjJWoTWE4KpU46sVwAwcunacshSPno',
  };
  const { header, signature } = signedHeader(block);
  assert.ok(isHeaderOf(header, block.id));
  assert.match(signature, /^0:[0-9a-f]{130}$/);
  assert.deepEqual(signedHeader({ ...block, new_producers: {}, producer_signature: 'SIG_WA_x' }), {
    header: '',
    signature: '',
  });
});
