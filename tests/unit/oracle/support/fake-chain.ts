import { createHash } from 'node:crypto';
import { PoolError } from '../../../../common/errors.ts';
import { firstSlot, lastSlot, slotTime, windowOf } from '../../../../common/slot.ts';
import type { Use } from '../../../../oracle/account/estimate.ts';
import { reportHash } from '../../../../oracle/report/hash.ts';
import type {
  BlockRef,
  FiledReport,
  OracleChain,
  PoolConfig,
  ReportData,
  Seat,
  SignedTransaction,
  VotedMode,
} from '../../../../oracle/source/chain.ts';
import type { SignedHeaderOf } from '../../../../oracle/source/header.ts';
import { blockId, CHAIN, logKey, MEMBERS, POOL, signers } from './events.ts';

/** What the fake does at a call that the tests want to interrupt. */
export type Trouble = 'kill-before' | 'kill-after' | 'lose' | 'refuse' | 'down';

export class Killed extends Error {}

const PRODUCERS = [POOL, 'alpha', 'beta', 'gamma'];

/**
 * A chain in memory behind the oracle's narrow interface: four producers in turn, the pool in windows that 4 divides. Time
 * passes by `pass`; what was pushed gets into the next block.
 */
export class FakeChain implements OracleChain {
  readonly blocks: BlockRef[] = [];
  readonly windows = new Map<number, FiledReport>();
  readonly reports = new Map<number, FiledReport>();
  /** Of a window that is not settled, the other oracles'. */
  readonly othersReports = new Map<number, { oracle: string; hash: string; logRoot: string }[]>();
  /** Transactions that got on the chain, in order. */
  readonly taken: { id: string; data: ReportData }[] = [];
  readonly trouble: Trouble[] = [];
  /** Equal reports that settle a window: 1, or 2 for "another oracle is needed". */
  quorum = 1;
  closingThrough = 0;
  /** Of registered emitters. */
  logKeys = [logKey.id];
  /** Active oracles. */
  oracleNames = ['oracle1'];
  voted: VotedMode = { fromWindow: 0, mode: 'propose' };
  deadlineSeconds = 86_400;
  pausedUntil = 0;
  seatRows: Seat[] = MEMBERS.map((account, index) => ({ index, account, since: 0, until: 0 }));
  signs = 0;
  pushes = 0;
  private slot: number;
  private libNum: number;
  private readonly signed = new Map<string, ReportData>();

  constructor(from: number, missed: number[] = []) {
    this.slot = firstSlot(from);
    this.libNum = 1;
    this.fill(from + 5, new Set(missed));
  }

  /** Makes all windows before `window` exist; a window behind the newest two is irreversible. */
  private fill(window: number, missed: Set<number>): void {
    for (; this.slot < firstSlot(window); this.slot++) {
      const producer = PRODUCERS[windowOf(this.slot) % 4] as string;
      if (missed.has(this.slot)) continue;
      const id = blockId(this.slot, producer === POOL ? 'ann' : producer);
      this.blocks.push({ num: this.blocks.length + 1, id, slot: this.slot, producer, scheduleVersion: 7 });
    }
    this.setIrreversible(window - 3);
  }

  /** Everything up to the first block of a window's next one is irreversible. */
  setIrreversible(window: number): void {
    this.libNum = (this.blocks.findLast((block) => block.slot <= lastSlot(window) + 1) as BlockRef).num;
  }

  /** `windows` further windows pass. */
  pass(windows: number): void {
    this.fill(windowOf(this.slot) + windows, new Set());
  }

  get head(): BlockRef {
    return this.blocks.at(-1) as BlockRef;
  }

  /** The last irreversible block. */
  get lib(): BlockRef {
    return this.blocks[this.libNum - 1] as BlockRef;
  }

  /** Head time in ms. */
  now(): number {
    return slotTime(this.slot);
  }

  chainId = async () => CHAIN;
  emitters = async () => this.logKeys.map((key, i) => ({ account: `emitter${i + 1}`, key }));
  openReports = async (window: number) => this.othersReports.get(window) ?? [];
  irreversible = async () => this.lib;
  /** Of blocks that a test gives them: by number. */
  readonly headers = new Map<number, SignedHeaderOf>();
  header = async (num: number) => this.headers.get(num) ?? { header: '', signature: '' };
  schedule = async () => ({ version: 7, producers: PRODUCERS });
  oracles = async () => this.oracleNames;
  seats = async () => this.seatRows;
  signers = async () => signers;
  votedMode = async () => this.voted;
  settled = async (window: number) => this.windows.get(window) ?? null;
  ownReport = async (window: number) => this.reports.get(window) ?? null;

  async block(num: number): Promise<BlockRef> {
    const block = this.blocks[num - 1];
    if (!block) throw new PoolError('chain', `/v1/chain/get_block was refused: could not find block ${num}`);
    return block;
  }

  async config(): Promise<PoolConfig> {
    const state = { harvested: false, lastWindow: 0, closingSettledAt: 0, closedThrough: 0 };
    const { deadlineSeconds, pausedUntil, closingThrough } = this;
    const times = { deadlineSeconds, disputeSeconds: 5, pausedUntil };
    return { producer: POOL, phase: 1, eligiblePercent: 50, ...times, ...state, closingThrough };
  }

  async signReport(data: ReportData): Promise<SignedTransaction> {
    const id = createHash('sha256')
      .update(`${JSON.stringify(data)}${this.signs++}`)
      .digest('hex');
    this.signed.set(id, data);
    return { id, expiresAt: this.now() + 60_000, packed: id, signatures: ['SIG'] };
  }

  async push({ id, expiresAt }: SignedTransaction): Promise<Use | null> {
    this.pushes++;
    const trouble = this.trouble.shift();
    if (trouble === 'kill-before') throw new Killed();
    if (trouble === 'down') throw new PoolError('chain_unreachable', 'no answer');
    if (trouble === 'refuse') throw new PoolError('chain', 'refused: the account has no CPU left');
    if (this.now() > expiresAt) throw new PoolError('chain', 'refused: expired transaction');
    if (trouble !== 'lose') this.take(id);
    if (trouble === 'kill-after') throw new Killed();
    return { cpu: 700, net: 1200, ram: 220 };
  }

  private take(id: string): void {
    if (this.taken.some((known) => known.id === id)) return;
    const data = this.signed.get(id) as ReportData;
    this.taken.push({ id, data });
    const at = Math.floor(this.now() / 1000) * 1000;
    const filed: FiledReport = { by: 'report', hash: reportHash(data), logRoot: data.log_root, at };
    if (this.quorum === 1) this.windows.set(data.window, filed);
    else this.reports.set(data.window, filed);
  }
}
