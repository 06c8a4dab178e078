/**
 * What the signature of a vote costs: `node tests/experiments/16-signed-votes.ts`. Processor time of this process, so that other work on the machine does not count.
 */
import { proposalText } from '../../common/pool-store.ts';
import { isGenuine, readEntry, signEntry } from '../../emitter/log/quorum/signed-vote.ts';
import type { Entry } from '../../emitter/log/quorum/tally.ts';
import { signingKey } from '../support/signed-chain.ts';
import { votingOf } from '../support/voting.ts';

const ROUNDS = 40;
const EACH = 100;

const voting = votingOf();
const place = { log: 1, at: 1234 };
const id = 'ab'.repeat(32);
const decision = { type: 'decision', at: 1_700_000_000_000, slot: 1_500_000_000, id, num: 123_456_789 } as const;
const rest = {
  signer: signingKey('member').id,
  member: 'member1',
  reason: 'extend',
  previous: id,
  replaces: [],
} as const;
const text = proposalText({ emitter: 'emitter1', decisions: [{ ...decision, ...rest, replaces: [] }] });
const vote: Entry = {
  ...{ kind: 'accept', place: 12_345, ballot: { round: 0, by: '0011223344556677' } },
  proposal: JSON.stringify({ run: '0011223344556677', text }),
};
const signed = signEntry(vote, place, voting);
const junk = signed.replace('"log":1', '"log":2');
const read = readEntry(signed, place);
if (!read || !isGenuine(read, place, voting)) throw new Error('the vote does not verify');

/** µs of processor time, the median and the greatest of the rounds. */
function measure(what: string, work: () => unknown): void {
  for (let i = 0; i < EACH; i++) work();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < EACH; i++) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / EACH;
  }).sort((one, other) => one - other);
  console.log(`${what}: ${rounds[ROUNDS / 2]?.toFixed(0)} µs, at most ${rounds.at(-1)?.toFixed(0)}`);
}

console.log(
  `a vote of ${Buffer.byteLength(JSON.stringify(vote))} bytes, signed ${Buffer.byteLength(signed)}; medians of ${ROUNDS} rounds of ${EACH}`,
);
measure('written without a signature', () => JSON.stringify(vote));
measure('signed', () => signEntry(vote, place, voting));
measure('read without looking at the signature', () => readEntry(signed, place));
measure('read and checked', () => {
  const one = readEntry(signed, place);
  return one && isGenuine(one, place, voting);
});
measure('passed over, for it is signed for another log', () => readEntry(junk, place));
