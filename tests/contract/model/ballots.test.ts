import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCount } from './drive/ballots.ts';
import type { PaidRow } from './drive/world.ts';

const PROPOSAL = { id: 7n, created: 100, respondent: '', other: '', yes: 0, no: 0, electors: 0 };
const SEAT = { voting: true, until: 0n, votes_from: 1n, probation_until: 0, proxy: '' };

/** alice votes yes, bob no with alice as his proxy, carol leaves it to alice, dave is silent, erin has no vote yet. */
const BEFORE = [
  paid('proposals//7', PROPOSAL),
  ...seats({ alice: {}, bob: { proxy: 'alice' }, carol: { proxy: 'alice' }, dave: {}, erin: { votes_from: 8n } }),
  paid('votes/7/alice', { voter: 'alice', yes: true }),
  paid('votes/7/bob', { voter: 'bob', yes: false }),
  paid('votes/7/erin', { voter: 'erin', yes: true }),
  paid('votes/70/dave', { voter: 'dave', yes: true }),
];

function paid(key: string, row: Record<string, unknown>): PaidRow {
  return { key, payer: 'alice', row: row as PaidRow['row'] };
}

function seats(given: Record<string, object>): PaidRow[] {
  return Object.entries(given).map(([account, more]) => paid(`seats//${account}`, { ...SEAT, account, ...more }));
}

function counted(yes: number, no: number, electors: number, before = BEFORE): string | undefined {
  return checkCount(before, [paid('proposals//7', { ...PROPOSAL, yes, no, electors })], 7n);
}

test('the count of each elector’s one vote is right', () => {
  assert.equal(counted(2, 1, 4), undefined);
});

test('a vote that is counted twice is seen, also when fewer vote than there are electors', () => {
  const said = 'of 4 electors on proposal 7 2 say yes and 1 no: counted were';
  assert.equal(counted(3, 1, 4), `${said} 3 and 1 of 4`, 'bob’s own and his proxy’s');
  assert.equal(counted(2, 2, 4), `${said} 2 and 2 of 4`);
  assert.equal(counted(3, 0, 4), `${said} 3 and 0 of 4`, 'the proxy’s instead of his own');
  assert.equal(counted(3, 1, 5), `${said} 3 and 1 of 5`, 'erin’s');
  assert.equal(counted(1, 1, 4), `${said} 1 and 1 of 4`, 'carol’s proxy forgotten');
  assert.equal(counted(2, 1, 5), `${said} 2 and 1 of 5`, 'one elector too many');
});

test('respondents, and who is out, suspended or on probation, are no electors and no proxies', () => {
  const out = [{ until: 5n }, { voting: false }, { probation_until: 101 }, { votes_from: 8n }];
  for (const more of out) {
    const before = [...BEFORE.filter(({ key }) => key !== 'seats//alice'), ...seats({ alice: more })];
    assert.equal(counted(0, 1, 3, before), undefined);
    assert.match(counted(1, 1, 3, before) ?? '', /of 3 electors on proposal 7 0 say yes and 1 no/);
  }
  for (const party of ['respondent', 'other']) {
    const before = [paid('proposals//7', { ...PROPOSAL, [party]: 'alice' }), ...BEFORE.slice(1)];
    assert.equal(counted(0, 1, 3, before), undefined);
  }
});
