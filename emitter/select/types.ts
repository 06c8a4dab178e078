import type { AgentWord } from '../../common/word-check.ts';
import type { ForkBlock, ForkRulesName } from '../forks/rules.ts';

/** A block by its place: enough for choosing, nothing of its content. */
export interface BlockRef extends ForkBlock {
  previous: string;
}

/** A member's verified block for a pool slot. Two members' empty blocks share an id: the key is (id, signer). */
export interface Candidate extends BlockRef {
  signer: string;
  confirmed: number;
  /** Billed CPU of its transactions: about how long another node needs to apply it. */
  cpuUs: number;
  transactions: number;
  /** Size of its frame. */
  bytes: number;
  arrivedMs: number;
  late: boolean;
  /** The emitter that passed it on: it says nothing of when its member's blocks come. */
  via?: string;
}

/** Standby mode: a member that was passed over, first in the turn that was given for the window `since`. */
export interface Owed {
  signer: string;
  since: number;
}

/** `propose`: every member makes candidates. `standby`: one leader a window makes blocks, the others follow paused. */
export type Mode = 'propose' | 'standby';

export interface SelectConfig {
  /** How long slot 0 waits for a candidate on the previous producer's last block before it builds below it. */
  parentWaitMs: number;
  /** Past a leader's own learned time by this much it counts as failed. */
  overdueMs: number;
  /** A rescue must have been applied by the next producer before the last slot's time minus this. */
  deadlineMarginMs: number;
  /** One-way time to the next producer, taken off as well; null: learned from its blocks. Logs before schema 3 do not have it. */
  pathMs?: number | null;
  /**
   * How long other nodes may need for a branch that comes at once, in percent of its billed CPU: docs/decisions/experiment-5-heavy.md.
   * Logs before schema 4 do not have it.
   */
  applyPercent?: number;
  /**
   * After a restart in mid-window so long nobody takes the place of a leader whose node is dialling: a `connection-cleanup-period` of 1 s, and a
   * slot until it sends a block. See `dialsUntil`. Logs before schema 5 do not have it: such a leader had no time then.
   */
  dialMs?: number;
  /** Whether blocks that come when their slot is over have a rescue's deadline. Logs before schema 5 do not have it: then it was the last slot's time. */
  lateKeepsDeadline?: boolean;
  /**
   * Whether a rescue looks at the slots that a branch leaves empty. Logs before schema 7 do not have it: then the fewest replaced blocks came
   * first, at once.
   */
  rescueFills?: boolean;
  /** 0: a failed leader's window is given up. */
  rescuesPerWindow: number;
  /** How many of the pool's windows a member sits out after one in which a block of its was invalid. */
  quarantineWindows: number;
  /** By which rule the chain's nodes choose between branches. */
  forkRules: ForkRulesName;
  /** Strategies that are asked beside the active one and only logged. */
  shadows: string[];
}

export const SELECT_DEFAULTS: SelectConfig = {
  parentWaitMs: 100,
  overdueMs: 150,
  deadlineMarginMs: 50,
  pathMs: null,
  applyPercent: 250,
  dialMs: 1500,
  lateKeepsDeadline: true,
  rescueFills: true,
  rescuesPerWindow: 2,
  quarantineWindows: 10,
  forkRules: 'legacy',
  shadows: [],
};

/** A block as a decision names it; see the event `decision`. */
export interface AdoptedDecision {
  slot: number;
  id: string;
  num: number;
  previous: string;
  signer: string;
  reason: EmitReason;
  /** On the first block of a rescue: ids of the blocks whose place it takes, and the leader that is out, '' for none. */
  replaces: string[];
  failed?: string;
}

/** All that happens to the selection. Time comes in with the events, in ms; there is no other clock. */
export type SelectEvent =
  | { type: 'candidate'; at: number; candidate: Candidate }
  /**
   * `signer`: who signed a pool block for a slot of now; absent when that is not known, and in logs before schema 4. `unchecked`: of many
   * emitters another may have let it out, and what they decided could not be read.
   */
  | { type: 'public'; at: number; block: BlockRef; pool: boolean; signer?: string; unchecked?: true }
  /** A member's session came or went; `via`: one with another emitter, by its word. */
  | { type: 'member'; at: number; signer: string; up: boolean; via?: string }
  /**
   * By the log of an earlier run this was decided in the window that runs. `rescue`: it began one, in which `failed` was put out; a log
   * before schema 4 does not say who.
   */
  | { type: 'decided'; at: number; block: BlockRef; signer: string; rescue: boolean; failed?: string }
  /**
   * Of many emitters, `by` decided these blocks of a window, at a place of the pool's decisions: they count as let out here too, and leave here when
   * they are here. `send`: false when they must not leave from here: too late, or not in this log. `more`: what was decided after these is
   * known too, and told next: nothing is chosen before that.
   */
  | {
      type: 'adopted';
      at: number;
      seq: number;
      by: string;
      decisions: AdoptedDecision[];
      send: boolean;
      more?: true;
    }
  /** Standby mode: by the log of an earlier run another took this leader's place in that window. */
  | { type: 'replaced'; at: number; window: number; signer: string }
  /** By the log of earlier runs a member sits out, so many windows from now on, the one that is open included. */
  | { type: 'quarantine'; at: number; signer: string; windows: number }
  /** By the log of earlier runs all windows up to this one are over: none of them is opened again. */
  | { type: 'resume'; at: number; window: number }
  /**
   * By the log of earlier runs: of each member that stood by at its last word, when that word came; and who was away in the turn that
   * was given last, and owed one then.
   */
  | { type: 'stood'; at: number; words: { signer: string; last: number }[]; away: string[]; owing: Owed[] }
  /** The `step`th emission of the last answer could not be made durable: it and those behind it did not happen. */
  | { type: 'fence-failed'; at: number; window: number; step: number }
  /** A window of the pool's has begun by the clock, whether anything was heard of it or not. */
  | { type: 'turn'; at: number; window: number }
  /**
   * What the members voted for: from the window `fromWindow` on `strategy` ("name" or "name:param=value,…") and `mode`, before
   * it the previous ones. A window keeps what held for it when it was opened.
   */
  | {
      type: 'settings';
      at: number;
      strategy: string;
      mode: string;
      fromWindow: number;
      previousStrategy: string;
      previousMode: string;
    }
  /** After an emission the relay node's head became this block or one on it (`ok`), or another one: its body is invalid. */
  | { type: 'accepted'; at: number; id: string; ok: boolean }
  /** The relay node's last irreversible block moved on. */
  | { type: 'irreversible'; at: number; num: number }
  /**
   * What a member's agent says of its node, at each change and regularly. `up`: agent and node answer. `producing`: not paused.
   * `headNum`: its node's head. `lag`: ms that the head's time is behind the clock, negative when ahead. `proof` plays no part in
   * the choice: it is in the log for those who check it, and absent when the agent's silence is told.
   */
  | (AgentWord & { lag: number })
  /** Other limits from now on. */
  | { type: 'configure'; at: number; config: SelectConfig }
  | { type: 'tick'; at: number };

/** Codes of the faults that the selection itself tells of: they follow from its inputs. */
export const SELECT_FAULTS = ['all_rejected', 'settings', 'standby_nobody'] as const;
export type SelectFault = (typeof SELECT_FAULTS)[number];

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
      /** Of a rescue's first block: who is out. */
      failed: string | null;
      /** Decided by the pool's emitters already: nothing is to be asked. */
      adopted?: true;
    }
  /** A block that was decided elsewhere and is not here: other emitters have it. */
  | { type: 'want'; id: string; signer: string }
  /** A pool block in public that was not emitted here. */
  | { type: 'leak'; block: BlockRef }
  /**
   * Standby mode: from this window on (the pool's next one at or after it) let `leader` make blocks and nobody else. First
   * pause those in `pause`, then resume the leader once its node has the block `head`, the public tip now. `runs`: the window is
   * the one that runs; one that is to come may be another producer's. `owing`: who was passed over and has not led since; `away`: who
   * was passed over in this turn and owed one already.
   */
  | {
      type: 'lead';
      window: number;
      runs: boolean;
      leader: string;
      pause: string[];
      head: { num: number; id: string } | null;
      away: string[];
      owing: Owed[];
      /** Whose place it takes in the running window; null when it takes nobody's. */
      failed: string | null;
    }
  /** Standby mode: slots of the running window in which a member showed a node that could take over, told once each. */
  | { type: 'standby'; window: number; signer: string; slots: number[] }
  /** Propose mode: from this window on all make blocks: resume these. */
  | { type: 'release'; window: number; resume: string[] }
  /** This emitted or leaked block's body is invalid, says the relay node: its signer, '' when not known, is in quarantine. */
  | {
      type: 'rejected';
      window: number;
      block: BlockRef;
      signer: string;
      /** Ids of it and of the public blocks on it. */
      gone: string[];
    }
  /** What another strategy would have chosen at a free choice; `same`: the active one chose it, too. */
  | { type: 'shadow'; window: number; slot: number; strategy: string; id: string; signer: string; same: boolean }
  /** Something the operator has to know. */
  | { type: 'fault'; code: SelectFault; text: string }
  /** The window is over: nothing of it can be emitted any more. */
  | {
      type: 'closed';
      window: number;
      emitted: number;
      /** What held for it, as voted. */
      strategy: string;
      mode: Mode;
      /** Propose mode: members with a session and no candidate. */
      standby: { slot: number; signer: string }[];
    }
  | { type: 'wake'; at: number };
