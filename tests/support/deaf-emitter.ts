import { Candidates } from '../../emitter/candidates.ts';

/** The real emitter, but that it takes no notice of the blocks that one member signs: DEAF_TO is that key, as "type:hex". */
interface Inside {
  onVerified(outcome: { verified: { signer: string } }): void;
}
const inside = Candidates.prototype as unknown as Inside;
const take = inside.onVerified;
inside.onVerified = function (outcome) {
  if (outcome.verified.signer !== process.env.DEAF_TO) take.call(this, outcome);
};

await import('../../emitter/main.ts');
