import { sentence } from '../../common/errors.ts';
import type { EventRecord, PoolEvent, Receipt, RunStart } from '../../common/events.ts';
import { checkpointDigest, endDigest, receiptDigest, rootDigest } from '../../common/log-proof.ts';
import { toPlain } from '../../common/plain.ts';
import { type SigningKey, signText } from '../../common/signature.ts';
import { windowOf } from '../../common/slot.ts';
import { windowRoot } from '../../common/window-root.ts';
import { LIMITS } from '../limits.ts';
import type { Journal } from './journal.ts';

/** What the notary needs of the store beside the journal's appends. */
export interface SignedStore {
  readonly lastSeq: number;
  readonly lastHash: string;
  window(window: number): EventRecord[];
  /** Windows that were closed after the newest signed root, in order. */
  unsignedWindows(): number[];
  /** Candidates without a receipt, oldest first; of more than `limit` the newest. */
  unreceipted(limit: number): EventRecord[];
  /** Records of receipts after a sequence number, at most `limit`. */
  receipts(after: number, limit: number): EventRecord[];
  /**
   * Deletes what comes before the newest `keep` closed windows, from a checkpoint back, up to the sequence number `kept`; gives the number of
   * records.
   */
  prune(keep: number, kept: number): number;
  /** Deletes the oldest records, from one checkpoint to the next, until the rest fits; gives the number of records. */
  pruneTo(limit: SizeLimit): number;
  /** Bytes that the records take. */
  readonly usedBytes: number;
}

/** How far a log may be pruned to bring it below a size. */
export interface SizeLimit {
  bytes: number;
  /** Closed windows that stay whatever they take. */
  least: number;
  /** No window newer than this one goes: the contract has not settled it. */
  settled: number;
  /** Nothing after this record goes: the cluster does not have it yet. */
  kept: number;
}

export interface Signing {
  key: SigningKey;
  store: SignedStore;
  /** Closed windows that stay in the log; 0: all. */
  keepWindows: number;
  /** Bytes that the log may take, and the newest window that the contract has settled, null while that is not known. */
  keepBytes?: { bytes: number; settled(): number | null };
  /** Up to where the log is kept elsewhere too; absent: it is nowhere else, and nothing waits for that. */
  kept?(): number;
}

export interface NotaryParts {
  run: RunStart;
  journal: Journal;
  now(): number;
  /** The selection's state, which a checkpoint carries. */
  state(): object;
  onFault(text: string): void;
}

type CandidateEvent = Extract<PoolEvent, { type: 'candidate' }>;

/** A receipt is out within a second; so long candidates gather, away from the moment when their block is decided. */
const BATCH_MS = 250;

/** Signs what the log has: receipts of candidates, the roots of closed windows, checkpoints, and the footer. */
export class Notary {
  private readonly signing: Signing;
  private readonly parts: NotaryParts;
  private candidates: EventRecord[] = [];
  private windows: number[] = [];
  private timer: NodeJS.Timeout | null = null;
  /** The log is over its size and nothing can go: said once. */
  private isOver = false;

  constructor(signing: Signing, parts: NotaryParts) {
    this.signing = signing;
    this.parts = parts;
  }

  /** What an earlier run wrote and did not come to sign. */
  catchUp(): void {
    const { store } = this.signing;
    this.candidates.push(...store.unreceipted(LIMITS.receiptsCaughtUp));
    this.windows.push(...store.unsignedWindows());
    this.schedule();
  }

  /** Notes what is to be signed of records that are durable now. */
  saw(records: EventRecord[]): void {
    for (const record of records) {
      const { event } = record;
      if (event.type === 'candidate' && event.reducedAt !== null) this.candidates.push(record);
      if (event.type === 'window') this.windows.push(event.window);
    }
    this.schedule();
  }

  /** Signs all that is left, and the footer: nothing may be told any more. */
  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    try {
      while (this.candidates.length > 0) this.signReceipts();
      this.signRoots();
      this.signEnd();
    } catch (thrown) {
      this.parts.onFault(`the event log has no footer: ${sentence(thrown)}`);
    }
  }

  private signEnd(): void {
    const { journal, run, now } = this.parts;
    const { key, store } = this.signing;
    if (!journal.write()) return;
    const signature = signText(endDigest(run, store.lastSeq, store.lastHash), key);
    journal.tell(null, { type: 'end', at: now(), signer: key.id, signature });
    journal.write();
  }

  private schedule(): void {
    if (this.timer || (this.candidates.length === 0 && this.windows.length === 0)) return;
    this.timer = setTimeout(() => this.batch(), BATCH_MS);
  }

  private batch(): void {
    this.timer = null;
    try {
      this.signReceipts();
      if (this.candidates.length > 0) setImmediate(() => this.batch());
      else if (this.signRoots() && this.isPruned) this.checkpoint();
    } catch (thrown) {
      // The blocks go on without it; windows that stay unsigned are signed at the next start.
      this.parts.onFault(`the event log could not be signed: ${sentence(thrown)}`);
    }
  }

  private get isPruned(): boolean {
    return this.signing.keepWindows > 0 || this.signing.keepBytes !== undefined;
  }

  private signReceipts(): void {
    const batch = this.candidates.splice(0, LIMITS.receiptsPerTurn);
    const through = batch[batch.length - 1]?.seq;
    if (through === undefined) return;
    const { journal, now } = this.parts;
    const events = batch.map(({ event }) => event as CandidateEvent);
    for (const window of new Set(events.map(({ slot }) => windowOf(slot)))) {
      const receipts = events.filter(({ slot }) => windowOf(slot) === window).map((event) => this.receipt(event));
      journal.tell(window, { type: 'receipts', at: now(), through, signer: this.signing.key.id, receipts });
    }
  }

  private receipt({ slot, id, signer, at: arrivedAt, via }: CandidateEvent): Receipt {
    const said = { slot, id, signer: signer ?? '', arrivedAt, ...(via !== undefined && { via }) };
    return { ...said, signature: signText(receiptDigest(this.parts.run, said), this.signing.key) };
  }

  /** Gives whether there were any. */
  private signRoots(): boolean {
    const windows = this.windows;
    this.windows = [];
    const { journal, run, now } = this.parts;
    const { key, store } = this.signing;
    for (const window of windows) {
      const root = windowRoot(store.window(window));
      if (root === null) continue;
      const signature = signText(rootDigest(run, window, root), key);
      journal.tell(window, { type: 'root', at: now(), window, root, signer: key.id, signature });
    }
    return windows.length > 0;
  }

  /** Only between two windows: a window whose first records are gone has no root that a reader could check. */
  private checkpoint(): void {
    const { journal, run, now } = this.parts;
    const { key, store } = this.signing;
    const state = this.parts.state() as { window: unknown; lastWindow: number };
    if (state.window !== null || !journal.write()) return;
    const plain = toPlain(state) as object;
    const signature = signText(checkpointDigest(store.lastSeq, store.lastHash, run, plain), key);
    const window = state.lastWindow;
    journal.tell(window, {
      ...{ type: 'checkpoint', at: now(), window, start: run, state: plain },
      ...{ signer: key.id, signature },
    });
    if (journal.write()) this.prune();
  }

  private prune(): void {
    const { store, keepWindows, keepBytes } = this.signing;
    const kept = this.signing.kept?.() ?? Number.MAX_SAFE_INTEGER;
    if (keepWindows > 0) store.prune(keepWindows, kept);
    if (!keepBytes) return;
    const { bytes } = keepBytes;
    const settled = keepBytes.settled();
    if (settled !== null) store.pruneTo({ bytes, least: LIMITS.leastWindowsKept, settled, kept });
    const isOver = store.usedBytes > bytes;
    if (isOver && !this.isOver && settled !== null) {
      const why = `nothing more of it can be deleted: the contract has settled windows up to ${settled}`;
      this.parts.onFault(`the event log takes ${store.usedBytes} bytes, more than the ${bytes} allowed, and ${why}`);
    }
    this.isOver = isOver && (this.isOver || settled !== null);
  }
}
