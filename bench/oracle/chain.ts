import { sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotInWindow, windowOf } from '../../common/slot.ts';
import type { BlockRef, OracleChain } from '../../oracle/source/chain.ts';
import { FIRST_WINDOW, memberName, numberOf, POOL, PRODUCERS, windowOfPlace } from './day.ts';
import type { DayFile } from './write.ts';

/** The chain of a day that bench/oracle/write.ts wrote: what an oracle asks its node for, in memory. */
export function chainOf(day: DayFile): OracleChain {
  const last = windowOfPlace(day.windows - 1);
  /** The slots that were missed are the pool's last ones: blocks after them have lower numbers than their slots would. */
  const gap = lastSlot(last) - day.missed;
  const block = async (num: number): Promise<BlockRef> => {
    const straight = num - numberOf(0);
    const slot = straight > gap ? straight + day.missed : straight;
    return { num, id: idOf(day, slot), slot, producer: producerOf(slot), scheduleVersion: 7 };
  };
  const refuse = () => Promise.reject(new PoolError('chain', 'the bench sends nothing'));
  return {
    block,
    chainId: async () => day.chain,
    irreversible: () => block(numberOf(firstSlot(last + 3)) - day.missed),
    schedule: async () => ({ version: 7, producers: Array.from({ length: PRODUCERS }, (_, i) => producerOf(i * 12)) }),
    config: async () => ({ ...CONFIG, producer: POOL }),
    seats: async () => day.keys.map((_, index) => ({ index, account: memberName(index), since: 1, until: 0 })),
    signers: async () => new Map(day.keys.map((key, i) => [key, memberName(i)])),
    emitters: async () => [{ account: 'emitter1', key: day.logKey }],
    votedMode: async () => ({ fromWindow: 0, mode: 'propose' }),
    settled: async () => null,
    ownReport: async () => null,
    openReports: async () => [],
    signReport: refuse,
    push: refuse,
  };
}

const CONFIG = {
  ...{ phase: 1, eligiblePercent: 50, deadlineSeconds: 86_400, disputeSeconds: 3600, pausedUntil: 0, harvested: true },
  ...{ lastWindow: 0, closingThrough: 0, closingSettledAt: 0, closedThrough: 0 },
};

function producerOf(slot: number): string {
  const turn = (windowOf(slot) - FIRST_WINDOW) % PRODUCERS;
  return turn === 0 ? POOL : `producer${turn}`;
}

/** Of the pool's blocks as they left; of the others any. */
function idOf({ emitted, windows }: DayFile, slot: number): string {
  const place = (windowOf(slot) - FIRST_WINDOW) / PRODUCERS;
  const known = Number.isInteger(place) && place >= 0 && place < windows;
  const id = known ? emitted[place * SLOTS_PER_WINDOW + slotInWindow(slot)] : undefined;
  return id ?? sha256(`block of slot ${slot}`).toString('hex');
}
