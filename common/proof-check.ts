import { canonicalJson, merkleRoot } from './canonical.ts';
import type { EventRecord, PoolEvent, RunStart } from './events.ts';
import { checkpointDigest, endDigest, receiptDigest, rootDigest } from './log-proof.ts';
import { isSignedBy } from './signature.ts';

type Event<T extends PoolEvent['type']> = Extract<PoolEvent, { type: T }>;

/** Candidates remembered until their receipts come, which is within a second. */
const CANDIDATES_KEPT = 20_000;

/** Everything that was signed is signed by the log key of its run, and says what the records say. */
export class ProofCheck {
  /** Whether the newest record is a footer. */
  ended = false;
  private run: RunStart | null = null;
  private isFirst = true;
  /** Hashes of the records of windows that are not closed yet. */
  private readonly leaves = new Map<number, Buffer[]>();
  /** Roots of closed windows that wait for their signature. */
  private readonly roots = new Map<number, string>();
  private readonly closed = new Set<number>();
  private readonly candidates = new Set<string>();

  /** Closed windows without a signed root so far. */
  get unsigned(): number {
    return this.roots.size;
  }

  take(record: EventRecord): string | null {
    const { event, window } = record;
    if (this.ended && event.type !== 'start')
      return 'it stands after the footer of a clean stop and does not begin a run';
    if (event.type === 'start') this.run = runOf(event);
    const why = this.proven(record);
    if (why !== null) return why;
    this.ended = event.type === 'end';
    if (window !== null && !this.closed.has(window)) this.gather(window, record);
    if (event.type === 'candidate') this.remember(event);
    this.isFirst = false;
    return null;
  }

  private proven({ seq, prev, event }: EventRecord): string | null {
    if (event.type === 'checkpoint' && this.isFirst) this.run = event.start;
    const { run } = this;
    if (!isSigned(event)) return null;
    if (run === null) return `a ${event.type} before any start`;
    if (event.signer !== run.logKey) return `its key ${event.signer} is not the log key of its run`;
    const signed = (digest: Buffer) => isSignedBy(digest, event.signature ?? '', event.signer);
    if (event.type === 'end') return signed(endDigest(run, seq - 1, prev)) ? null : BAD_SIGNATURE;
    if (event.type === 'checkpoint') {
      if (canonicalJson(event.start) !== canonicalJson(run)) return 'it tells of another start than the log';
      return signed(checkpointDigest(seq - 1, prev, event.start, event.state)) ? null : BAD_SIGNATURE;
    }
    return event.type === 'root' ? this.root(event, run) : this.receipts(event, run);
  }

  private root({ window, root, signature, signer }: Event<'root'>, run: RunStart): string | null {
    if (this.roots.get(window) !== root) return `it signs another root for window ${window} than its records have`;
    if (!isSignedBy(rootDigest(run, window, root), signature, signer)) return BAD_SIGNATURE;
    this.roots.delete(window);
    return null;
  }

  private receipts({ receipts, signer }: Event<'receipts'>, run: RunStart): string | null {
    for (const receipt of receipts) {
      const place = `slot ${receipt.slot}`;
      const of = candidateKey(receipt, receipt.arrivedAt);
      if (!this.candidates.has(of)) return `its receipt for ${place} is of no candidate in the log`;
      if (!isSignedBy(receiptDigest(run, receipt), receipt.signature, signer)) return `${place}: ${BAD_SIGNATURE}`;
    }
    return null;
  }

  private gather(window: number, { hash, event }: EventRecord): void {
    const leaves = this.leaves.get(window) ?? [];
    this.leaves.set(window, leaves);
    leaves.push(Buffer.from(hash, 'hex'));
    if (event.type !== 'window') return;
    this.closed.add(window);
    this.leaves.delete(window);
    this.roots.set(window, merkleRoot(leaves).toString('hex'));
  }

  private remember(event: Event<'candidate'>): void {
    this.candidates.add(candidateKey(event, event.at));
    for (const oldest of this.candidates) {
      if (this.candidates.size <= CANDIDATES_KEPT) break;
      this.candidates.delete(oldest);
    }
  }
}

const BAD_SIGNATURE = 'its signature is not by its key';

function candidateKey(
  { id, signer, via }: { id: string; signer: string | null; via?: string },
  arrivedAt: number,
): string {
  return `${id}:${signer}:${arrivedAt}:${via ?? ''}`;
}

function runOf({ type: _, at: __, ...run }: Event<'start'>): RunStart {
  return run;
}

type Signed = Event<'root' | 'receipts' | 'checkpoint' | 'end'> & { signature?: string };

function isSigned(event: PoolEvent): event is Signed {
  return ['root', 'receipts', 'checkpoint', 'end'].includes(event.type);
}
