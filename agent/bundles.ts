import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { makeFolder } from '../common/make-folder.ts';
import { bundleText, type GivenReceipt, type ReceiptBundle } from '../common/receipt-bundle.ts';
import { lastSlot, SLOT_MS, slotTime } from '../common/slot.ts';

/** Receipts are out within a second and read every two; one that comes later makes the bundle anew. */
const AFTER_MS = 4000;
/** Windows of which bundles are kept: an epoch and the time to dispute it, of a pool among 21 producers. */
const MOST_FILES = 3000;

export interface BundlesParts {
  dir: string;
  /** The receipts of a window, as they are now. */
  receipts(window: number): GivenReceipt[];
  sign(window: number, receipts: GivenReceipt[]): Promise<ReceiptBundle>;
  logger: Logger;
}

/** Writes a signed bundle of each window's receipts where oracles read it: in a folder on the same machine, or one that a web server shows. */
export class Bundles {
  private readonly parts: BundlesParts;
  private readonly waiting = new Set<number>();

  constructor(parts: BundlesParts) {
    this.parts = parts;
  }

  /** There are new receipts of this window. */
  add(window: number): void {
    this.waiting.add(window);
  }

  /** Writes those of windows that are over. What cannot be written is told and tried again. */
  async write(nowMs: number): Promise<void> {
    const due = [...this.waiting].filter((window) => nowMs > slotTime(lastSlot(window)) + SLOT_MS + AFTER_MS);
    for (const window of due) {
      try {
        await this.writeOne(window);
        this.waiting.delete(window);
      } catch (thrown) {
        this.parts.logger.error(
          { window },
          `the receipts of window ${window} are not handed over: ${sentence(thrown)}`,
        );
        return;
      }
    }
    if (due.length > 0) this.makeRoom();
  }

  private async writeOne(window: number): Promise<void> {
    const { dir, receipts, sign } = this.parts;
    const text = bundleText(await sign(window, receipts(window)));
    const file = path.join(dir, `${window}.json`);
    makeFolder(dir);
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }

  private makeRoom(): void {
    const { dir } = this.parts;
    const windows = readdirSync(dir).flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
    const old = windows.sort((a, b) => b - a).slice(MOST_FILES);
    for (const window of old) rmSync(path.join(dir, `${window}.json`), { force: true });
  }
}
