import { PoolError } from './errors.ts';

/** Longer than any answer of a node that works takes; after it, the node counts as gone. */
export const ANSWER_MS = 10_000;
/** A block of the largest size that chains use (1 MiB), written out as JSON, with room; more is not what was asked for. */
export const ANSWER_BYTES = 32 * 1024 * 1024;
/** So much of an answer that cannot be read is shown. */
const SHOWN = 80;

export interface Answer {
  ok: boolean;
  status: number;
  /** Parsed. */
  body: unknown;
}

export interface Bounds {
  ms: number;
  bytes: number;
}

/**
 * One request to a node's HTTP API whose answer is JSON of a bounded size, whole within a bounded time. Throws PoolError
 * `chain_unreachable` when there is none: no connection, silence, a body that never ends or is no JSON.
 */
export async function boundedFetch(
  url: string,
  body: string,
  { ms, bytes }: Bounds = { ms: ANSWER_MS, bytes: ANSWER_BYTES },
): Promise<Answer> {
  let text: string;
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(ms) });
    text = await readBody(response, bytes);
  } catch (thrown) {
    throw unreachable(url, reason(thrown, ms));
  }
  try {
    return { ok: response.ok, status: response.status, body: JSON.parse(text) };
  } catch {
    throw unreachable(url, `status ${response.status} and no JSON but ${JSON.stringify(text.slice(0, SHOWN))}`);
  }
}

/** The same for eosjs, which brings its own idea of a request. */
export async function fetchForEosjs(url: string, init: { body?: string }) {
  const { ok, status, body } = await boundedFetch(url, init.body ?? '{}');
  return { ok, status, json: async () => body };
}

/** The body of an answer as text. Rejects with PoolError `oversize` when it has more bytes than `most`. */
export async function readBody(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body, and with it the connection.
    if (size > most) throw new PoolError('oversize', `more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reason(thrown: unknown, ms: number): string {
  if ((thrown as Error).name === 'TimeoutError') return `not complete after ${ms / 1000} s`;
  if (thrown instanceof PoolError) return thrown.message;
  return String((thrown as Error).cause ?? thrown);
}

function unreachable(url: string, why: string): PoolError {
  return new PoolError('chain_unreachable', `no answer from ${url} that could be used: ${why}`);
}
