import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FrameProblem, Framer } from '../../../emitter/session/framer.ts';
import { cases, fc } from '../../support/property.ts';
import { candidates, chain, messages } from '../../support/vectors.ts';

const MAX = 8 * 1024 * 1024;

function collect(chunks: Buffer[], max = MAX): { frames: string[]; problem: FrameProblem | null; pending: number } {
  const frames: string[] = [];
  const framer = new Framer(max, (frame) => frames.push(frame.toString('hex')));
  for (const chunk of chunks) framer.push(chunk);
  return { frames, problem: framer.problem, pending: framer.pending };
}

function split(bytes: Buffer, cuts: number[]): Buffer[] {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  // Copies: a socket's chunks do not share memory, and a view of a wrong one must not go unnoticed.
  return edges.slice(1).map((end, i) => Buffer.from(bytes.subarray(edges[i], end)));
}

function length(bytes: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes);
  return head;
}

const stream = [
  ...Object.values(messages).flatMap((list) => list.map(({ frame }) => frame)),
  ...chain.blocks.slice(0, 12).map(({ frame }) => frame),
  ...candidates.slice(0, 4).map(({ frame }) => frame),
];
const whole = Buffer.concat(stream);
const expected = stream.map((frame) => frame.toString('hex'));

test('captured frames in one chunk', () => {
  assert.deepEqual(collect([whole]), { frames: expected, problem: null, pending: 0 });
});

test('captured frames byte by byte', () => {
  const bytes = Array.from(whole, (byte) => Buffer.from([byte]));
  assert.deepEqual(collect(bytes), { frames: expected, problem: null, pending: 0 });
});

test('a frame is handed on as soon as its last byte is there, not before', () => {
  const frame = stream[0] as Buffer;
  let got = 0;
  const framer = new Framer(MAX, () => got++);
  for (let i = 0; i < frame.length; i++) {
    assert.equal(got, 0);
    assert.equal(framer.pending, i);
    framer.push(frame.subarray(i, i + 1));
  }
  assert.equal(got, 1);
  assert.equal(framer.pending, 0);
});

test('each split of two small frames into two chunks', () => {
  const [time, sync] = [messages.time[0], messages.syncRequest[0]];
  const pair = Buffer.concat([(time as { frame: Buffer }).frame, (sync as { frame: Buffer }).frame]);
  const want = collect([pair]).frames;
  assert.equal(want.length, 2);
  for (let cut = 0; cut <= pair.length; cut++) assert.deepEqual(collect(split(pair, [cut])).frames, want);
});

test('any split of the captured stream gives the same frames', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 60 }), (cuts) => {
      assert.deepEqual(collect(split(whole, cuts)), { frames: expected, problem: null, pending: 0 });
    }),
    cases(300),
  );
});

test('frames of any size, in any split', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5000 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(sizes, fc.array(fc.nat(), { maxLength: 30 }), (lengths, cuts) => {
      const frames = lengths.map((size, i) => Buffer.concat([length(size), Buffer.alloc(size, i)]));
      const { frames: got, pending } = collect(split(Buffer.concat(frames), cuts));
      assert.deepEqual(
        got,
        frames.map((frame) => frame.toString('hex')),
      );
      assert.equal(pending, 0);
    }),
    cases(1000),
  );
});

test('an empty frame is a problem, and nothing after it counts', () => {
  const frame = stream[0] as Buffer;
  const result = collect([Buffer.concat([frame, length(0), frame])]);
  assert.deepEqual(result.problem, { code: 'empty_frame', bytes: 0 });
  assert.equal(result.frames.length, 1);
});

for (const bytes of [MAX + 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
  test(`a frame announced with ${bytes} bytes is refused at its head, in any split, without taking memory`, () => {
    const head = Buffer.concat([length(bytes), Buffer.alloc(100)]);
    for (let cut = 0; cut <= 8; cut++) {
      const before = process.memoryUsage().arrayBuffers;
      const result = collect(split(head, [cut]));
      assert.deepEqual(result, { frames: [], problem: { code: 'frame_too_large', bytes }, pending: result.pending });
      assert.ok(result.pending <= 4);
      assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
    }
  });
}

test('a frame of just the largest size passes', () => {
  const { frames, problem } = collect([length(64), Buffer.alloc(64)], 64);
  assert.equal(problem, null);
  assert.equal(frames.length, 1);
  assert.equal(collect([length(65)], 64).problem?.code, 'frame_too_large');
});

test('whatever comes after a problem, nothing is kept', () => {
  const framer = new Framer(100, () => assert.fail('no frame may come'));
  framer.push(length(101));
  for (let i = 0; i < 1000; i++) framer.push(Buffer.alloc(1000));
  assert.equal(framer.problem?.code, 'frame_too_large');
  assert.ok(framer.pending <= 4);
});

test('garbage ends in frames or a problem, never in a throw, and never holds more than one frame', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
      const framer = new Framer(1000, () => {});
      for (const chunk of chunks) {
        framer.push(Buffer.from(chunk));
        assert.ok(framer.pending < 1004);
      }
    }),
    cases(2000),
  );
});

test('read into the space of the frame that has begun, where there is one: the same frames, each in a buffer of its own', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 40 }), (reads) => {
      const frames: Buffer[] = [];
      const framer = new Framer(MAX, (frame) => frames.push(frame));
      for (let at = 0, i = 0; at < whole.length; i++) {
        const { space } = framer;
        const size = Math.min(reads[i % reads.length] as number, space?.length ?? 100, whole.length - at);
        const bytes = Buffer.from(whole.subarray(at, at + size));
        at += size;
        if (!space) framer.push(bytes);
        else {
          bytes.copy(space);
          framer.wrote(size);
        }
        bytes.fill(0xee);
      }
      assert.deepEqual(
        frames.map((frame) => frame.toString('hex')),
        expected,
      );
      for (const { buffer, length } of frames) assert.equal(buffer.byteLength, length);
      assert.equal(framer.space, null);
    }),
    cases(300),
  );
});

test('progress: the buffer that comes whole later, with more of it each time, and only for frames that span chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 60 }), (cuts) => {
      let filling: { frame: Buffer; filled: number } | null = null;
      let seen = 0;
      const framer = new Framer(
        MAX,
        (frame) => {
          assert.equal(frame.toString('hex'), expected[seen++]);
          if (filling) assert.equal(filling.frame, frame);
          filling = null;
        },
        (frame, filled) => {
          assert.ok(filled > (filling?.filled ?? 3) && filled < frame.length);
          if (filling) assert.equal(filling.frame, frame);
          assert.equal(frame.toString('hex', 0, filled), expected[seen]?.slice(0, 2 * filled));
          filling = { frame, filled };
        },
      );
      for (const chunk of split(whole, cuts)) framer.push(chunk);
      assert.equal(seen, expected.length);
    }),
    cases(300),
  );
});
