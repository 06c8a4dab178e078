import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../../devnet/wait.ts';
import { Announcer } from '../../../../emitter/exchange/announcer.ts';
import { BOUNDS } from '../../../../emitter/exchange/bounds.ts';
import { BlockDesk } from '../../../../emitter/exchange/desk.ts';
import { type Lacked, Lacking } from '../../../../emitter/exchange/lacking.ts';
import { Loads } from '../../../../emitter/exchange/load.ts';
import {
  decodeAnnouncement,
  decodeRequest,
  encodeAnnouncement,
  encodeRequest,
  type Kept,
  textOf,
} from '../../../../emitter/exchange/messages.ts';
import { pieceOf, readFrame } from '../../../../emitter/exchange/pieces.ts';
import { Presence } from '../../../../emitter/exchange/presence.ts';
import { FakeNats } from '../../../support/fake-nats.ts';
import { cases, fc } from '../../../support/property.ts';

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'));
const signers = hex(33).map((key) => `0:${key}`);
const kept: fc.Arbitrary<Kept> = fc.record(
  {
    key: fc.tuple(hex(32), signers).map(([id, signer]) => `${id}:${signer}`),
    slot: fc.nat(0xffff_ffff),
    num: fc.nat(0xffff_ffff),
    bytes: fc.integer({ min: 1, max: BOUNDS.frameBytes }),
  },
  { noNullPrototype: true },
);
const announcement = fc.record(
  {
    members: fc.option(fc.array(signers, { maxLength: 5 })),
    blocks: fc.array(kept, { maxLength: 5 }),
    asks: fc.boolean(),
  },
  { noNullPrototype: true },
);
const KEY = `${'ab'.repeat(32)}:0:${'02'.repeat(33)}`;
const block = (n: number, num = 7): Kept => ({ key: `${String(n).padStart(64, '0')}:0:02`, slot: 1, num, bytes: 100 });

test('announcements and requests come back as they were', () => {
  fc.assert(
    fc.property(announcement, (said) => {
      assert.deepEqual(decodeAnnouncement(encodeAnnouncement(said)), said);
    }),
    cases(200),
  );
  assert.deepEqual(decodeRequest(Buffer.from(encodeRequest(KEY, 5))), { key: KEY, at: 5 });
});

test('any bytes are an announcement or none, never a throw; changed ones keep to the bounds', () => {
  const changed = fc.tuple(announcement, fc.nat(), fc.nat(255)).map(([said, at, byte]) => {
    const bytes = Buffer.from(encodeAnnouncement(said));
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), changed), (bytes) => {
      decodeRequest(bytes);
      const said = decodeAnnouncement(textOf(bytes));
      for (const { bytes: size, slot } of said?.blocks ?? []) assert.ok(size <= BOUNDS.frameBytes && slot >= 0);
    }),
    cases(300),
  );
  const rows = Array(BOUNDS.blocksPerMessage + 1).fill([KEY, 1, 1, 1]);
  assert.equal(decodeAnnouncement(JSON.stringify({ blocks: rows })), null);
  assert.equal(decodeRequest(Buffer.from(encodeRequest(KEY, -1))), null);
  assert.equal(decodeRequest(Buffer.alloc(1000, ' ')), null);
});

test('what comes within some milliseconds leaves together, and the longest announcement that is made is one that is read', async () => {
  const texts: string[] = [];
  const announcer = new Announcer((text) => texts.push(text));
  const most = { slot: 2 ** 32 - 1, num: 2 ** 32 - 1, bytes: BOUNDS.frameBytes };
  for (let n = 0; n < 256; n++) announcer.member(`0:${n.toString(16).padStart(66, '0')}`, true);
  const key = (n: number) => `${n.toString(16).padStart(64, '0')}:0:${'02'.repeat(33)}`;
  for (let n = 0; n < 3000; n++) announcer.keep({ ...most, key: key(n) });
  assert.equal(texts.length, 1, 'the first leaves at once');
  await eventually('the rest leaves', async () => texts.length > 1 || undefined, 5000, 1);
  announcer.stop();
  const said = texts.map((text) => decodeAnnouncement(text));
  assert.deepEqual(
    said.map((one) => [one?.members?.length, one?.blocks.length]),
    [
      [1, 0],
      [256, 1000],
      [undefined, 1000],
      [undefined, 1000],
    ],
  );
});

test('a frame comes back from its pieces, whatever its length', async () => {
  const lengths = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 * BOUNDS.pieceBytes }));
  await fc.assert(
    fc.asyncProperty(lengths, fc.boolean(), async (length, isKnown) => {
      const frame = Buffer.alloc(length);
      for (let at = 0; at < length; at += 1000) frame.writeUInt8((at / 1000) % 256, at);
      const read = await readFrame(async (at) => pieceOf(frame, at), isKnown ? length : null);
      assert.ok(read?.equals(frame));
    }),
    cases(30),
  );
});

test('a frame with a piece that is missing, or does not fit, is none', async () => {
  const frame = Buffer.alloc(3 * BOUNDS.pieceBytes + 1, 7);
  const answers = (change: (piece: Buffer, at: number) => Buffer | null) => async (at: number) =>
    change(pieceOf(frame, at) as Buffer, at);
  const isAt = (n: number, at: number) => at === n * BOUNDS.pieceBytes;
  for (const n of [0, 1, 3]) {
    assert.equal(
      await readFrame(
        answers((piece, at) => (isAt(n, at) ? null : piece)),
        null,
      ),
      null,
    );
    assert.equal(
      await readFrame(
        answers((piece, at) => (isAt(n, at) ? piece.subarray(0, -1) : piece)),
        null,
      ),
      null,
    );
    assert.equal(
      await readFrame(
        answers((piece, at) => (isAt(n, at) ? piece.subarray(0, 2) : piece)),
        null,
      ),
      null,
    );
    const other = (piece: Buffer) => Buffer.concat([Buffer.from([1, 0, 0, 0]), piece.subarray(4)]);
    assert.equal(
      await readFrame(
        answers((piece, at) => (isAt(n, at) ? other(piece) : piece)),
        null,
      ),
      null,
    );
  }
  assert.equal(
    await readFrame(
      answers((piece) => piece),
      frame.length + 1,
    ),
    null,
  );
  const endless = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.alloc(BOUNDS.pieceBytes)]);
  assert.equal(await readFrame(async () => endless, null), null);
  assert.deepEqual([pieceOf(frame, 1), pieceOf(frame, 4 * BOUNDS.pieceBytes)], [null, null]);
});

const askedOf = (entry: Lacked | undefined) => entry && Lacking.asks(entry)?.holder.name;

test('who lacks a block asks each holder in turn, with more patience in each round, and a new one at once', () => {
  const lacking = new Lacking();
  assert.ok(lacking.announced('a', block(1), 100, 0));
  lacking.announced('b', block(1), 100, 10);
  lacking.announced('a', block(1), 100, 20);
  assert.deepEqual([lacking.due(BOUNDS.waitMs - 1), lacking.nextDue(0)], [[], BOUNDS.waitMs]);
  let now: number = BOUNDS.waitMs;
  const asked: string[] = [];
  for (let step = 0; step < 8; step++) {
    const [entry] = lacking.due(now);
    if (!entry) break;
    const { holder, patienceMs } = Lacking.asks(entry) as {
      holder: { name: string; bytes: number | null };
      patienceMs: number;
    };
    asked.push(`${holder.name} ${patienceMs}`);
    entry.isAsked = true;
    assert.deepEqual(lacking.due(now), [], 'one asker at a time');
    lacking.failed(entry, holder, false, now);
    const next = lacking.nextDue(now - 1);
    if (next === null) break;
    now = next;
  }
  assert.deepEqual(asked, ['a 150', 'b 150', 'a 300', 'b 300', 'a 600', 'b 600', 'a 600', 'b 600']);
  lacking.announced('c', block(1), 100, 5000);
  assert.equal(askedOf(lacking.due(5000)[0]), 'c');
});

test('a holder whose copy is of no use is not asked again, also when it tells again', () => {
  const lacking = new Lacking();
  lacking.announced('a', block(1), 100, 0);
  lacking.announced('b', block(1), 100, 0);
  const [entry] = lacking.due(1000) as [Lacked];
  lacking.failed(entry, entry.holders[0] as { name: string; bytes: number }, true, 1000);
  lacking.announced('a', block(1), 100, 1001);
  assert.equal(askedOf(lacking.due(1001)[0]), 'b');
  lacking.failed(entry, entry.holders[0] as { name: string; bytes: number }, true, 1001);
  lacking.announced('b', block(1), 100, 1002);
  assert.deepEqual(lacking.due(1e9), []);
});

test('what is decided comes first, then parents before those on them', () => {
  const lacking = new Lacking();
  for (const [n, num] of [
    [1, 9],
    [2, 8],
    [3, 7],
  ] as const)
    lacking.announced('a', block(n, num), 100, 0);
  lacking.want(block(4).key, ['a'], 0, 0);
  lacking.want(block(1).key, [], 0, 0);
  assert.deepEqual(
    lacking.due(0).map(({ key }) => key),
    [block(4).key, block(1).key].toSorted((x) => (x === block(4).key ? -1 : 1)),
  );
  assert.deepEqual(
    lacking.due(100).map(({ num }) => num),
    [0, 9, 7, 8],
  );
});

test('one emitter’s word on a length does not count for another’s', () => {
  const lacking = new Lacking();
  lacking.announced('liar', { ...block(1), bytes: 5 }, 100, 0);
  lacking.announced('a', block(1), 100, 0);
  const [entry] = lacking.due(1000) as [Lacked];
  assert.deepEqual(entry.holders, [
    { name: 'liar', bytes: 5 },
    { name: 'a', bytes: 100 },
  ]);
});

test('each emitter has so many that lack; they are forgotten when nobody needs them, and the room is there again', () => {
  const lacking = new Lacking();
  for (let n = 0; n < BOUNDS.lackedPerEmitter; n++) assert.ok(lacking.announced('a', block(n), 100, 0));
  assert.ok(!lacking.announced('a', block(9_999_999), 100, 0));
  assert.ok(lacking.announced('b', block(9_999_999), 200, 0));
  assert.ok(lacking.announced('a', block(9_999_999), 100, 0), 'a second holder takes no room');
  lacking.delete(block(0).key);
  assert.ok(lacking.announced('a', block(8_888_888), 100, 0));
  lacking.prune(101);
  assert.equal(lacking.size, 1);
  assert.ok(lacking.announced('a', block(1), 300, 0));
});

test('a holder is asked for so many bytes and frames at a time, and passed over when it fails too often', () => {
  const loads = new Loads();
  const holder = { name: 'a', bytes: BOUNDS.bytesPerHolder / 2 };
  for (let n = 0; n < 2; n++) {
    assert.ok(loads.hasRoom(holder));
    loads.began(holder);
  }
  assert.ok(!loads.hasRoom(holder));
  assert.ok(loads.hasRoom({ ...holder, name: 'b' }));
  loads.ended(holder, true, 0);
  assert.ok(loads.hasRoom(holder));
  for (let n = 0; n < BOUNDS.failuresPerSecond; n++) {
    assert.ok(!loads.isFailing(holder, 500));
    loads.began(holder);
    loads.ended(holder, false, 500);
  }
  assert.ok(loads.isFailing(holder, 1499), 'a second from the first of them on, and not of the clock');
  assert.ok(!loads.isFailing(holder, 1500));
  const small = { name: 'c', bytes: 1 };
  for (let n = 0; n < BOUNDS.framesPerHolder; n++) loads.began(small);
  assert.ok(!loads.hasRoom(small));
});

test('changes of who is connected add up to what each emitter said last', () => {
  const words = fc.array(
    fc.record({ from: fc.constantFrom('a', 'b'), members: fc.subarray(['m1', 'm2', 'm3']), silence: fc.nat(2000) }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(words, (said) => {
      const presence = new Presence();
      const up = new Set<string>();
      const last = new Map<string, string[]>();
      const apply = (changes: { signer: string; up: boolean; from: string }[]) => {
        for (const { signer, up: isUp, from } of changes) {
          assert.notEqual(up.has(`${from} ${signer}`), isUp, 'a change changes something');
          if (isUp) up.add(`${from} ${signer}`);
          else up.delete(`${from} ${signer}`);
        }
      };
      let now = 0;
      for (const { from, members, silence } of said) {
        now += silence;
        const { silent, changes } = presence.expire(now);
        apply(changes);
        for (const name of silent) last.delete(name);
        presence.heard(from, now);
        apply(presence.members(from, members));
        last.set(from, members);
        assert.deepEqual(
          [...up].toSorted(),
          [...last].flatMap(([name, list]) => list.map((m) => `${name} ${m}`)).toSorted(),
        );
      }
    }),
    cases(100),
  );
});

test('requests are answered as far as the way takes it: the rest gets an empty answer, and one too many in a second none', async () => {
  const wire = new FakeNats().connect();
  const frame = Buffer.alloc(BOUNDS.frameBytes, 1);
  let reads = 0;
  const desk = new BlockDesk(wire, (key) => {
    reads++;
    return key === KEY ? frame : null;
  });
  const ask = (key: string, at: number) => {
    const answers: number[] = [];
    const respond = (payload: Uint8Array = new Uint8Array()) => answers.push(payload.length) > 0;
    desk.take({ subject: 'x', data: Buffer.from(encodeRequest(key, at)), respond });
    return answers;
  };
  wire.isTaken = false;
  const pieces = Math.ceil(BOUNDS.unsentBytes / (BOUNDS.pieceBytes + 4));
  for (let n = 0; n < pieces; n++) assert.deepEqual(ask(KEY, BOUNDS.pieceBytes), [BOUNDS.pieceBytes + 4]);
  assert.deepEqual(ask(KEY, 0), [0]);
  assert.deepEqual([desk.counts.pieces, desk.counts.busy, reads], [pieces, 1, 1]);
  wire.take();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ask(KEY, 0), [BOUNDS.pieceBytes + 4]);
  assert.deepEqual(ask(`${KEY}00`, 0), [0]);
  assert.deepEqual(ask('x', 0), []);
  assert.deepEqual([desk.counts.absent, desk.counts.malformed], [1, 1]);
  let answered = 0;
  for (let n = 0; n < 3 * BOUNDS.requestsPerSecond; n++) answered += ask(`${KEY}00`, 0).length;
  assert.ok(answered <= 2 * BOUNDS.requestsPerSecond, `${answered} answered`);
});
