import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../common/clock.ts';
import { sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import type { EmitterLink } from './link.ts';
import type { MadeSlots } from './made.ts';
import type { ReceiptCheck, Refused } from './receipt-check.ts';
import type { ReceiptStore } from './receipts.ts';

const EVERY_MS = 2000;
/** An emitter that has no end of receipts keeps the others' from being read for so many requests. */
const PAGES_AT_ONCE = 50;

export interface CollectorParts {
  links: Pick<EmitterLink, 'address' | 'receipts'>[];
  store: ReceiptStore;
  /** null: what comes is kept as it is. */
  check: ReceiptCheck | null;
  made: MadeSlots;
  /** The member's own signing key, "type:hex". */
  signer: string;
  clock: Clock;
  logger: Logger;
}

/** Fetches the receipts of all emitters, keeps those that prove something, and tells of the others and of those that lack. */
export class Collector {
  private readonly parts: CollectorParts;
  /** Whether an emitter ever gave a receipt: those that sign no log give none at all, and that is no loss of one. */
  private receives = false;

  constructor(parts: CollectorParts) {
    this.parts = parts;
  }

  /** Runs until aborted. */
  async run(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await sleep(EVERY_MS, undefined, { signal: ended }).catch(() => {});
      try {
        for (const link of this.parts.links) await this.collect(link);
        this.lookForMissing();
      } catch (thrown) {
        this.parts.logger.error(sentence(thrown));
      }
    }
  }

  private async collect(link: CollectorParts['links'][number]): Promise<void> {
    const { store, check } = this.parts;
    for (let pages = 0; pages < PAGES_AT_ONCE; pages++) {
      const from = store.readUpTo(link.address);
      const page = await link.receipts(from);
      if (!page || page.after <= from) return;
      const { good, refused } = check ? await check.sort(page.receipts) : { good: page.receipts, refused: [] };
      store.keep(link.address, { ...page, receipts: good }, refused);
      if (good.length > 0) this.receives = true;
      this.tellRefused(link.address, refused);
    }
  }

  private tellRefused(emitter: string, refused: Refused[]): void {
    const [first] = refused;
    if (!first) return;
    const total = this.parts.store.refused(emitter);
    const said = { emitter, refused: refused.length, total, slot: first.receipt.slot };
    this.parts.logger.error(said, `the emitter gave receipts that prove nothing: ${first.why}`);
  }

  private lookForMissing(): void {
    const { store, made, signer, clock, logger } = this.parts;
    for (const { window, slots } of made.due(clock.now())) {
      const kept = store.slots(window, signer);
      if (kept.length === 0 && !this.receives) continue;
      const missing = slots.filter((slot) => !kept.includes(slot));
      store.noteMissing(missing, clock.now());
      if (missing.length > 0) logger.warn({ window, missing }, 'no emitter gave a receipt for these slots');
    }
  }
}
