/** What went wrong with an answer, as one sentence to show. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** JSON of the page's own server; `path` without a slash at its beginning. Throws AnswerError, and what `signal` aborts with. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) });
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    throw new AnswerError('The page’s server does not answer; the page tries again.');
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new AnswerError(`The server answered ${response.status} with something that is not JSON.`);
  }
  if (response.ok) return body as T;
  throw new AnswerError(sentenceOf(body) ?? `The server answered ${response.status}.`);
}

function sentenceOf(body: unknown): string | null {
  const error = (body as { error?: unknown } | null)?.error;
  const text = typeof error === 'object' ? (error as { message?: unknown } | null)?.message : error;
  const found = typeof text === 'string' ? text : (body as { message?: unknown } | null)?.message;
  return typeof found === 'string' && found !== '' ? found : null;
}
