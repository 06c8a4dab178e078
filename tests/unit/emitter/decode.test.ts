import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Numeric } from 'eosjs';
import { nameToString, stringToName } from '../../../common/name.ts';
import { type BlockHeader, decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { BodyReader } from '../../../emitter/decode/body.ts';
import { decodeHandshake, encodeHandshake, withHead } from '../../../emitter/decode/handshake.ts';
import { frameOf, MESSAGE, messageType } from '../../../emitter/decode/message.ts';
import { ID_LIST, noticeBlockMode } from '../../../emitter/decode/notice.ts';
import { Reader } from '../../../emitter/decode/reader.ts';
import { decodeScheduleExtension } from '../../../emitter/decode/schedule.ts';
import { answerTime } from '../../../emitter/decode/time.ts';
import { cases, fc } from '../../support/property.ts';
import { blockNumber, candidates, chain, key, messages, type VectorBlock } from '../../support/vectors.ts';

function readBody(frame: Buffer, bodyOffset: number): ReturnType<BodyReader['finish']> {
  return new BodyReader(frame, bodyOffset, () => {}).finish();
}

function header(frame: Buffer): BlockHeader {
  const decoded = decodeBlockHeader(frame);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.code);
  return decoded.value;
}

test('headers: id, number, time, producer and signature are what the node says', () => {
  assert.ok(chain.blocks.length > 100);
  for (const block of chain.blocks) {
    assert.equal(messageType(block.frame), MESSAGE.signedBlock);
    const got = header(block.frame);
    const { id, num, previous, slot, confirmed, scheduleVersion, producer } = block;
    assert.deepEqual(
      {
        id: got.id,
        num: got.num,
        previous: got.previous,
        slot: got.slot,
        confirmed: got.confirmed,
        scheduleVersion: got.scheduleVersion,
        producer: nameToString(got.producer),
      },
      { id, num, previous, slot, confirmed, scheduleVersion, producer },
    );
    const { type, bytes: data } = got.signature;
    assert.equal(Numeric.signatureToString({ type, data }), block.signature);
  }
});

test('bodies: number of transactions and billed time are what the node says', () => {
  for (const { frame, transactions, cpuUs } of chain.blocks) {
    const body = readBody(frame, header(frame).bodyOffset);
    assert.ok(body.ok);
    assert.deepEqual([body.value.transactions, body.value.cpuUs], [transactions, cpuUs]);
    assert.ok(body.value.extensionsWellFormed);
  }
  assert.ok(chain.blocks.some(({ transactions }) => transactions === 0));
  assert.ok(chain.blocks.some(({ transactions }) => transactions > 2));
});

test('only the three blocks with a schedule change have one, with the hash the node gives', () => {
  const carriers = chain.blocks.filter(({ frame }) => header(frame).newSchedule !== null);
  assert.deepEqual(
    carriers.map(({ num }) => num),
    [7, 33, 113],
  );
  for (const { frame, state } of carriers) {
    const change = header(frame).newSchedule;
    assert.equal(change?.hash.toString('hex'), state?.scheduleHash);
    assert.equal(change?.schedule.version, state?.pendingVersion);
  }
});

test('schedules: producers in order, all keys of each', () => {
  const schedule = (num: number) =>
    header(blockNumber(num).frame).newSchedule?.schedule.producers.map(({ name, keys }) => [
      nameToString(name),
      keys.toSorted(),
    ]);
  const sorted = (...names: string[]) => names.map(key).toSorted();
  assert.deepEqual(schedule(7), [['bp1', sorted('K1')]]);
  assert.deepEqual(schedule(33), [
    ['bp1', sorted('K1')],
    ['pool', sorted('K2', 'K3')],
  ]);
  assert.deepEqual(schedule(113), [
    ['pool', sorted('K2', 'K3', 'K4')],
    ['bp1', sorted('K1', 'K5')],
  ]);
});

test('a schedule with a WebAuthn key of some other producer can be read', () => {
  const name = Buffer.alloc(8);
  name.writeBigUInt64LE(stringToName('bp1'));
  const webauthn = Buffer.concat([Buffer.from([2]), Buffer.alloc(33, 7), Buffer.from([1, 4]), Buffer.from('site')]);
  const one = Buffer.from([1]);
  const threshold = Buffer.from([0, 1, 0, 0, 0]);
  const weight = Buffer.from([1, 0]);
  const version = Buffer.from([9, 0, 0, 0]);
  const decoded = decodeScheduleExtension(Buffer.concat([version, one, name, threshold, one, webauthn, weight]));
  assert.equal(decoded?.version, 9);
  assert.equal(decoded?.producers[0]?.keys.length, 1);
});

test('handshakes: chain, agent, generation and head', () => {
  const seen = messages.handshake.map(({ from, frame }) => {
    assert.equal(messageType(frame), MESSAGE.handshake);
    const decoded = decodeHandshake(frame);
    assert.ok(decoded.ok);
    const { chainId, agent, nodeId, generation, headNum, headId, libNum } = decoded.value;
    assert.equal(chainId, chain.chainId);
    assert.equal(agent, from);
    assert.equal(nodeId.length, 64);
    assert.equal(Number.parseInt(headId.slice(0, 8), 16), headNum);
    assert.ok(libNum <= headNum);
    return { from, generation };
  });
  assert.ok(seen.some(({ generation }) => generation === 1));
  assert.ok(seen.some(({ generation }) => generation > 1));
});

test('a head can be rewritten without touching another byte', () => {
  const { num, id } = blockNumber(42);
  for (const { frame } of messages.handshake) {
    const before = Buffer.from(frame);
    const old = decodeHandshake(frame);
    assert.ok(old.ok);
    const copy = withHead(frame, old.value.libOffset, num, id);
    assert.deepEqual(frame, before);
    const fresh = decodeHandshake(copy);
    assert.ok(fresh.ok);
    assert.deepEqual(fresh.value, { ...old.value, headNum: num, headId: id });
    const back = withHead(copy, old.value.libOffset, old.value.headNum, old.value.headId);
    assert.deepEqual(back, before);
  }
});

test('an encoded handshake has the layout of a captured one', () => {
  const { frame } = messages.handshake[0] as { frame: Buffer };
  const decoded = decodeHandshake(frame);
  assert.ok(decoded.ok);
  const { chainId, nodeId, libNum, headNum, headId, agent, generation } = decoded.value;
  const libId = frame.subarray(decoded.value.libOffset + 4, decoded.value.libOffset + 36).toString('hex');
  const networkVersion = frame.readUInt16LE(5);
  const timeNs = frame.readBigInt64LE(5 + 2 + 32 + 32 + 34);
  const reader = new Reader(frame, 5 + 2 + 64 + 34 + 8 + 32 + 66);
  const p2pAddress = reader.text();
  const fields = { networkVersion, chainId, nodeId: Buffer.from(nodeId, 'hex'), timeNs, p2pAddress };
  const own = encodeHandshake({ ...fields, libNum, libId, headNum, headId, agent, generation });
  // A node without peer keys still sends a token and a signature only when it has a key: both are empty here.
  assert.equal(own.toString('hex'), frame.toString('hex'));
});

test('notices: the mode of the block list', () => {
  const modes = messages.notice.map(({ frame }) => noticeBlockMode(frame));
  for (const mode of modes) assert.ok(mode !== null && Object.values<number>(ID_LIST).includes(mode), `mode ${mode}`);
  assert.ok(modes.includes(ID_LIST.lastIrreversible) || modes.includes(ID_LIST.catchUp));
  for (const { frame } of messages.notice) {
    // By hand: transaction list mode and pending, no ids; block list mode.
    assert.equal(frame[13], 0);
    assert.equal(noticeBlockMode(frame), frame.readUInt32LE(14));
  }
});

test('time: a question gets an answer with its transmit time as origin, an answer gets none', () => {
  const answered = messages.time.map(({ frame }) => answerTime(frame, 5_000_000n));
  assert.ok(answered.some((answer) => answer === null));
  assert.ok(answered.some((answer) => answer !== null));
  for (const [i, { frame }] of messages.time.entries()) {
    const [org, xmt] = [frame.readBigInt64LE(5), frame.readBigInt64LE(21)];
    const answer = answered[i];
    assert.equal(answer === null, org !== 0n);
    if (!answer) continue;
    assert.equal(answer.length, frame.length);
    assert.equal(messageType(answer), MESSAGE.time);
    assert.equal(answer.readBigInt64LE(5), xmt);
    assert.equal(answer.readBigInt64LE(13), 5_000_000n);
    assert.equal(answerTime(answer, 6_000_000n), null);
  }
});

const blockKinds: [string, VectorBlock][] = [
  ['empty', chain.blocks.find(({ transactions }) => transactions === 0) as VectorBlock],
  ['with transactions', chain.blocks.find(({ transactions }) => transactions > 1) as VectorBlock],
  ['with new_producers', blockNumber(7)],
  ['with a schedule extension', blockNumber(113)],
];

for (const [kind, { frame }] of blockKinds) {
  test(`each truncation of a block ${kind} gives a code`, () => {
    const { bodyOffset, id } = header(frame);
    for (let end = 0; end < frame.length; end++) {
      const cut = Buffer.from(frame.subarray(0, end));
      const decoded = decodeBlockHeader(cut);
      assert.equal(decoded.ok, end >= bodyOffset, `at ${end}`);
      if (!decoded.ok) {
        assert.match(decoded.code, /^[a-z_]+$/);
        continue;
      }
      assert.equal(decoded.value.id, id);
      assert.deepEqual(readBody(cut, bodyOffset), { ok: false, code: 'bad_block_body' });
    }
    const longer = Buffer.concat([frame, Buffer.from([0])]);
    assert.deepEqual(readBody(longer, bodyOffset), { ok: false, code: 'bad_block_body' });
  });
}

test('a block signed with two keys is read: the second signature is in a block extension', () => {
  const twice = candidates.filter(({ keys }) => keys.length === 2);
  assert.equal(twice.length, 12);
  for (const { frame } of twice) {
    const body = readBody(frame, header(frame).bodyOffset);
    assert.ok(body.ok && body.value.extensionsWellFormed);
    assert.equal(body.value.additionalSignatures.length, 1);
  }
});

test('each truncation of another message gives a code or null, never a throw', () => {
  for (const { frame } of Object.values(messages).flat()) {
    for (let end = 0; end < frame.length; end++) {
      const cut = Buffer.from(frame.subarray(0, end));
      messageType(cut);
      if (messageType(frame) === MESSAGE.handshake) assert.equal(decodeHandshake(cut).ok, false, `at ${end}`);
      if (messageType(frame) === MESSAGE.time && end < 29) assert.equal(answerTime(cut, 1n), null);
      if (messageType(frame) === MESSAGE.notice && end < 18) assert.equal(noticeBlockMode(cut), null);
    }
  }
});

const frames = [...chain.blocks, ...candidates, ...Object.values(messages).flat()].map(({ frame }) => frame);

/** Every decoder on one frame, whatever its type. */
function decodeAll(frame: Buffer): void {
  const block = decodeBlockHeader(frame);
  if (block.ok) readBody(frame, block.value.bodyOffset);
  else assert.match(block.code, /^[a-z_]+$/);
  const handshake = decodeHandshake(frame);
  if (handshake.ok) withHead(frame, handshake.value.libOffset, 1, '00'.repeat(32));
  noticeBlockMode(frame);
  answerTime(frame, 1n);
  decodeScheduleExtension(frame.subarray(5));
}

test('mutated frames never make a decoder throw', () => {
  const edit = fc.record({ at: fc.nat(), byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)) });
  const edits = fc.array(edit, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(), edits, fc.nat(), (which, changes, cut) => {
      const frame = Buffer.from(frames[which % frames.length] as Buffer);
      for (const { at, byte } of changes) frame[4 + (at % Math.min(frame.length - 4, 400))] = byte;
      decodeAll(frame);
      decodeAll(frame.subarray(0, cut % frame.length));
    }),
    cases(10_000),
  );
});

test('noise never makes a decoder throw', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.uint8Array({ maxLength: 600 }), (type, bytes) => {
      decodeAll(frameOf(type, Buffer.from(bytes)));
      decodeAll(Buffer.from(bytes));
    }),
    cases(5000),
  );
});

test('a changed header byte changes the id', () => {
  const { frame } = blockNumber(33);
  const { id, bodyOffset } = header(frame);
  const signature = 66;
  for (let at = 5; at < bodyOffset - signature; at++) {
    const changed = Buffer.from(frame);
    changed[at] = (changed[at] as number) ^ 1;
    const decoded = decodeBlockHeader(changed);
    if (decoded.ok) assert.notEqual(decoded.value.id, id, `at ${at}`);
  }
});

test('hostile counts end at once', () => {
  const [[, { frame }]] = blockKinds as [[string, VectorBlock]];
  const { bodyOffset } = header(frame);
  const many = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]);
  const started = process.cpuUsage();
  const body = Buffer.concat([frame.subarray(0, bodyOffset), many, Buffer.alloc(1000)]);
  assert.equal(readBody(body, bodyOffset).ok, false);
  const extensions = Buffer.concat([frame.subarray(0, bodyOffset - 67), many, Buffer.alloc(1000)]);
  assert.equal(decodeBlockHeader(extensions).ok, false);
  assert.equal(decodeScheduleExtension(Buffer.concat([Buffer.alloc(4), many, Buffer.alloc(1000)])), null);
  const { user, system } = process.cpuUsage(started);
  assert.ok(user + system < 500_000, 'to try each of 2^32 would take many seconds');
});

test('varuint: seven bits a byte, at most five, not above 32 bits', () => {
  const read = (...bytes: number[]) => {
    const reader = new Reader(Buffer.from(bytes));
    const value = reader.varuint();
    return reader.failed ? null : value;
  };
  assert.equal(read(0), 0);
  assert.equal(read(0x7f), 127);
  assert.equal(read(0x80, 1), 128);
  assert.equal(read(0xff, 0xff, 0xff, 0xff, 0x0f), 0xffff_ffff);
  assert.equal(read(0xff, 0xff, 0xff, 0xff, 0x1f), null);
  assert.equal(read(0x80, 0x80, 0x80, 0x80, 0x80, 0), null);
  assert.equal(read(0x80, 0), null, 'a longer form than needed');
  assert.equal(read(0xff, 0x80, 0), null, 'a longer form than needed');
  assert.equal(read(0x80), null);
  assert.equal(read(), null);
});

test('a reader that failed gives zeros from then on', () => {
  const reader = new Reader(Buffer.from([1, 2, 3]));
  assert.equal(reader.u32(), 0);
  assert.ok(reader.failed);
  assert.equal(reader.u8(), 0);
  assert.equal(reader.u64(), 0n);
  assert.equal(reader.view(1).length, 0);
  assert.equal(reader.text(), '');
  assert.equal(reader.done, false);
});
