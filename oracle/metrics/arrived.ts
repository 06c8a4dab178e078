import type { PoolEvent } from '../../common/events.ts';
import { SLOTS_PER_WINDOW, slotInWindow } from '../../common/slot.ts';
import { letterOf } from './reasons.ts';
import { mostCommon } from './several.ts';
import { STANDING, type Standing } from './standing.ts';

type Candidate = Extract<PoolEvent, { type: 'candidate' }>;

/** What a block holds and costs. */
export interface Load {
  transactions: number;
  bytes: number;
  cpuUs: number;
}

/** A member's block for a slot, as the logs have it. */
interface Arrived {
  id: string;
  signer: string;
  /** The earliest that a log says, ms since 1970. */
  at: number;
  standing: Standing;
  /** As each record of it says. */
  loads: Load[];
}

/** More is made up: a frame has 8 MiB at most, and what is added up must stay an integer. */
const MOST = 99_999_999;

/** Blocks that came from the members in one window, by slot; and why others were refused. */
export class ArrivedBlocks {
  private readonly blocks = new Map<string, Arrived[][]>();
  private readonly letters = new Map<string, string[]>();

  /** Of a slot of the window, by the member whose key signed it. */
  note(account: string, event: Candidate, standing: Standing): void {
    const k = slotInWindow(event.slot);
    if (standing === STANDING.invalid) return this.refuse(account, k, letterOf(event.reason));
    const slots = this.blocks.get(account) ?? Array.from({ length: SLOTS_PER_WINDOW }, (): Arrived[] => []);
    this.blocks.set(account, slots);
    const blocks = slots[k] as Arrived[];
    const { id, at } = event;
    const signer = event.signer ?? '';
    const load = loadOf(event);
    const known = blocks.find((block) => block.id === id && block.signer === signer);
    if (!known) {
      blocks.push({ id, signer, at, standing, loads: [load] });
      return;
    }
    known.at = Math.min(known.at, at);
    known.standing = Math.max(known.standing, standing) as Standing;
    known.loads.push(load);
  }

  /**
   * The one block that counts of slot k of a member, which stands so: that on the final chain, else the earliest, of equally early ones the
   * one with the smaller id, then key. Null when no log has one.
   */
  counted(account: string, k: number, standing: Standing, onChain: string | undefined): ({ at: number } & Load) | null {
    const all = this.blocks.get(account)?.[k] ?? [];
    const some = all.filter(({ id }) => id === onChain);
    const [first] = (some.length > 0 ? some : all.filter((block) => block.standing === standing)).sort(inOrder);
    return first ? { at: first.at, ...agreed(first.loads) } : null;
  }

  /** Letter of why slot k is invalid: of several the first in the alphabet. */
  letter(account: string, k: number): string {
    return this.letters.get(account)?.[k] ?? letterOf(null);
  }

  private refuse(account: string, k: number, letter: string): void {
    const letters = this.letters.get(account) ?? [];
    this.letters.set(account, letters);
    const known = letters[k];
    if (known === undefined || letter < known) letters[k] = letter;
  }
}

function loadOf({ transactions, bytes, cpuUs }: Candidate): Load {
  return { transactions: bounded(transactions), bytes: bounded(bytes), cpuUs: bounded(cpuUs) };
}

/** What most records of a block say. */
function agreed(loads: Load[]): Load {
  const [only] = loads;
  if (only && loads.length === 1) return only;
  const texts = loads.map(({ transactions, bytes, cpuUs }) => `${transactions} ${bytes} ${cpuUs}`);
  const [transactions = 0, bytes = 0, cpuUs = 0] = (mostCommon(texts) ?? '').split(' ').map(Number);
  return { transactions, bytes, cpuUs };
}

function inOrder(a: Arrived, b: Arrived): number {
  if (a.at !== b.at) return a.at - b.at;
  const [left, right] = [`${a.id} ${a.signer}`, `${b.id} ${b.signer}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function bounded(value: number): number {
  return Math.min(MOST, Math.max(0, value));
}
