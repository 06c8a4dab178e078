/** A block by its place: enough for choosing, nothing of its content. */
export interface BlockRef {
  id: string;
  num: number;
  slot: number;
  previous: string;
}

/** A member's verified block for a pool slot. Two members' empty blocks share an id: the key is (id, signer). */
export interface Candidate extends BlockRef {
  signer: string;
  confirmed: number;
  /** Billed CPU of its transactions: about how long another node needs to apply it. */
  cpuUs: number;
  arrivedMs: number;
  late: boolean;
}

export interface SelectConfig {
  /** How long slot 0 waits for a candidate on the previous producer's last block before it builds below it. */
  parentWaitMs: number;
  /** Past a leader's own learned time by this much it counts as failed. */
  overdueMs: number;
  /** A rescue must have been applied by the next producer before the last slot's time minus this. */
  deadlineMarginMs: number;
  rescuesPerWindow: number;
}

export const SELECT_DEFAULTS: SelectConfig = {
  parentWaitMs: 100,
  overdueMs: 150,
  deadlineMarginMs: 50,
  rescuesPerWindow: 2,
};

/** All that happens to the selection. Time comes in with the events, in ms; there is no other clock. */
export type SelectEvent =
  | { type: 'candidate'; at: number; candidate: Candidate }
  | { type: 'public'; at: number; block: BlockRef; pool: boolean }
  | { type: 'member'; at: number; signer: string; up: boolean }
  | { type: 'decided'; at: number; block: BlockRef; signer: string; rescue: boolean }
  /** The `step`th emission of the last answer could not be made durable: it and those behind it did not happen. */
  | { type: 'fence-failed'; at: number; window: number; step: number }
  /** A window of the pool's has begun by the clock, whether anything was heard of it or not. */
  | { type: 'turn'; at: number; window: number }
  | { type: 'tick'; at: number };

export type EmitReason = 'first' | 'extend' | 'rescue';

export type SelectEffect =
  /** Let these blocks out, in this order, on one connection. */
  | {
      type: 'emit';
      /** Its place among the emissions of this answer. */
      step: number;
      reason: EmitReason;
      path: Candidate[];
      replaced: BlockRef[];
      cause: string | null;
      failed: string | null;
    }
  /** A pool block in public that was not emitted here. */
  | { type: 'leak'; block: BlockRef }
  /** The window is over: nothing of it can be emitted any more. */
  | { type: 'closed'; window: number; emitted: number; standby: { slot: number; signer: string }[] }
  | { type: 'wake'; at: number };
