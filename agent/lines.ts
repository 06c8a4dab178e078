/** More than the longest message an emitter has, receipts included. */
const LINE_BYTES = 64 * 1024;

/**
 * The `data:` lines of a stream of server-sent events, and null for each comment line (a sign of life). Ends with the
 * stream; throws when a line is longer than any message is.
 */
export async function* dataLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string | null> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    if (text.length > LINE_BYTES) throw new Error('the emitter sends a line without an end');
    for (const line of lines) {
      if (line.startsWith('data: ')) yield line.slice('data: '.length);
      else if (line.startsWith(':')) yield null;
    }
  }
}
