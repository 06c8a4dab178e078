import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type PortBlock, reservePorts } from '../../../devnet/ports.ts';

test('reservations never overlap, also of different sizes and made at the same time', async () => {
  const blocks = await Promise.all([3, 40, 7, 120, 1].map((count) => reservePorts(count)));
  const ports = blocks.flatMap((block) => Array.from({ length: block.count }, (_, i) => block.base + i));
  assert.equal(new Set(ports).size, ports.length);
  await Promise.all(blocks.map((block) => block.release()));
});

test('a port in use moves the block elsewhere', async () => {
  const before = await reservePorts(5);
  await before.release();
  const taken = createServer().listen(before.base + 2, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const block = await reservePorts(5);
  assert.notEqual(block.base, before.base);
  await block.release();
  taken.close();
});

test('the error for no free port says what was looked for', async () => {
  const held: PortBlock[] = [await reservePorts(10, 31_000, 31_499), await reservePorts(10, 31_000, 31_499)];
  await assert.rejects(reservePorts(10, 31_000, 31_499), {
    code: 'no_port',
    message: /no 10 free ports.*31000.*31499/,
  });
  await held[0]?.release();
  const again = await reservePorts(10, 31_000, 31_499);
  assert.equal(again.base, held[0]?.base);
  await Promise.all([again.release(), held[1]?.release()]);
  await assert.rejects(reservePorts(1000), { code: 'no_port' });
});
