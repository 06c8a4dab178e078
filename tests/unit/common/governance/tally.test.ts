import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSeats } from '../../../../common/governance/members.ts';
import { readProposal, readVotes } from '../../../../common/governance/proposals.ts';
import { needed, tallyOf } from '../../../../common/governance/tally.ts';
import { at, DAC, FakePool, proposalRow, type Row, seatRow } from '../../../support/fake-pool.ts';
import { cases, fc } from '../../../support/property.ts';

async function tally(proposal: Row, seats: Row[], votes: Record<string, boolean>) {
  const pool = new FakePool().set('proposals', [proposal]).set('seats', seats);
  pool.set(
    'votes',
    Object.entries(votes).map(([voter, yes]) => ({ voter, yes })),
    String(proposal.id),
  );
  const client = pool.client();
  const read = await readProposal(client, DAC, Number(proposal.id));
  assert.ok(read);
  return tallyOf(read, await readSeats(client, DAC), await readVotes(client, DAC, read.id));
}

const people = ['alice', 'bob', 'carol', 'erin'].map((name, index) => seatRow(name, index));
const admit = proposalRow(7, 'admit', { subject: 'dave' });

test('needed is more than half, or two thirds rounded up: the table of docs/contract.md', () => {
  assert.deepEqual(
    [3, 4, 7, 21].map((n) => [needed(n, false), needed(n, true)]),
    [
      [2, 2],
      [3, 3],
      [4, 5],
      [11, 14],
    ],
  );
  assert.equal(needed(0, true), 1);
});

test('votes are counted by name, and it is said when the rest can change nothing', async () => {
  const open = await tally(admit, people, { alice: true, bob: false });
  assert.deepEqual(open.voices, { yes: ['alice'], no: ['bob'], silent: ['carol', 'erin'] });
  assert.deepEqual([open.yes, open.no, open.electors, open.needed, open.decided], [1, 1, 4, 3, null]);
  assert.equal((await tally(admit, people, { alice: true, bob: true, carol: true })).decided, 'yes');
  assert.equal((await tally(admit, people, { alice: false, bob: false })).decided, 'no');
});

test('no electors: who is concerned, left, on probation then, or came later; the vote of such a one counts for nobody', async () => {
  const seats = [
    seatRow('alice', 0),
    seatRow('bob', 1, { until: 5 }),
    seatRow('carol', 2, { probation_until: at(-3599) }),
    seatRow('erin', 3, { votes_from: 8 }),
    seatRow('frank', 4, { voting: 0 }),
    seatRow('grace', 5, { proxy: 'bob' }),
    seatRow('heidi', 6, { probation_until: at(-3600), votes_from: 7 }),
  ];
  const expel = proposalRow(7, 'expel', { respondent: 'judy', other: 'alice' });
  const found = await tally(expel, seats, { alice: true, bob: true, carol: true, erin: true, frank: true });
  assert.deepEqual(found.voices, { yes: [], no: [], silent: ['grace', 'heidi'] });
});

test("a proxy's vote counts where the member does not vote itself, and a proxy's proxy does not", async () => {
  const seats = [seatRow('alice', 0), seatRow('bob', 1, { proxy: 'alice' }), seatRow('carol', 2, { proxy: 'bob' })];
  assert.deepEqual((await tally(admit, seats, { alice: true })).voices, {
    yes: ['alice', 'bob'],
    no: [],
    silent: ['carol'],
  });
  assert.deepEqual((await tally(admit, seats, { alice: true, bob: false })).voices, {
    yes: ['alice'],
    no: ['bob', 'carol'],
    silent: [],
  });
});

test('a counted proposal shows what the contract wrote down', async () => {
  const done = proposalRow(7, 'terms', { status: 3, two_thirds: 1, yes: 2, no: 1, electors: 4 });
  const {
    yes,
    no,
    electors,
    needed: most,
    decided,
  } = await tally(done, people, { alice: true, bob: true, carol: true });
  assert.deepEqual([yes, no, electors, most, decided], [2, 1, 4, 3, 'no']);
});

test('"decided" is never wrong: whatever the silent ones say, the result is the same; and it is said as soon as it holds', async () => {
  const input = fc.record({
    electors: fc.integer({ min: 1, max: 30 }),
    yes: fc.nat(30),
    no: fc.nat(30),
    twoThirds: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ electors, yes, no, twoThirds }) => {
      fc.pre(yes + no <= electors);
      const names = Array.from(
        { length: electors },
        (_, i) => `m${String.fromCharCode(97 + i)}`.replace(/[^a-z1-5]/g, 'z') + 'abcde'[Math.floor(i / 26)],
      );
      const votes = Object.fromEntries(names.slice(0, yes + no).map((name, i) => [name, i < yes]));
      const seats = names.map((name, i) => seatRow(name, i));
      const found = await tally({ ...admit, two_thirds: twoThirds ? 1 : 0 }, seats, votes);
      const passes = (more: number) => yes + more >= needed(electors, twoThirds);
      const [worst, best] = [passes(0), passes(electors - yes - no)];
      assert.equal(found.decided, worst === best ? (worst ? 'yes' : 'no') : null);
    }),
    cases(100),
  );
});
