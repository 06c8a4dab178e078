import type { SignedHeader } from '../../common/events.ts';
import { windowOf } from '../../common/slot.ts';
import type { BlockHeader } from '../decode/block.ts';
import { LIMITS } from '../limits.ts';
import { signerEvidence } from './evidence.ts';
import type { HeaderState } from './header-tree.ts';

/** Two different blocks that one key signed for one slot on one parent. */
export interface Equivocation {
  first: SignedHeader;
  second: SignedHeader;
}

interface Entry {
  slot: number;
  first: SignedHeader;
  told: boolean;
}

/** The first header of each key, slot and parent, of the newest windows. */
export class SignedHeaders {
  private readonly entries = new Map<string, Entry>();

  /**
   * Notes a verified block. Gives null for the first one and for the same again, else what to say: the evidence, once for
   * each place, and `again` for further blocks there.
   */
  note(header: BlockHeader, frame: Buffer, signer: string, state: HeaderState): Equivocation | 'again' | null {
    const { id, slot, previous } = header;
    const key = `${signer}:${slot}:${previous}`;
    const entry = this.entries.get(key);
    if (entry?.first.id === id) return null;
    const signed = { id, ...signerEvidence(frame, header, state) };
    if (!entry) {
      this.entries.set(key, { slot, first: signed, told: false });
      for (const oldest of this.entries.keys()) {
        if (this.entries.size <= LIMITS.signedHeaders) break;
        this.entries.delete(oldest);
      }
      return null;
    }
    if (entry.told) return 'again';
    entry.told = true;
    return { first: entry.first, second: signed };
  }

  /** Forgets a window and those before it. */
  prune(window: number): void {
    for (const [key, { slot }] of this.entries) if (windowOf(slot) <= window) this.entries.delete(key);
  }
}
