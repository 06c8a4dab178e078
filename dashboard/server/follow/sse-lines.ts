import { StringDecoder } from 'node:string_decoder';

/** A block of an event stream longer than this is not what an emitter sends: one record has at most some 20 kB. */
const MOST = 8 * 1024 * 1024;

/** The `data` of each event in a stream of server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has it. Throws for an endless one. */
export async function* dataOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST) throw new Error(`a line of more than ${MOST} characters`);
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice(6);
  }
}
