import { CORE, OTHERS, PEOPLE, POOL, PRODUCER, TOKENS } from '../drive/world.ts';
import { endOf, windowNow } from '../rules/chain.ts';
import { byName, takesPart, voters } from '../rules/seats.ts';
import type { Money, Pool, Seat } from '../rules/state.ts';

/** Chance, and the pool it chooses from: the same number chooses the same in the same pool. */
export class Chance {
  readonly pool: Pool;
  #state: number;

  constructor(pool: Pool, number: number) {
    this.pool = pool;
    this.#state = number >>> 0;
  }

  /** Between 0 and 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** One of the list, or of the other one when it is empty or, rarely, by chance. */
  likely<T>(list: readonly T[], otherwise: readonly T[], probability = 0.9): T {
    return list.length > 0 && this.is(probability) ? this.of(list) : this.of(otherwise);
  }

  get now(): number {
    return Math.floor(this.pool.chain.ms / 1000);
  }

  get window(): number {
    return windowNow(this.pool.chain);
  }

  anybody(): string {
    return this.of(this.is(0.8) ? PEOPLE : this.is(0.9) ? OTHERS : [POOL, PRODUCER, 'nobody', 'eosio']);
  }

  /** An account of a row that fits, else anybody. */
  whose<T>(rows: Map<string, T>, fits: (row: T) => boolean = () => true): string {
    const names = [...rows].filter(([, row]) => fits(row)).map(([name]) => name);
    return names.length > 0 && this.is(0.93) ? this.of(names) : this.anybody();
  }

  voter(): string {
    const list = voters(this.pool).map((seat) => seat.account);
    return list.length > 0 && this.is(0.95) ? this.of(list) : this.anybody();
  }

  seats(fits: (seat: Seat) => boolean = takesPart): Seat[] {
    return byName(this.pool.seats).filter(fits);
  }

  /** The id of a row that fits, else of any, else one that is not there. */
  id<T>(rows: Map<number, T>, fits: (row: T) => boolean): number {
    const ids = [...rows].filter(([, row]) => fits(row)).map(([id]) => id);
    return this.likely(ids, [...rows.keys(), rows.size + 1, 99], 0.92);
  }

  money(most = 1500n): Money {
    if (this.is(0.03)) return { units: this.of([0n, -1n]), symbol: CORE };
    if (this.is(0.03)) return { units: 5n, symbol: this.of(['2,USD', '8,EOS']) };
    return { units: 1n + BigInt(this.below(Number(most))), symbol: CORE };
  }

  token(): [string, string] {
    return this.of([...TOKENS, ['eosio.token', '8,EOS'] as [string, string], ['stranger', CORE] as [string, string]]);
  }

  text(): string {
    return this.is(0.03) ? 'x'.repeat(256) : this.of(['', 'because', 'ü']);
  }

  /** A window that is just over, or decided, or reported, or quite another. */
  someWindow(): number {
    const { windows, open, state } = this.pool;
    const known = [...windows.keys(), ...open.keys()];
    const near = [this.window - 1, this.window - 2, this.window - 3, this.window - 12];
    const far = [
      this.window,
      this.window + 5,
      0,
      1,
      state.first_window - 1,
      state.closed_through,
      this.window - 20_000,
    ];
    return Math.max(0, this.is(0.45) ? this.likely(known, near) : this.likely(near, far));
  }

  /** The bits of all who were members in that window. */
  everybody(window: number): string {
    return toBitmap(this.#members(window));
  }

  #members(window: number): number[] {
    return this.seats((seat) => seat.since <= window && (seat.until === 0 || seat.until >= window)).map(
      (seat) => seat.index,
    );
  }

  /** The bits of those who took part, some of them, or nonsense. */
  bitmap(window: number): string {
    const all = this.#members(window);
    if (this.is(0.03)) return this.of(['00', '0100', 'ff'.repeat(13), '01'.repeat(14), '80']);
    return toBitmap(this.is(0.75) ? all : all.filter(() => this.is(0.6)));
  }

  /** Moments at which something changes, the next ones first. */
  moments(): number[] {
    const { pool, now } = this;
    const { config, state } = pool;
    if (!config) return [];
    const week = 7 * 86_400;
    const all = [
      ...[...pool.proposals.values()].flatMap((row) => [row.ends, row.unlock, row.unlock + week, row.done + week]),
      ...[...pool.members.values()].flatMap((row) => [row.until, row.respond_by, row.challenge_rest]),
      ...[...pool.members.values()].map((row) => row.rotated + config.changegap),
      ...[...pool.seats.values()].map((seat) => seat.probation_until),
      ...[...pool.cases.values()].flatMap((row) => [
        row.until,
        row.until - (row.until - row.opened) / 2,
        row.until + week,
      ]),
      ...[...pool.orders.values()].map((row) => row.due),
      ...[...pool.open.keys()].map((window) => endOf(window) + config.deadline),
      ...[config.paused_until, config.paused_until + 3 * config.pausetime, config.terms_grace],
      ...[state.settled_at + config.dispute, state.closing_settled_at + config.dispute],
      ...[state.dissolving_at + config.notice, state.dissolving_at + config.deadline + config.dispute + 86_400],
      ...[state.changed_at + config.changegap, (pool.chain.producer?.claimed ?? 0) + 86_400],
    ];
    return [...new Set(all.map(Math.ceil))]
      .filter((moment) => moment > now && moment < now + 90 * 86_400)
      .sort((a, b) => a - b);
  }
}

export function toBitmap(indexes: number[]): string {
  const bytes: number[] = [];
  for (const index of indexes) {
    while (bytes.length <= index >> 3) bytes.push(0);
    bytes[index >> 3] = (bytes[index >> 3] as number) | (1 << (index & 7));
  }
  return Buffer.from(bytes).toString('hex');
}
