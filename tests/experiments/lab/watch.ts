import { slotTime } from '../../../common/slot.ts';
import type { BlockHeader } from '../../../emitter/decode/block.ts';
import { blockOf, type Pool } from './pool.ts';

export interface SeenBlock {
  header: BlockHeader;
  /** ms since 1970. */
  at: number;
  /** ms before the slot's time. */
  lead: number;
}

/** Notes what members propose and what the emitter lets out, by looking at the connections. */
export class Watch {
  readonly candidates: (SeenBlock & { member: string })[] = [];
  readonly emissions: SeenBlock[] = [];

  constructor(pool: Pool) {
    for (const { node, proxy } of pool.members) {
      proxy.taps.add((frame, way, _link, at) => {
        const header = way === 'up' ? blockOf(frame) : null;
        if (!header?.pool || this.candidates.some((c) => c.header.id === header.id && c.member === node.name)) return;
        this.candidates.push({ ...seen(header, at), member: node.name });
      });
    }
    pool.toRelay.taps.add((frame, way, _link, at) => {
      const header = way === 'up' ? blockOf(frame) : null;
      if (header?.pool) this.emissions.push(seen(header, at));
    });
  }

  /** A member's proposal for a slot. */
  candidate(member: string, slot: number) {
    return this.candidates.find((c) => c.member === member && c.header.slot === slot);
  }

  /** The newest emission for a slot. */
  emission(slot: number): SeenBlock | undefined {
    return this.emissions.findLast(({ header }) => header.slot === slot);
  }
}

function seen(header: BlockHeader, at: number): SeenBlock {
  return { header, at, lead: slotTime(header.slot) - at };
}
