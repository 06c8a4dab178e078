import pino from 'pino';
import { firstSlot, slotTime } from '../../common/slot.ts';
import { decodeBlockHeader } from '../../emitter/decode/block.ts';
import { LENGTH_BYTES } from '../../emitter/decode/message.ts';
import { Exchange, type ExchangeParts } from '../../emitter/exchange/exchange.ts';
import type { Kept } from '../../emitter/exchange/messages.ts';
import type { MemberChange } from '../../emitter/exchange/presence.ts';
import type { SealedWords, Wire } from '../../emitter/exchange/wire.ts';
import { rootState, schedule, signBlock, signingKey } from './signed-chain.ts';

const SLOT = firstSlot(1_000_001);
const key = signingKey('alice');
const root = rootState(schedule(5, [['pool', [key]]]), SLOT - 1);

/** A member's block as a frame of so many bytes: right up to its header; what follows is of no meaning. */
export interface TestBlock extends Kept {
  frame: Buffer;
}

export function testBlock(nonce: number, bytes = 0, producer = 'pool', slot = SLOT): TestBlock {
  const { frame: short, header } = signBlock({ parent: root, slot, producer, key, nonce });
  const frame = Buffer.alloc(Math.max(bytes, short.length), nonce);
  short.copy(frame);
  frame.writeUInt32LE(frame.length - LENGTH_BYTES, 0);
  return { key: `${header.id}:${key.id}`, slot, num: header.num, bytes: frame.length, frame };
}

/** Words as they are, of whomever. */
const PLAIN: SealedWords = { seal: (_, text) => text, open: (_, text) => text };

/** An exchange with what stands for the emitter around it. */
export class TestEmitter {
  readonly name: string;
  readonly frames = new Map<string, Buffer>();
  /** Keys, with who gave each and at which monotonic time. */
  readonly received: { key: string; from: string; at: number }[] = [];
  readonly members: MemberChange[] = [];
  readonly faults: string[] = [];
  readonly exchange: Exchange;
  /** Called with each frame that comes. */
  onFrame: (frame: Buffer) => void = () => {};

  /** `blocks`: those that may come, to be known by their bytes. */
  constructor(nats: Wire, name: string, blocks: TestBlock[], other: Partial<ExchangeParts> = {}) {
    this.name = name;
    const byId = new Map(blocks.map((block) => [block.key.slice(0, 64), block]));
    this.exchange = new Exchange({
      ...{ nats, words: PLAIN, pool: 'pool', name, logger: pino({ level: 'silent' }) },
      now: () => slotTime(SLOT),
      has: (key) => this.frames.has(key),
      frameOf: (key) => this.frames.get(key) ?? null,
      onFrame: (frame, from) => {
        this.onFrame(frame);
        const header = decodeBlockHeader(frame);
        const block = header.ok ? byId.get(header.value.id) : undefined;
        if (!block?.frame.equals(frame)) throw new Error('a frame came that no emitter had');
        this.received.push({ key: block.key, from, at: performance.now() });
        this.keep(block);
      },
      onMember: (change) => this.members.push(change),
      onFault: (code) => this.faults.push(code),
      ...other,
    });
  }

  /** A block comes, from its member or another emitter. */
  keep(block: TestBlock): void {
    this.frames.set(block.key, block.frame);
    this.exchange.kept(block);
  }
}
