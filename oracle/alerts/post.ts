/** A receiver that hangs is as good as dead after this. */
const TIMEOUT_MS = 10_000;
/** Of an answer no more is read. */
const MOST_READ = 4096;

/** How a message fared: taken; refused itself (another may pass); or nothing passes just now. */
export type Posted =
  | { as: 'taken' }
  | { as: 'refused'; why: string }
  | { as: 'away'; why: string /** When the receiver says to come again. */; waitMs: number | null };

/** That the message is the fault, and not the address, the password or the service. */
const OF_THE_MESSAGE = new Set([400, 413, 422]);

/** Sends one message; never throws, and its reasons never show the address. `timeoutMs` for tests. */
export async function post(url: string, id: string, body: object, timeoutMs = TIMEOUT_MS): Promise<Posted> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': id };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    // Elsewhere the password in the address is nobody's business.
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal,
      redirect: 'manual',
    });
    if (response.ok) {
      await response.body?.cancel();
      return { as: 'taken' };
    }
    const text = await firstOf(response);
    const why = `it answered ${response.status}${response.status < 400 ? ', which points elsewhere' : ''}`;
    if (OF_THE_MESSAGE.has(response.status)) return { as: 'refused', why };
    return { as: 'away', why, waitMs: waitOf(response.headers.get('retry-after'), text) };
  } catch (thrown) {
    return { as: 'away', why: reason(thrown as Error, timeoutMs), waitMs: null };
  }
}

/** Only a code of the system's: a message of fetch could show the address. */
function reason({ name, cause }: Error, timeoutMs: number): string {
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const code = (cause as { code?: string } | undefined)?.code;
  return code ? `it cannot be reached (${code})` : 'it cannot be reached';
}

async function firstOf(response: Response): Promise<string> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.length > MOST_READ) break;
  }
  return text.slice(0, MOST_READ);
}

/** Seconds to wait: in the header (Slack, Discord), in the body as `retry_after` (Discord) or `parameters.retry_after` (Telegram). */
function waitOf(header: string | null, body: string): number | null {
  let seconds = Number(header ?? Number.NaN);
  if (!(seconds > 0)) {
    try {
      const { retry_after, parameters } = JSON.parse(body) as Record<string, unknown> & {
        parameters?: { retry_after?: unknown };
      };
      seconds = Number(retry_after ?? parameters?.retry_after);
    } catch {
      return null;
    }
  }
  return seconds > 0 ? Math.ceil(seconds * 1000) : null;
}
