import { PoolError, sentence } from '../../../common/errors.ts';
import type { Logger } from '../../../common/logger.ts';
import type { ActionHint, LibHint } from './messages.ts';

/** Hints that wait for their block to be irreversible: hours of a pool's reports. */
const MOST_PENDING = 1000;
/** Hints that are known when they come again. */
const MOST_KNOWN = 2000;

/** The oracle's own node, as far as hints are checked by it. */
export interface HintWitness {
  transactionsOf(num: number): Promise<Set<string>>;
  block(num: number): Promise<{ id: string }>;
}

export interface HintCounts {
  /** Hints that came, each counted once, and how often one came again. */
  items: number;
  repeated: number;
  /** By the node's irreversible block: in it; not in it; not to be known, for the node does not have that block. */
  confirmed: number;
  refuted: number;
  unknown: number;
  /** Not kept, because too many waited. */
  dropped: number;
  pending: number;
}

/** Holds every hint against the node's own block, once that is irreversible. */
export class HintCheck {
  readonly counts: HintCounts = { items: 0, repeated: 0, confirmed: 0, refuted: 0, unknown: 0, dropped: 0, pending: 0 };
  private readonly node: HintWitness;
  private readonly logger: Logger;
  private readonly pending = new Map<string, ActionHint | LibHint>();
  private readonly known = new Set<string>();
  private checking = false;

  constructor(node: HintWitness, logger: Logger) {
    this.node = node;
    this.logger = logger;
  }

  /** Whether it is new. */
  note(hint: ActionHint | LibHint): boolean {
    const key = hint.kind === 'lib' ? `lib ${hint.num} ${hint.id}` : `${hint.num} ${hint.trx} ${hint.ordinal}`;
    if (this.known.has(key)) {
      this.counts.repeated++;
      return false;
    }
    this.remember(key);
    this.counts.items++;
    if (this.pending.size >= MOST_PENDING) this.counts.dropped++;
    else this.pending.set(key, hint);
    this.counts.pending = this.pending.size;
    return true;
  }

  /** Checks what stands in blocks up to the node's last irreversible one. Never throws: what could not be asked waits. */
  async settle(irreversible: number): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try {
      for (const [key, hint] of this.pending) {
        if (hint.num > irreversible) continue;
        this.count(hint, await this.isThere(hint));
        this.pending.delete(key);
      }
    } catch (thrown) {
      this.logger.debug(`hints wait: ${sentence(thrown)}`);
    } finally {
      this.checking = false;
      this.counts.pending = this.pending.size;
    }
  }

  /** null when the node refuses to give that block. */
  private async isThere(hint: ActionHint | LibHint): Promise<boolean | null> {
    try {
      if (hint.kind === 'lib') return (await this.node.block(hint.num)).id === hint.id;
      return (await this.node.transactionsOf(hint.num)).has(hint.trx);
    } catch (thrown) {
      if (thrown instanceof PoolError && thrown.code === 'chain') return null;
      throw thrown;
    }
  }

  private count(hint: ActionHint | LibHint, isThere: boolean | null): void {
    if (isThere === null) this.counts.unknown++;
    else if (isThere) this.counts.confirmed++;
    else {
      this.counts.refuted++;
      const what = hint.kind === 'lib' ? `the irreversible block ${hint.id}` : `a report in transaction ${hint.trx}`;
      this.logger.warn(
        { block: hint.num },
        `Hyperion told of ${what}, and the node's irreversible block ${hint.num} is without it`,
      );
    }
  }

  private remember(key: string): void {
    this.known.add(key);
    if (this.known.size <= MOST_KNOWN) return;
    const [oldest] = this.known;
    this.known.delete(oldest as string);
  }
}
