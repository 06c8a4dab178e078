import { chainTime, type Whole } from '../../common/tables.ts';
import type { FiledReport, PoolConfig, Seat, VotedMode } from './chain.ts';

/** The contract's `config`: the parts of it that are used here. */
export interface ConfigRow {
  producer: string;
  phase: number;
  eligible_percent: number;
  /** Seconds, as the next one. */
  deadline: number;
  dispute: number;
  paused_until: string;
}

/** The contract's `state`: what runs on by itself. */
export interface StateRow {
  harvested: boolean | number;
  last_window: Whole;
  closing_through: Whole;
  closing_settled_at: string;
  closed_through: Whole;
}

export function toConfig(config: ConfigRow, state: StateRow): PoolConfig {
  return {
    producer: config.producer,
    phase: config.phase,
    eligiblePercent: config.eligible_percent,
    deadlineSeconds: config.deadline,
    disputeSeconds: config.dispute,
    pausedUntil: chainTime(config.paused_until),
    harvested: Boolean(state.harvested),
    lastWindow: Number(state.last_window),
    closingThrough: Number(state.closing_through),
    closingSettledAt: chainTime(state.closing_settled_at),
    closedThrough: Number(state.closed_through),
  };
}

export interface StrategyRow {
  mode: string;
  from_window: Whole;
}

/** Before the first vote on it there is no row, or one without modes. */
export function toVotedMode(row: StrategyRow | undefined): VotedMode {
  return { fromWindow: Number(row?.from_window ?? 0), mode: row?.mode || 'propose' };
}

export interface SeatRow {
  index: number;
  account: string;
  since: Whole;
  until: Whole;
}

export function toSeat(row: SeatRow): Seat {
  return { index: row.index, account: row.account, since: Number(row.since), until: Number(row.until) };
}

/** A row of `reports`, or of `windows`: the latter tells how many equal reports decided, none when the members did. */
export interface FiledRow {
  /** In `reports`. */
  oracle?: string;
  hash: string;
  log_root: string;
  time?: string;
  settled?: string;
  reports?: number;
  voided?: boolean | number;
}

export function toFiled(row: FiledRow | undefined): FiledReport | null {
  if (!row) return null;
  const by = row.voided ? 'void' : row.reports === 0 ? 'vote' : 'report';
  return { by, hash: row.hash, logRoot: row.log_root, at: chainTime(row.time ?? row.settled ?? '') };
}
