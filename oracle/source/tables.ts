import { z } from 'zod';
import { chainTime } from '../../common/tables.ts';
import type { FiledReport, PoolConfig, Seat, VotedMode } from './chain.ts';

/** A whole number in a table: nodeos gives those above 32 bits as text. */
const whole = z.union([z.number().int().nonnegative(), z.string().regex(/^\d{1,20}$/)]);
const flag = z.union([z.boolean(), z.number().int()]);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What `get_producer_schedule` answers. */
export const scheduleAnswer = z.object({
  active: z.object({
    version: z.number().int().nonnegative(),
    producers: z.array(z.object({ producer_name: z.string() })).min(1),
  }),
});

/** The contract's `config`: the parts of it that are used here. */
export const configRow = z.object({
  producer: z.string(),
  phase: z.number().int(),
  eligible_percent: z.number().int(),
  /** Seconds, as the next one. */
  deadline: z.number().int(),
  dispute: z.number().int(),
  paused_until: time,
});

/** The contract's `state`: what runs on by itself. */
export const stateRow = z.object({
  harvested: flag,
  last_window: whole,
  closing_through: whole,
  closing_settled_at: time,
  closed_through: whole,
});

/** Before the first vote on it there is no row, or one without modes. */
export const strategyRow = z.object({ mode: z.string().optional(), from_window: whole.optional() });

export const seatRow = z.object({ index: z.number().int(), account: z.string(), since: whole, until: whole });

/** Of `windows`: who has a share. */
export const bitmapRow = z.object({ eligible: z.string() });

export const oracleRow = z.object({ account: z.string(), active: flag });

/** Of `keys` and of `emitters`. */
export const keyRow = z.object({ account: z.string(), key: z.string().regex(/^(EOS|PUB_)/) });

/** A row of `reports`, or of `windows`: the latter tells how many equal reports decided, none when the members did. */
export const filedRow = z.object({
  /** In `reports`. */
  oracle: z.string().optional(),
  hash,
  log_root: hash,
  time: time.optional(),
  settled: time.optional(),
  reports: z.number().int().optional(),
  voided: flag.optional(),
});

export function toConfig(config: z.infer<typeof configRow>, state: z.infer<typeof stateRow>): PoolConfig {
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

export function toVotedMode(row: z.infer<typeof strategyRow> | undefined): VotedMode {
  return { fromWindow: Number(row?.from_window ?? 0), mode: row?.mode || 'propose' };
}

export function toSeat(row: z.infer<typeof seatRow>): Seat {
  return { index: row.index, account: row.account, since: Number(row.since), until: Number(row.until) };
}

export function toFiled(row: z.infer<typeof filedRow> | undefined): FiledReport | null {
  if (!row) return null;
  const by = row.voided ? 'void' : row.reports === 0 ? 'vote' : 'report';
  return { by, hash: row.hash, logRoot: row.log_root, at: chainTime(row.time ?? row.settled ?? '') };
}
