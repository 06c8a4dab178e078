import { z } from 'zod';
import { wordDigest } from '../../common/log-proof.ts';
import { emitterOf } from '../../common/nats/streams.ts';
import type { Voting } from '../log/quorum/signed-vote.ts';

/** A word that is older, or from further ahead, is not taken: so none of days ago can be told again. Clocks of emitters are nearer than that. */
const CLOCK_MS = 30_000;

const schema = z.tuple([z.int(), z.string().regex(/^[0-9a-f]{128}$/), z.string()]);

export interface WordsParts {
  voting: Pick<Voting, 'identity' | 'sign' | 'isSignedBy'>;
  /** The log key, "type:hex", by which the contract knows that emitter; null when it names none of that name. */
  keyOf(emitter: string): string | null;
  /** ms since 1970. */
  now(): number;
}

/**
 * What emitters tell each other on subjects of their own (`bppool.POOL.seen.EMITTER`, `….decided.EMITTER`), signed by their log keys: nothing is
 * stored, so each word has a time in it, which grows from word to word, and none counts twice.
 */
export class Words {
  private readonly parts: WordsParts;
  private said = 0;
  /** Time of the newest word on a subject, by the clock of who said it. */
  private readonly heard = new Map<string, number>();

  constructor(parts: WordsParts) {
    this.parts = parts;
  }

  /** A text for a subject of this emitter's. */
  seal(subject: string, text: string): string {
    const { voting, now } = this.parts;
    // Also when the clock is put back.
    this.said = Math.max(Math.floor(now()), this.said + 1);
    const signature = voting.sign(wordDigest(voting.identity, subject, this.said, text));
    return JSON.stringify([this.said, signature, text]);
  }

  /** What the emitter that a subject ends with has said there; null when it is not its word, too old, or not newer than the one before. */
  open(subject: string, sealed: string): string | null {
    const { voting, keyOf, now } = this.parts;
    const emitter = emitterOf(subject);
    const key = emitter === null ? null : keyOf(emitter);
    const word = key === null ? null : parse(sealed);
    if (!key || !word) return null;
    const [at, signature, text] = word;
    if (Math.abs(at - now()) > CLOCK_MS || at <= (this.heard.get(subject) ?? 0)) return null;
    if (!voting.isSignedBy(wordDigest(voting.identity, subject, at, text), signature, key)) return null;
    this.heard.set(subject, at);
    return text;
  }
}

function parse(sealed: string): z.infer<typeof schema> | null {
  try {
    return schema.safeParse(JSON.parse(sealed)).data ?? null;
  } catch {
    return null;
  }
}
