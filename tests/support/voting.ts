import { sha256 } from '../../common/canonical.ts';
import { type Voting, votingBy } from '../../emitter/log/quorum/signed-vote.ts';
import { signingKey } from './signed-chain.ts';

/** Names of emitters in tests: the contract names a key for each. */
const EMITTERS = ['a', 'b', 'c', 'd', 'emitter1', 'emitter2', 'emitter3'];
const CHAIN = 'cd'.repeat(32);

/** How an emitter of that name votes for a pool, by a real key; those of all in `emitters` count. */
export function votingOf(pool = 'pool', name = 'emitter1', emitters: readonly string[] = EMITTERS): Voting {
  const named = new Set(emitters.map((one) => signingKey(one).id));
  return votingBy({ chain: CHAIN, pool }, signingKey(name), () => named);
}

/** The same by what is no signature but is made and checked in a moment, for tests of many thousands of votes. */
export function quickVoting(name = 'emitter1'): Voting {
  const sealOf = (digest: Buffer, key: string) => sha256(digest, key).toString('hex').repeat(2);
  const voting = votingOf('pool', name);
  return {
    ...voting,
    sign: (digest) => sealOf(digest, voting.key),
    isSignedBy: (digest, signature, key) => signature === sealOf(digest, key),
  };
}
