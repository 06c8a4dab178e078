import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataLines } from '../../../agent/lines.ts';
import { cases, fc } from '../../support/property.ts';

async function linesOf(chunks: Uint8Array[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const line of dataLines(
    (async function* () {
      yield* chunks;
    })(),
  ))
    found.push(line);
  return found;
}

test('data lines and signs of life come out, however the stream is cut', async () => {
  const bytes = Buffer.from(': alive\ndata: {"a":"ä"}\n\nretry: 5\ndata: 2\n: x\ndata: cut');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((to, i) => bytes.subarray(at[i], to));
      assert.deepEqual(await linesOf(chunks), [null, '{"a":"ä"}', '2', null]);
    }),
    cases(200),
  );
});

test('a line without an end is not kept for ever', async () => {
  const chunk = Buffer.alloc(10_000, 'x');
  await assert.rejects(linesOf(new Array(10).fill(chunk)), /line without an end/);
});
