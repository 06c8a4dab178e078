import { stringToName } from '../../common/name.ts';
import { slotTime, windowOf } from '../../common/slot.ts';
import { decodeBlockHeader } from '../../emitter/decode/block.ts';
import { BodyReader } from '../../emitter/decode/body.ts';
import { decodeHandshake, withHead } from '../../emitter/decode/handshake.ts';
import { LENGTH_BYTES } from '../../emitter/decode/message.ts';
import { noticeBlockMode } from '../../emitter/decode/notice.ts';
import { decodeScheduleExtension } from '../../emitter/decode/schedule.ts';
import { answerTime } from '../../emitter/decode/time.ts';
import { LIMITS } from '../../emitter/limits.ts';
import { type LinkContext, MemberLink } from '../../emitter/relay/member-link.ts';
import { Framer } from '../../emitter/session/framer.ts';
import { HeaderTree } from '../../emitter/verify/header-tree.ts';
import { Intake } from '../../emitter/verify/intake.ts';
import { fromRpc } from '../../emitter/verify/seed.ts';
import { FakeSocket } from '../support/fake-socket.ts';
import { blockNumber, chain } from '../support/vectors.ts';

/**
 * Something that takes a peer's bytes. It throws when a rule is broken: not for bad bytes, which are a result. Those that live on
 * keep their state over many inputs, as the emitter does, so that growth shows.
 */
export interface Target {
  name: string;
  /** How often it is taken, against the others. */
  share: number;
  run(bytes: Buffer): void;
}

/** Every target, with a state of its own. */
export function targets(): Target[] {
  return [
    { name: 'header', share: 30, run: header },
    { name: 'handshake', share: 10, run: handshake },
    { name: 'small', share: 10, run: small },
    { name: 'schedule', share: 10, run: (bytes) => void decodeScheduleExtension(bytes) },
    { name: 'framer', share: 15, run: framer },
    { name: 'intake', share: 10, run: intake() },
    { name: 'link', share: 15, run: link() },
  ];
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function header(bytes: Buffer): void {
  const decoded = decodeBlockHeader(bytes);
  if (!decoded.ok) return must(decoded.code.length > 0, 'a refusal has a code');
  const { id, num, previous, bodyOffset, digest } = decoded.value;
  must(bodyOffset <= bytes.length && digest.length === 32, 'a header lies in its frame');
  must(
    id.length === 64 && previous.length === 64 && Number.parseInt(id.slice(0, 8), 16) === num,
    'an id begins with the number',
  );
  const body = new BodyReader(bytes, bodyOffset, () => {}).finish();
  if (body.ok)
    must(Number.isSafeInteger(body.value.cpuUs) && body.value.transactions <= bytes.length, 'a body is of this size');
}

function handshake(bytes: Buffer): void {
  const decoded = decodeHandshake(bytes);
  if (!decoded.ok) return;
  const { libOffset } = decoded.value;
  const again = decodeHandshake(withHead(bytes, libOffset, 77, 'ab'.repeat(32)));
  must(
    again.ok && again.value.headNum === 77 && again.value.headId === 'ab'.repeat(32),
    'another head can be written in',
  );
}

function small(bytes: Buffer): void {
  const mode = noticeBlockMode(bytes);
  must(mode === null || Number.isInteger(mode), 'a notice has a mode or none');
  const answer = answerTime(bytes, 1n);
  must(answer === null || answer.length === LENGTH_BYTES + 33, 'an answer is a time message');
}

/** The input as a stream, in chunks cut where its own bytes say; what comes out is what went in. */
function framer(bytes: Buffer): void {
  let out = 0;
  const framed = new Framer(LIMITS.frameBytes, (frame) => {
    must(frame.readUInt32LE(0) === frame.length - LENGTH_BYTES, 'a frame has its length in front');
    out += frame.length;
  });
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + (bytes[at] as number) * 3;
    framed.push(bytes.subarray(at, at + size));
    at += size;
  }
  if (!framed.problem) must(out + framed.pending === bytes.length, 'no byte is lost');
  must(framed.pending <= bytes.length, 'no more is held than came in');
}

/** One intake for all inputs, with sessions that come and go, over the captured chain's header states. */
function intake(): Target['run'] {
  const tree = new HeaderTree(LIMITS.headerStates);
  for (const { seed, blocks } of chain.runs) {
    tree.add(fromRpc(seed, 'fuzz'));
    for (const { frame } of blocks) {
      const decoded = decodeBlockHeader(frame);
      if (decoded.ok) tree.follow(decoded.value);
    }
  }
  let box = new Intake<number>(tree);
  let taken = 0;
  return (bytes) => {
    const decoded = decodeBlockHeader(bytes);
    if (!decoded.ok) return;
    const session = taken % 7;
    const { slot } = decoded.value;
    const arrival = { session, frame: Buffer.from(bytes), header: decoded.value, at: slotTime(slot), monotonic: 0 };
    const outcomes = box.take(arrival);
    must(outcomes.length <= LIMITS.orphans + 1, 'no more outcomes than arrivals');
    must(tree.size <= LIMITS.headerStates, 'the tree keeps its bound');
    if (++taken % 5000 === 0) box.forget(session);
    if (taken % 2000 === 0) must(box.expire(windowOf(0xffffffff)).length <= LIMITS.orphans, 'orphans keep their bound');
    if (taken % 100_000 === 0) box = new Intake<number>(tree);
  };
}

/** A member's link until it is closed, then a new one. Each input is frames, their first bits telling which side they come from. */
function link(): Target['run'] {
  const tip = blockNumber(40);
  const window = windowOf(blockNumber(41).slot);
  const pool = stringToName('pool');
  let now = slotTime(blockNumber(41).slot);
  let open: { link: MemberLink; member: FakeSocket; relay: FakeSocket } | null = null;
  let ended = 0;
  let frames = 0;
  const shown: { id: string; slot: number; frame: Buffer }[] = [];
  const context: LinkContext = {
    pool,
    now: () => now,
    isPoolWindow: (one) => one % 2 === window % 2,
    publicTip: () => ({ num: tip.num, id: tip.id }),
    isPrivate: (id) => id.endsWith('7'),
    isKnown: () => false,
    onAsked: () => {},
    branch: (one) => shown.filter(({ slot }) => windowOf(slot) === one),
    upTo: () => [],
    mayProduce: () => true,
    relayHead: () => Promise.reject(new Error('gone')),
    headerOf: () => null,
    onPartialBlock: (_, frame, filled) => must(filled <= frame.length, 'no more than the frame has come'),
    onRelayLost: () => {},
    onDropped: () => {},
    onCandidate: () => must(ended === 0, 'nothing counts after the end'),
    onPublicBlock: (frame, { id, slot, producer }) => {
      if (producer === pool && shown.push({ id, slot, frame: Buffer.from(frame) }) > 24) shown.shift();
    },
    onFault: (_, code) => must(code.length > 0, 'a fault has a code'),
    onClose: () => {
      ended++;
      open = null;
    },
  };
  const begin = () => {
    const [member, relay] = [new FakeSocket(), new FakeSocket()];
    ended = 0;
    frames = 0;
    return { link: new MemberLink(1, member.asSocket(), () => relay.asSocket(), context), member, relay };
  };
  return (bytes) => {
    open ??= begin();
    const { member, relay } = open;
    const side = (bytes[bytes.length - 1] ?? 0) & 1 ? member : relay;
    now += (bytes[0] ?? 0) * 4;
    const cut = new Framer(LIMITS.frameBytes, (frame) => side.arrive(frame));
    if (cut.push(bytes)) open?.link.close('bad frame');
    must(ended <= 1, 'a link ends once');
    // Real sockets hand bytes on; what the fakes keep is no growth of the emitter's.
    member.sent.length = 0;
    relay.sent.length = 0;
    if (open && ++frames >= 20_000) open.link.close('long enough');
  };
}
