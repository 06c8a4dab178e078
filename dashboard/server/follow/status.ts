import { z } from 'zod';
import { readBody } from '../../../common/bounded-fetch.ts';

const ANSWER_MS = 3000;
const ANSWER_BYTES = 4 * 1024 * 1024;

/** What is read of an emitter's `/status`; what is more is left alone, what is less is an older release's. */
const statusAnswer = z.object({
  ready: z.boolean(),
  reasons: z.array(z.string()).default([]),
  outside: z.object({ relayUp: z.boolean(), peers: z.array(z.object({ up: z.boolean() })) }),
  window: z.object({ id: z.number(), leader: z.string().nullable().optional() }).nullable().default(null),
  sessions: z.array(z.object({ signer: z.string().nullable(), member: z.string().nullable() })).default([]),
  agents: z.array(z.object({ member: z.string().nullable() })).default([]),
  log: z.object({ seq: z.number().int().nonnegative() }),
});

export interface EmitterStatus {
  ready: boolean;
  reasons: string[];
  relayUp: boolean;
  peersUp: number;
  /** Accounts with a connection. */
  members: string[];
  /** Connections whose key is not known yet. */
  unnamed: number;
  /** "type:hex" keys of connections. */
  signers: string[];
  window: { id: number; leader: string | null } | null;
  logSeq: number;
}

/** Asks an emitter how it is. Rejects when it does not answer within 3 s, or answers something else. */
export async function readStatus(url: string, signal: AbortSignal): Promise<EmitterStatus> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  const response = await fetch(`${url}/status`, { signal: limit });
  const said = statusAnswer.parse(JSON.parse(await readBody(response, ANSWER_BYTES)));
  const { ready, reasons, outside, sessions, window, log } = said;
  return {
    ...{ ready, reasons, relayUp: outside.relayUp, logSeq: log.seq },
    peersUp: outside.peers.filter(({ up }) => up).length,
    members: unique(sessions.map(({ member }) => member)),
    unnamed: sessions.filter(({ signer }) => signer === null).length,
    signers: unique(sessions.map(({ signer }) => signer)),
    window: window && { id: window.id, leader: window.leader ?? null },
  };
}

function unique(list: (string | null)[]): string[] {
  return [...new Set(list.filter((one) => one !== null))].sort();
}
