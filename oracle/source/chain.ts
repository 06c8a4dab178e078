import type { ReportData } from '../../common/filed-reports.ts';
import type { Use } from '../account/estimate.ts';
import type { SignedHeaderOf } from './header.ts';

/** What the oracle reads of a block. */
export interface BlockRef {
  num: number;
  id: string;
  slot: number;
  producer: string;
  /** Version of the schedule that this block was made under. */
  scheduleVersion: number;
}

export interface Schedule {
  version: number;
  /** In the order of their turns. */
  producers: string[];
}

/** The parts of the contract's tables `config` and `state` that the oracle needs; times in ms since 1970. */
export interface PoolConfig {
  producer: string;
  /** 0 founding, 1 live, 2 dissolving, 3 dissolved. */
  phase: number;
  eligiblePercent: number;
  /** To report a window, after its end; a pause that ends later begins it anew. */
  deadlineSeconds: number;
  disputeSeconds: number;
  pausedUntil: number;
  harvested: boolean;
  lastWindow: number;
  closingThrough: number;
  /** Time of the newest settled window of the epoch that was cut. */
  closingSettledAt: number;
  closedThrough: number;
}

/** A row of the contract's table `seats`: which member holds a bit of the bitmap, and in which windows. */
export interface Seat {
  index: number;
  account: string;
  since: number;
  /** Window of leaving, 0 while active. */
  until: number;
}

/** The members' last vote on the mode: `mode` from the window `fromWindow` on. */
export interface VotedMode {
  fromWindow: number;
  mode: string;
}

/** A report as the contract keeps it: in `reports` while a window is open, in `windows` once it is decided. */
export interface FiledReport {
  /** Who decided: the oracles' equal reports, or the members by vote, who settle a window or make it void. */
  by: 'report' | 'vote' | 'void';
  hash: string;
  /** As the report has it: of the logs that it was made from. */
  logRoot: string;
  /** Chain time of the action, whole seconds, in ms since 1970. */
  at: number;
}

/** Who may sign a log that counts. */
export interface Emitter {
  account: string;
  /** The key that signs its log, as "type:hex". */
  key: string;
}

/** A signed transaction that can be pushed again and again: the chain takes it once. */
export interface SignedTransaction {
  id: string;
  /** In ms since 1970, chain time; not valid in a block after it. */
  expiresAt: number;
  packed: string;
  signatures: string[];
}

export type { ReportData };

/**
 * What the oracle needs of its own node. Any of these throws PoolError `chain_unreachable` when the node does not answer,
 * `chain` with the node's words when it refuses.
 */
export interface OracleChain {
  chainId(): Promise<string>;
  /** The last irreversible block. */
  irreversible(): Promise<BlockRef>;
  block(num: number): Promise<BlockRef>;
  /** Header and signature of a block. */
  header(num: number): Promise<SignedHeaderOf>;
  schedule(): Promise<Schedule>;
  config(): Promise<PoolConfig>;
  seats(): Promise<Seat[]>;
  /** Every signing key ever used, as "type:hex", with the member it belongs to. */
  signers(): Promise<Map<string, string>>;
  /** Those that the contract names. */
  emitters(): Promise<Emitter[]>;
  /** Accounts of those whose reports count, in the table's order. */
  oracles(): Promise<string[]>;
  votedMode(): Promise<VotedMode>;
  settled(window: number): Promise<FiledReport | null>;
  ownReport(window: number): Promise<FiledReport | null>;
  /** All oracles' reports of a window that is not settled. */
  openReports(window: number): Promise<{ oracle: string; hash: string; logRoot: string }[]>;
  signReport(data: ReportData): Promise<SignedTransaction>;
  /** Gives what it took of the account, as far as the node tells; null also when the chain has the transaction already. */
  push(transaction: SignedTransaction): Promise<Use | null>;
}
