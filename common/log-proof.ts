import type { Health } from './agent.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import type { Receipt, RunStart } from './events.ts';

/**
 * What the signatures in an event log, and among emitters, cover: sha256 over the canonical JSON of a list that begins with a word for its kind,
 * the chain and the pool, so that none can be taken for another's. See docs/event-log.md.
 */
export type LogIdentity = Pick<RunStart, 'chain' | 'pool'>;

/** What of an agent's report its member signs. */
export type SignedHealth = Pick<Health, 'at' | 'node' | 'headNum' | 'headId'>;

/** What of a receipt its emitter signs. */
type SignedReceipt = Omit<Receipt, 'signature' | 'via'> & { via?: string | undefined };

/** Of a window's Merkle root (hex). */
export function rootDigest({ chain, pool }: LogIdentity, window: number, root: string): Buffer {
  return digest('bppool.root.v1', chain, pool, window, root);
}

/** Of a receipt: this candidate had arrived whole at `arrivedAt`, ms since 1970; `via`: from that other emitter, not from its member. */
export function receiptDigest({ chain, pool }: LogIdentity, receipt: SignedReceipt): Buffer {
  const { slot, id, signer, arrivedAt, via } = receipt;
  const passedOn = via === undefined ? [] : [via];
  return digest('bppool.receipt.v1', chain, pool, slot, id, signer, arrivedAt, ...passedOn);
}

/** Of an agent's report, by its member's key: at this time, ms since 1970, the member's node was like this. */
export function healthDigest({ chain, pool }: LogIdentity, { at, node, headNum, headId }: SignedHealth): Buffer {
  return digest('bppool.health.v1', chain, pool, at, node, headNum, headId);
}

/** Of the footer: the log ended with the record `seq`, whose hash is given. */
export function endDigest({ chain, pool }: LogIdentity, seq: number, hash: string): Buffer {
  return digest('bppool.end.v1', chain, pool, seq, hash);
}

/** Of a checkpoint: the record before it was `seq` with this hash, and with this start and state it goes on. */
export function checkpointDigest(seq: number, hash: string, start: RunStart, state: object): Buffer {
  const { chain, pool } = start;
  return digest('bppool.checkpoint.v1', chain, pool, seq, hash, { start, state });
}

/** Of an entry of a voter's log: what it says, in which of the three logs, as which entry, and by which key. */
export function voteDigest({ chain, pool }: LogIdentity, said: object): Buffer {
  return digest('bppool.vote.v1', chain, pool, said);
}

/** Of what an emitter tells the others on a subject, which is its own, at this time, ms since 1970 by its clock. */
export function wordDigest({ chain, pool }: LogIdentity, subject: string, at: number, text: string): Buffer {
  return digest('bppool.word.v1', chain, pool, subject, at, text);
}

function digest(...parts: unknown[]): Buffer {
  return sha256(canonicalJson(parts));
}
