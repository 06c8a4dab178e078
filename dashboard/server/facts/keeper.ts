import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../../../common/chain.ts';
import { sentence } from '../../../common/errors.ts';
import { findReports, type OnChainReport } from '../../../common/filed-reports.ts';
import type { Logger } from '../../../common/logger.ts';
import { reportHash } from '../../../common/report-hash.ts';
import { SLOTS_PER_WINDOW, slotOfTimestamp } from '../../../common/slot.ts';
import type { FactStore, Settling } from '../store/fact-store.ts';
import { Finality } from './finality.ts';
import { metricsIn, metricsText } from './metrics.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { stepOf } from './step.ts';

const EVERY_MS = 1500;
/** Windows far back change only by a vote: all of them are read every so many looks. */
const WHOLE_EVERY = 40;
/** Oracles report within seconds of each other: blocks so far before the settling one are searched. */
const LOOKBACK = 60 * 2;
/** Windows behind the newest final one that each look reads again. */
const RECENT = 20 * SLOTS_PER_WINDOW;

/** Looks at windows and pay every moment, and keeps what became irreversible. */
export class FactKeeper {
  private readonly client: ChainClient;
  private readonly dac: string;
  private readonly store: FactStore;
  private readonly logger: Logger;
  private readonly finality = new Finality<Snapshot>(changing);
  private current: { snapshot: Snapshot; at: number } | null = null;
  private failure: string | null = null;
  private looks = 0;

  constructor(parts: { client: ChainClient; dac: string; store: FactStore; logger: Logger }) {
    this.client = parts.client;
    this.dac = parts.dac;
    this.store = parts.store;
    this.logger = parts.logger;
  }

  /** The newest reading, with its age, and why there is no newer one; null before the first. */
  get newest(): { snapshot: Snapshot | null; ageMs: number; stale: string | null } {
    const { current, failure } = this;
    const ageMs = current ? Math.round(performance.now() - current.at) : 0;
    return { snapshot: current?.snapshot ?? null, ageMs, stale: failure };
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.look();
        this.failure = null;
      } catch (thrown) {
        this.failure = sentence(thrown);
        this.logger.debug({ why: this.failure }, 'windows and pay could not be read');
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** One look. Throws PoolError `chain_unreachable`, `chain` or `no_pool`. */
  async look(): Promise<void> {
    const newest = this.store.windowsBefore(Number.MAX_SAFE_INTEGER, 1)[0]?.window ?? 0;
    const isWhole = this.looks++ % WHOLE_EVERY === 0;
    const snapshot = await readSnapshot(this.client, this.dac, isWhole ? 0 : Math.max(0, newest - RECENT));
    this.current = { snapshot, at: performance.now() };
    this.finality.add(snapshot);
    const info = await this.client.info();
    const last = info.last_irreversible_block_num;
    for (const final of await this.finality.settle(last, (num) => this.idOf(num))) this.keep(final);
    await this.searchOne(last);
  }

  private keep(final: Snapshot): void {
    const { block, shares } = this.store;
    this.store.write(stepOf({ block, shares, credits: this.store.credits() }, final));
  }

  private async idOf(num: number): Promise<string> {
    return (await this.client.block(num)).id;
  }

  /** Looks for the reports of one window, which carry the metrics as action data. */
  private async searchOne(last: number): Promise<void> {
    const wanted = this.store.unsearched();
    if (!wanted) return;
    const { window, settled, hash, metricsHash } = wanted;
    const head = { num: last, slot: await this.slotOf(last) };
    const chain = { block: async (num: number) => ({ slot: await this.slotOf(num) }) };
    const options = { dac: this.dac, window, head, until: settled, lookback: LOOKBACK };
    const found = await findReports(this.client, chain, options);
    const filed = found.map(({ block, trx, data }) => ({
      oracle: data.oracle,
      hash: reportHash(data),
      block,
      trx,
      data,
    }));
    // Of a window that the members settled no report has the hash, and one can have the metrics that they took.
    const settling =
      filed.find((one) => one.hash === hash) ?? filed.find(({ data }) => data.metrics_hash === metricsHash);
    this.store.file(window, filed, settling ? settlingOf(settling) : null);
  }

  private async slotOf(num: number): Promise<number> {
    return slotOfTimestamp((await this.client.block(num)).timestamp);
  }
}

/** Null when its metrics have another form than docs/metrics.md. */
function settlingOf({ block, trx, data }: OnChainReport): Settling | null {
  const text = metricsText(data);
  const metrics = metricsIn(text);
  if (!metrics) return null;
  const { emitted, missed, rescues, replaced } = metrics;
  return { block, trx, emitted, missed, rescues, replaced, metrics: text };
}

/** What a reading says, without where it was read. */
function changing({ windows, credits, state, seats }: Snapshot): string {
  const amounts = credits.map(({ account, credited, paid, owed }) => `${account} ${credited} ${paid} ${owed}`);
  const shares = seats.map(({ account, shares, closing }) => `${account} ${shares} ${closing}`);
  const decided = windows.map(({ window, settled, voided, hash }) => `${window} ${settled} ${voided} ${hash}`);
  return [state.epoch, state.closingThrough, state.closedThrough, ...amounts, ...shares, ...decided].join('\n');
}
