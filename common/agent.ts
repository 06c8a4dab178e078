import { z } from 'zod';
import { sha256 } from './canonical.ts';
import { PoolError } from './errors.ts';
import { stringToName } from './name.ts';

/** What a member's agent and an emitter say to each other over HTTP; docs/agent.md shows it with examples. */

const DOMAIN = 'bppool.agent.v1';

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `must be ${bytes} bytes in hex`);
const whole = z.int().nonnegative();

export interface AgentProof {
  /** 32 bytes in hex, as the agent's own node has it. */
  chainId: string;
  /** The pool's producer account. */
  pool: string;
  /** 32 bytes in hex, from the emitter, for one use. */
  nonce: string;
  /** The emitter's address as the agent dialled it, "http://host:port". */
  address: string;
}

/**
 * What an agent's signing key signs: who it talks to, about which pool of which chain, once. The emitter's address is in it,
 * so that an emitter cannot hand on what was signed for it to another one.
 */
export function agentDigest({ chainId, pool, nonce, address }: AgentProof): Buffer {
  const name = Buffer.alloc(8);
  name.writeBigUInt64LE(stringToName(pool));
  return sha256(Buffer.from(DOMAIN), bytes32('chain id', chainId), name, bytes32('nonce', nonce), Buffer.from(address));
}

/** Emitter → agent: how a session begins. */
export const helloSchema = z.object({ pool: z.string().max(13), address: z.string().max(300), nonce: hex(32) });
export type Hello = z.infer<typeof helloSchema>;

/** Agent → emitter; the signature is compact: recovery byte (31 to 34), r, s. */
export const sessionSchema = z.object({ nonce: hex(32), signature: hex(65) });

/** Emitter → agent: the key it recovered, and the token for all that follows. */
export const tokenSchema = z.object({ token: hex(32), signer: z.string().max(80), member: z.string().max(13) });

/** Emitter → agent, on the stream. Only the newest (window, seq) that an agent has seen counts, whichever emitter it is from. */
export const commandSchema = z.object({
  window: whole,
  seq: whole,
  order: z.enum(['pause', 'resume']),
  /** ms since 1970; after that it does nothing. */
  expires: whole,
  /** A node is resumed only once it has this block. */
  head: z.object({ num: whole, id: hex(32) }).nullable(),
});
export type Command = z.infer<typeof commandSchema>;

/** What the agent's node does: it may make blocks, it follows, or it does not answer. */
export const NODE_STATES = ['producing', 'paused', 'unreachable'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** What became of a command. */
export const answerSchema = z.object({
  window: whole,
  seq: whole,
  done: z.boolean(),
  /** Why not, in a sentence; null when it was done. */
  error: z.string().max(300).nullable(),
  tookMs: whole,
});
export type Answer = z.infer<typeof answerSchema>;

/** An agent's clock may be off from an emitter's by this much; a report that is older is not one of now. */
export const HEALTH_MS = 5000;

/** Agents speak every 500 ms: between two words further apart nothing is known of the node. */
export const SILENCE_MS = 1500;

/**
 * An emitter that was killed is back, and has heard its agents, within so many ms. While it is down nobody's word can reach it: who stood
 * by before and after is taken to have done so in between.
 */
export const RESTART_MS = 10_000;

/** Agent → emitter, every 500 ms and at each change. */
export const healthSchema = z.object({
  /** ms since 1970, by the agent's clock. */
  at: whole,
  node: z.enum(NODE_STATES),
  headNum: whole,
  headId: hex(32).nullable(),
  /** ms since 1970, by the head block's timestamp. */
  headTime: whole,
  /** ms that the head's time is behind the agent's clock; negative when ahead. */
  lagMs: z.int(),
  answers: z.array(answerSchema).max(16),
  /** The member's, over `healthDigest`: compact, recovery byte first. */
  signature: hex(65),
});
export type Health = z.infer<typeof healthSchema>;

/** What else of a report its member signed, as the log keeps it; the signature is 65 bytes in hex. */
export type HealthProof = Pick<Health, 'at' | 'node' | 'headId' | 'signature'>;

export const receiptSchema = z.object({
  slot: whole,
  id: hex(32),
  /** Who signed the candidate. */
  signer: z.string().max(80),
  /** ms since 1970 on the emitter's clock. */
  arrivedAt: whole,
  /** The other emitter that passed it on; absent when it came from the member. */
  via: z.string().max(32).optional(),
  signature: z.string().max(200),
  /** The key that signed the receipt. */
  emitter: z.string().max(80),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** Emitter → anyone, from `/receipts?signer=KEY&after=SEQ`; `after` is where the next page begins. */
export const receiptPageSchema = z.object({ receipts: z.array(receiptSchema).max(20_000), after: whole });
export type ReceiptPage = z.infer<typeof receiptPageSchema>;

/** Parsed JSON that fits a schema, or null: a peer's text is a result, never a throw. */
export function parseAs<S extends z.ZodType>(schema: S, text: string): z.infer<S> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

function bytes32(what: string, text: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new PoolError('agent', `the ${what} is "${text}": it must be 64 hex digits`);
  return Buffer.from(text, 'hex');
}
