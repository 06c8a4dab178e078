import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../common/agent.ts';
import type { Clock } from '../common/clock.ts';
import { sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { windowOf } from '../common/slot.ts';
import type { Bundles } from './bundles.ts';
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
  /** Hands what was kept to the oracles; null: nobody asked for that. */
  bundles?: Bundles | null;
  clock: Clock;
  logger: Logger;
}

/** Fetches the receipts of all emitters, keeps those that prove something, and tells of the others and of those that lack. */
export class Collector {
  private readonly parts: CollectorParts;
  /** Whether an emitter ever gave a receipt: those that sign no log give none at all, and that is no loss of one. */
  private receives = false;
  /** Addresses of emitters that could not be asked the last time. */
  private readonly silent = new Set<string>();

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
        await this.parts.bundles?.write(this.parts.clock.now());
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
      if (page) this.silent.delete(link.address);
      else this.silent.add(link.address);
      if (!page || page.after <= from) return;
      const sorted = check ? await check.sort(page.receipts) : { good: page.receipts, refused: [] };
      const foreign = this.foreign(link.address, sorted.good);
      const good = sorted.good.filter((receipt) => !foreign.some((other) => other.receipt === receipt));
      const refused = [...sorted.refused, ...foreign];
      store.keep(link.address, { ...page, receipts: good }, refused);
      if (good.length > 0) this.receives = true;
      for (const { slot } of good) this.parts.bundles?.add(windowOf(slot));
      this.tellRefused(link.address, refused);
    }
  }

  /** Receipts by the key of the emitter at another address: they would hide that this one gives none. */
  private foreign(address: string, receipts: Receipt[]): Refused[] {
    const { store, links } = this.parts;
    const owners = new Map(receipts.map(({ emitter }) => [emitter, store.addressOf(emitter)]));
    return receipts.flatMap((receipt) => {
      const owner = owners.get(receipt.emitter);
      // An emitter may have moved.
      if (!owner || owner === address || !links.some((link) => link.address === owner)) return [];
      return { receipt, why: `its key is that of the emitter ${owner}, and each gives its own` };
    });
  }

  private tellRefused(emitter: string, refused: Refused[]): void {
    const [first] = refused;
    if (!first) return;
    const total = this.parts.store.refused(emitter);
    const said = { emitter, refused: refused.length, total, slot: first.receipt.slot };
    this.parts.logger.error(said, `the emitter gave receipts that prove nothing: ${first.why}`);
  }

  private lookForMissing(): void {
    const { store, made, signer, clock, logger, links } = this.parts;
    for (const { window, slots } of made.due(clock.now())) {
      const kept = store.slots(window, signer);
      if (kept.length === 0 && !this.receives) continue;
      const missing = slots.filter((slot) => !kept.includes(slot));
      store.noteMissing(missing, clock.now());
      if (missing.length > 0) logger.warn({ window, missing }, 'no emitter gave a receipt for these slots');
      const received = kept.filter((slot) => slots.includes(slot));
      for (const { address } of links) this.compare(address, window, received);
    }
  }

  /** What one emitter says of a window for which all of them together gave receipts for these slots. */
  private compare(emitter: string, window: number, slots: number[]): void {
    const { store, signer, clock, logger } = this.parts;
    const own = store.slotsOf(emitter, window, signer);
    const missing = slots.filter((slot) => !own.has(slot));
    store.noteMissingAt(emitter, missing, clock.now());
    const why = this.silent.has(emitter) ? 'it could not be asked' : 'others did';
    if (missing.length > 0)
      logger.warn({ emitter, window, missing }, `the emitter ${emitter} gave no receipt for these slots: ${why}`);
    const passedOn = slots.filter((slot) => own.get(slot));
    const by = [...new Set(passedOn.map((slot) => own.get(slot)))].join(', ');
    if (passedOn.length === 0) return;
    const text = `the emitter ${emitter} had these blocks only from ${by}: is the node connected to it?`;
    logger.warn({ emitter, window, passedOn }, text);
  }
}
