import { PoolError } from '../../../../common/errors.ts';
import { makeLogger } from '../../../../common/logger.ts';
import { type Alarm, SILENT } from '../../../../oracle/alerts/alert.ts';
import { Keeper } from '../../../../oracle/keeper/keep.ts';
import { type KeeperStep, type KeeperView, nextSteps, stepKey } from '../../../../oracle/keeper/keeper.ts';
import { rankIn } from '../../../../oracle/peers/turns.ts';
import { POOL } from './events.ts';

const DAY_MS = 24 * 3_600_000;
const MONTH_MS = 30 * DAY_MS;
const DISPUTE_SECONDS = 600;
export const START = 20_000 * DAY_MS;

/** What keepers see and change, by the contract's own rules, with a clock that the test moves; and a keeper for each oracle on it. */
export class KeeperWorld {
  readonly taken: string[] = [];
  readonly senders: string[] = [];
  /** Steps that took effect though they were done already. */
  readonly doubles: string[] = [];
  /** Steps that the chain refuses, as for want of CPU. */
  readonly refused = new Set<string>();
  tries = 0;
  orderDue = START + MONTH_MS;
  /** The nodes show what was before the last step. */
  lag = false;
  /** The next step's process dies before it is sent, or after it was taken. */
  killAt: 'before' | 'after' | null = null;
  /** The chain takes the next step, and the keeper hears nothing of it. */
  answerLost = false;
  private now = START;
  private lastClaim = START;
  private config = {
    ...{ producer: POOL, phase: 1, eligiblePercent: 50, deadlineSeconds: 86_400, disputeSeconds: DISPUTE_SECONDS },
    ...{ pausedUntil: 0, harvested: false, lastWindow: 0, closingThrough: 0, closingSettledAt: 0, closedThrough: 0 },
  };
  private shown: KeeperView;
  private readonly alarm: Alarm;
  private readonly names: string[];
  private readonly keepers = new Map<string, Keeper>();

  constructor(names: string[], alarm: Alarm = SILENT) {
    this.names = names;
    this.alarm = alarm;
    this.shown = this.view();
  }

  pass(ms: number): void {
    this.now += ms;
  }

  /** A further window is settled. */
  settle(): void {
    this.config = { ...this.config, lastWindow: this.config.lastWindow + 4 };
  }

  byRank(): string[] {
    const day = Math.floor(this.now / DAY_MS);
    return [...this.names].sort((a, b) => rankIn(this.names, a, day) - rankIn(this.names, b, day));
  }

  due(): string[] {
    return nextSteps(this.view()).map(stepKey);
  }

  /** A turn of an oracle's keeper; one that was killed is a new one. */
  async look(name: string): Promise<void> {
    const keeper = this.keepers.get(name) ?? this.start(name);
    this.keepers.set(name, keeper);
    try {
      await keeper.once();
    } finally {
      if (this.killAt !== null) this.keepers.delete(name);
    }
  }

  private start(account: string): Keeper {
    const keep = async (step: KeeperStep) => this.keep(account, step);
    const view = async () => (this.lag ? { ...this.shown, now: this.now } : this.view());
    const clock = { now: () => this.now };
    return new Keeper({
      chain: { view, keep },
      account,
      logger: makeLogger('keeper', 'silent'),
      clock,
      alarm: this.alarm,
    });
  }

  private view(): KeeperView {
    const claim = { id: 1, code: 'eosio', name: 'claimrewards', everyMs: DAY_MS + 60_000, owed: null };
    const due = new Date(this.orderDue).toISOString().slice(0, 19);
    return {
      config: this.config,
      claims: [{ ...claim, lastClaim: this.lastClaim }],
      unclaimed: [],
      orders: [{ id: 1, payee: 'emitter1', amount: 10, escrow: 0, due }],
      treasury: { infrastructure: 1_000_000, monthlimit: 1_000_000, month: 0, month_spent: 0 },
      oracles: this.names,
      now: this.now,
    };
  }

  private keep(account: string, step: KeeperStep): void {
    this.tries++;
    if (this.killAt === 'before') throw new Error('killed');
    const key = stepKey(step);
    if (this.refused.has(key)) throw new PoolError('chain', `${key} was refused: no CPU`);
    this.shown = this.view();
    if (!this.due().includes(key)) throw new PoolError('chain', `${key} was refused: it is not due`);
    this.apply(step);
    if (this.due().includes(key) && step.name !== 'payorder') this.doubles.push(key);
    this.taken.push(key);
    this.senders.push(account);
    if (this.killAt === 'after') throw new Error('killed');
    if (this.answerLost) throw new PoolError('chain_unreachable', 'no answer');
  }

  /** As income.ts, pay.ts and treasury.ts of the contract have it. */
  private apply(step: KeeperStep): void {
    const { config } = this;
    if (step.name === 'harvest') {
      this.lastClaim = this.now;
      this.config = { ...config, harvested: true };
    }
    if (step.name === 'cut') {
      this.config = { ...config, closingThrough: config.lastWindow, closingSettledAt: this.now, harvested: false };
    }
    if (step.name === 'close') this.config = { ...config, closedThrough: config.closingThrough };
    if (step.name === 'payorder') this.orderDue += MONTH_MS;
  }
}
