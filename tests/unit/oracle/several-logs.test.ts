import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, sha256 } from '../../../common/canonical.ts';
import type { PoolEvent } from '../../../common/events.ts';
import { signText } from '../../../common/signature.ts';
import { firstSlot } from '../../../common/slot.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import { ofOneMode } from '../../../oracle/metrics/mode.ts';
import { differentLogs } from '../../../oracle/metrics/several.ts';
import type { WindowLog } from '../../../oracle/metrics/types.ts';
import { buildReport, rootOfLogs } from '../../../oracle/report/build.ts';
import { reportHash } from '../../../oracle/report/hash.ts';
import { setOf } from '../../../oracle/window/agreement.ts';
import { cases, fc } from '../../support/property.ts';
import {
  blockId,
  blocksBy,
  CHAIN,
  candidate,
  closing,
  decision,
  emission,
  goodWindow,
  keyOf,
  MEMBERS,
  members,
  POOL,
  records,
  signers,
  standby,
  standbyClosing,
  WINDOW,
  word,
} from './support/events.ts';

const SLOT = firstSlot(WINDOW);
const byAnn = blocksBy(Array(12).fill('ann'));

function logOf(events: PoolEvent[], isStandby = false): WindowLog {
  const all = records(WINDOW, [...events, isStandby ? standbyClosing(WINDOW) : closing(WINDOW)]);
  return { records: all, around: isStandby ? all : [] };
}

function metricsOf(given: WindowLog[], blocks = byAnn) {
  const logs = differentLogs(given);
  const evidence = { window: WINDOW, pool: POOL, chain: CHAIN, blocks, members, signers, eligiblePercent: 50 };
  return measure({ ...evidence, logs });
}

function hashOf(logs: WindowLog[], blocks = byAnn): string {
  return reportHash(buildReport('oracle1', metricsOf(logs, blocks), differentLogs(logs)));
}

const of = (metrics: ReturnType<typeof metricsOf>, name: string) => {
  const found = metrics.members.find((member) => member.name === name);
  assert.ok(found);
  return found;
};
const good = goodWindow(WINDOW).slice(0, -1);
const without = (name: string) => good.filter((event) => !('member' in event && event.member === name));

const VERDICTS = ['valid', 'late', 'invalid'] as const;
const slotEvent = fc
  .tuple(
    fc.nat({ max: 11 }),
    fc.constantFrom(...MEMBERS, 'zoe'),
    fc.constantFrom('valid', 'late', 'invalid', 'standby', 'word', 'decision', 'emission'),
  )
  .map(([k, member, what]): PoolEvent => {
    if (what === 'standby') return standby(WINDOW, k, member);
    if (what === 'word') return word(WINDOW, k, member);
    if (what === 'decision') return decision(WINDOW, k, member);
    if (what === 'emission') return emission(WINDOW, k, member);
    return candidate(WINDOW, k, member, what as 'valid' | 'late' | 'invalid');
  });
const someLogs = (isStandby: boolean) =>
  fc.array(
    fc.array(slotEvent, { maxLength: 40 }).map((events) => logOf(events, isStandby)),
    { minLength: 1, maxLength: 4 },
  );
const someMakers = fc.array(fc.constantFrom(...MEMBERS, 'zoe', null), { minLength: 12, maxLength: 12 });

for (const isStandby of [false, true]) {
  const mode = isStandby ? 'standby' : 'propose';
  test(`in ${mode} mode neither the order of the logs nor one given twice changes a byte`, () => {
    const shuffled = someLogs(isStandby).chain((logs) =>
      fc.tuple(
        fc.constant(logs),
        fc.shuffledSubarray([...logs, ...logs], { minLength: 2 * logs.length, maxLength: 2 * logs.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, someMakers, ([logs, other], makers) => {
        assert.equal(hashOf(other, blocksBy(makers)), hashOf(logs, blocksBy(makers)));
      }),
      cases(150),
    );
  });

  test(`in ${mode} mode a further log takes nobody's share, whatever it says, and all sums match`, () => {
    fc.assert(
      fc.property(someLogs(isStandby), slotLog(isStandby), someMakers, (logs, further, makers) => {
        const blocks = blocksBy(makers);
        const [before, after] = [metricsOf(logs, blocks), metricsOf([...logs, further], blocks)];
        for (const member of after.members) {
          const { candidates, late, invalid, standby: stood, missing } = member;
          assert.equal(candidates + late + invalid + stood + missing, 12);
          const was = of(before, member.name);
          assert.ok(member.eligible || !was.eligible, member.name);
          assert.ok(candidates + stood >= was.candidates + was.standby);
        }
        const selected = after.members.reduce((sum, member) => sum + member.selected, 0);
        assert.equal(selected + after.outsiders + after.leaks.length, after.emitted);
      }),
      cases(150),
    );
  });
}

/** Who signed the blocks on chain is left to the others. */
function slotLog(isStandby: boolean) {
  const isWord = ({ type }: PoolEvent) => type !== 'decision' && type !== 'emission';
  return fc.array(slotEvent.filter(isWord), { maxLength: 40 }).map((events) => logOf(events, isStandby));
}

test('an emitter that ignores one member: the other log pays it', () => {
  const ignoring = logOf(without('eve'));
  assert.equal(of(metricsOf([ignoring]), 'eve').eligible, false);
  const both = metricsOf([ignoring, logOf(good)]);
  assert.deepEqual([of(both, 'eve').candidates, of(both, 'eve').eligible], [12, true]);
  assert.deepEqual([both.logs, both.differing], [2, 12]);
  assert.equal('logs' in metricsOf([logOf(good)]), false, 'with one log the bytes are what they were');
});

test('what another emitter decided is no leak by the log of one that adopted it', () => {
  const own = good.filter((event) => event.type !== 'decision' && event.type !== 'emission');
  const decisions = Array.from({ length: 12 }, (_, k) => decision(WINDOW, k, 'ann'));
  const adopted = (input: object): PoolEvent => ({ type: 'input', at: 1, input });
  const metrics = metricsOf([logOf([...own, adopted({ type: 'adopted', decisions })])]);
  assert.deepEqual([metrics.leaks.length, metrics.unconfirmed, of(metrics, 'ann').selected], [0, 12, 12]);
  const odd = [{ type: 'adopted' }, { type: 'adopted', decisions: [null, 7, { id: 1 }] }, { type: 'other', decisions }];
  assert.equal(metricsOf([logOf([...own, ...odd.map(adopted)])]).leaks.length, 12);
});

test('each log has a part: what one decided, another emitted, a third saw in public', () => {
  const leak = { type: 'leak', at: 1, slot: SLOT + 3, id: blockId(SLOT + 3, 'bob'), num: 1 } as const;
  const proof = { signer: null, member: null, held: false, header: '', signature: '' };
  const logs = [
    logOf([decision(WINDOW, 0, 'ann'), decision(WINDOW, 3, 'bob')]),
    logOf([emission(WINDOW, 0, 'ann'), { ...leak, ...proof }]),
  ];
  const alone = metricsOf([logs[1] as WindowLog], blocksBy(['ann']));
  assert.deepEqual([alone.unsent, alone.unconfirmed, alone.strays], [0, 0, 1]);
  const both = metricsOf(logs, blocksBy(['ann']));
  assert.deepEqual([both.unsent, both.unconfirmed, both.strays, both.leaks], [1, 0, 0, []]);
  assert.equal(of(both, 'ann').selected, 1);
});

test('records of one rescue in two logs are one rescue', () => {
  const what = { cause: 'connection', failed: '', leader: '', path: [blockId(SLOT, 'bob')], replaced: [] };
  const rescue = (at: number): PoolEvent => ({ type: 'rescue', at, window: WINDOW, ...what });
  assert.equal(metricsOf([logOf([rescue(1)]), logOf([rescue(2)])]).rescues, 1);
  const other: PoolEvent = { ...rescue(3), path: [blockId(SLOT, 'eve')] } as PoolEvent;
  assert.equal(metricsOf([logOf([rescue(1)]), logOf([other])]).rescues, 2);
});

test("standby mode: blocks that a log makes up do not hide another log's standing by", () => {
  const stood = Array.from({ length: 12 }, (_, k) => [word(WINDOW, k, 'bob'), standby(WINDOW, k, 'bob')]).flat();
  const invented = Array.from({ length: 12 }, (_, k) => candidate(WINDOW, k, 'bob', VERDICTS[k % 3]));
  const both = metricsOf([logOf(stood, true), logOf(invented, true)], blocksBy(Array(12).fill('ann')));
  assert.deepEqual([of(both, 'bob').standby, of(both, 'bob').eligible], [12, true]);
});

test('two logs name two signers of one block: the one whose signature is shown', () => {
  const header = '07'.repeat(120);
  const digest = sha256(Buffer.from(header, 'hex'));
  const id = `0000000a${digest.toString('hex').slice(8)}`;
  const [root, schedule] = ['0a'.repeat(32), '0b'.repeat(32)];
  const signed = sha256(sha256(digest, Buffer.from(root, 'hex')), Buffer.from(schedule, 'hex'));
  const evidence = { header, root, schedule, signature: signText(signed, keyOf('bob')) };
  const shown = { ...candidate(WINDOW, 0, 'bob'), id, evidence } as PoolEvent;
  const stolen = { ...candidate(WINDOW, 0, 'ann'), id, evidence } as PoolEvent;
  const emittedBy = (member: string) => ({ ...emission(WINDOW, 0, member), id }) as PoolEvent;
  const blocks = [{ num: 10, id, slot: SLOT, producer: POOL, scheduleVersion: 7 }];
  const honest = logOf([shown, emittedBy('bob')]);
  const liars = [logOf([stolen, emittedBy('ann')]), logOf([emittedBy('ann')])];
  assert.equal(of(metricsOf([...liars, honest], blocks), 'bob').selected, 1);
  assert.equal(of(metricsOf(liars, blocks), 'ann').selected, 1, 'nobody says otherwise');
  const otherBlock = sha256(Buffer.from('08'.repeat(120), 'hex'));
  const over = sha256(sha256(otherBlock, Buffer.from(root, 'hex')), Buffer.from(schedule, 'hex'));
  const ofAnother = { header: '08'.repeat(120), root, schedule, signature: signText(over, keyOf('ann')) };
  const elsewhere = [logOf([{ ...stolen, evidence: ofAnother } as PoolEvent, emittedBy('ann')]), ...liars];
  assert.equal(of(metricsOf([...elsewhere, honest], blocks), 'bob').selected, 1, 'her signature of another block');
  const odd = { ...stolen, evidence: { header: 7, signature: null } } as unknown as PoolEvent;
  assert.equal(of(metricsOf([logOf([odd, emittedBy('ann')]), honest], blocks), 'bob').selected, 1);
});

test('of logs in two modes those count that are in the voted one, or in propose mode when the vote is not known', () => {
  const [propose, stands] = [logOf([]), logOf([], true)];
  const pick = (voted: string, fromWindow: number) => ofOneMode(WINDOW, [propose, stands], { mode: voted, fromWindow });
  assert.deepEqual(pick('standby', WINDOW), [stands]);
  assert.deepEqual(pick('propose', WINDOW), [propose]);
  assert.deepEqual(pick('standby', WINDOW + 1), [propose]);
  assert.ok('skip' in ofOneMode(WINDOW, [propose], { mode: 'standby', fromWindow: 0 }));
});

test('from its log root it follows which logs a report was made from', () => {
  const logs = Array.from({ length: 5 }, (_, i) => ({ root: sha256(`root ${i}`).toString('hex') }));
  const sets = fc.shuffledSubarray(logs, { minLength: 1 });
  fc.assert(
    fc.property(sets, sets, (set, known) => {
      const root = rootOfLogs(set.map((log) => log.root));
      const found = setOf(root, known);
      const isKnown = set.every((log) => known.includes(log));
      assert.deepEqual(found && new Set(found), isKnown ? new Set(set) : null);
    }),
    cases(100),
  );
});

test('the label of the strategy is what most logs have, then the smaller one', () => {
  const named = (strategy: string, k: number): WindowLog => {
    const end = { ...closing(WINDOW), strategy } as PoolEvent;
    return { records: records(WINDOW, [standby(WINDOW, k, 'ann'), end]), around: [] };
  };
  const strategyOf = (...logs: WindowLog[]) => buildReport('oracle1', metricsOf(logs), differentLogs(logs)).strategy;
  assert.equal(strategyOf(named('sticky', 0), named('rotate', 1), named('sticky', 2)), 'sticky');
  assert.equal(strategyOf(named('sticky', 0), named('rotate', 1)), 'rotate');
});

test('logs that say the same of everybody give the metrics of one, but for their number', () => {
  const one = metricsOf([logOf(good)]);
  const { logs, differing, ...rest } = metricsOf([logOf(good), logOf([...good, standby(WINDOW, 0, 'zoe')])]);
  assert.deepEqual([logs, differing], [2, 0]);
  assert.equal(canonicalJson(rest), canonicalJson(one));
});
