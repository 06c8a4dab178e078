import type { FastifyInstance } from 'fastify';
import { splitAddress } from '../../common/address.ts';
import { ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import type { Logger } from '../../common/logger.ts';
import type { EmitterView } from '../api.ts';
import { readMembership } from './chain/members.ts';
import { Shared } from './chain/shared.ts';
import type { DashboardConfig } from './config.ts';
import { FactKeeper } from './facts/keeper.ts';
import { follow } from './follow/follower.ts';
import { EmitterWatch } from './follow/watch.ts';
import { withoutAddresses } from './http/hide.ts';
import { Feed } from './live/feed.ts';
import { Live } from './live/live.ts';
import { Streams } from './live/streams.ts';
import { makeRoutes } from './routes/all.ts';
import { ColumnStore } from './store/columns.ts';
import { openPageFile, type PageFile } from './store/database.ts';
import { FactStore } from './store/fact-store.ts';

/** Chain reads are shared by all visitors for so long. */
const FRESH_MS = 1500;
const MEMBERS_MS = 5000;

/** The page's server: follows emitters and chain, keeps what it saw, and tells it. */
export class DashboardServer {
  private readonly config: DashboardConfig;
  private readonly logger: Logger;
  private readonly ended = new AbortController();
  private readonly file: PageFile;
  private readonly feed: Feed;
  private readonly watch: EmitterWatch;
  private readonly live: Live;
  private readonly streams: Streams;
  private readonly store: ColumnStore;
  private readonly factStore: FactStore;
  private readonly keeper: FactKeeper;
  private readonly client: ChainClient;
  private readonly membership: Shared<Awaited<ReturnType<typeof readMembership>>>;
  private readonly following: Promise<void>[] = [];
  private membersTimer: NodeJS.Timeout | null = null;
  private chainTrouble: string | null = null;
  private app: FastifyInstance | null = null;

  constructor(config: DashboardConfig, logger: Logger) {
    this.config = config;
    this.logger = logger;
    const { DASHBOARD_POOL: pool, DASHBOARD_DAC: dac, DASHBOARD_EMITTERS: emitters } = config;
    this.client = new ChainClient(config.DASHBOARD_CHAIN_API);
    this.file = openPageFile(config.DASHBOARD_DB, pool);
    const keep = { windows: config.DASHBOARD_KEEP_WINDOWS, details: config.DASHBOARD_KEEP_DETAILS };
    this.store = new ColumnStore(this.file.db, keep);
    this.factStore = new FactStore(this.file.db);
    this.keeper = new FactKeeper({ client: this.client, dac, store: this.factStore, logger });
    this.feed = new Feed(this.store);
    const memberOf = (signer: string) => this.feed.owner(signer);
    this.watch = new EmitterWatch(emitters, (name) => this.feed.cursor(name).notices, memberOf);
    this.streams = new Streams({ all: config.DASHBOARD_STREAMS, perAddress: config.DASHBOARD_STREAMS_PER_ADDRESS });
    this.membership = new Shared(() => readMembership(this.client, dac), FRESH_MS);
    this.live = new Live({
      ...{ pool, generation: this.file.generation, store: this.store, feed: this.feed, streams: this.streams },
      emitters: () => this.emitters(),
    });
  }

  /** Listens and begins to follow; a node or an emitter that is away does not keep it from that. Throws PoolError `listen`. */
  async start(): Promise<string> {
    const { config } = this;
    // The names of members come first, so that the first rows stand in the order of their seats.
    await this.readMembers();
    this.membersTimer = setInterval(() => void this.readMembers(), MEMBERS_MS);
    for (const emitter of config.DASHBOARD_EMITTERS) {
      this.following.push(
        follow(
          {
            ...{ emitter, logger: this.logger, backfill: config.DASHBOARD_BACKFILL },
            cursor: () => this.feed.cursor(emitter.name),
            onRecord: (record, cursor) => this.feed.take(emitter.name, record, cursor),
            onCursor: (cursor) => this.feed.move(emitter.name, cursor),
          },
          this.ended.signal,
        ),
      );
    }
    this.following.push(this.watch.run(this.ended.signal), this.keeper.run(this.ended.signal));
    const { client, logger, live, store, feed, streams, watch, keeper, factStore } = this;
    this.app = await makeRoutes({
      ...{ config, client, logger, live, store, feed, streams, watch, keeper, factStore },
      emitters: () => this.emitters(),
      reasons: () => this.reasons(),
    });
    const { host, port } = splitAddress(config.DASHBOARD_LISTEN);
    try {
      return await this.app.listen({ host: host.replace(/^\[|\]$/g, ''), port });
    } catch (thrown) {
      throw new PoolError(
        'listen',
        `cannot listen on ${config.DASHBOARD_LISTEN}: ${sentence(thrown)}; set DASHBOARD_LISTEN`,
      );
    }
  }

  async stop(): Promise<void> {
    this.ended.abort();
    if (this.membersTimer) clearInterval(this.membersTimer);
    this.live.close();
    await this.app?.close();
    await Promise.all(this.following);
    this.file.close();
  }

  private emitters(): EmitterView[] {
    const views = this.watch.views();
    if (this.config.DASHBOARD_PUBLIC === 'off') return views;
    return views.map((view) => ({ ...view, reasons: view.reasons.map(withoutAddresses) }));
  }

  /** Ready is a server that sees the pool: its contract, and an emitter at least. */
  private reasons(): string[] {
    const reasons = [this.chainTrouble, this.live.trouble].filter((one) => one !== null);
    const views = this.emitters();
    if (views.length > 0 && views.every(({ state }) => state === 'away')) reasons.push('no emitter answers');
    return this.config.DASHBOARD_PUBLIC === 'on' ? reasons.map(withoutAddresses) : reasons;
  }

  private async readMembers(): Promise<void> {
    try {
      const { value, stale } = await this.membership.get();
      this.feed.members(value.owners, value.members);
      this.chainTrouble = stale;
    } catch (thrown) {
      this.chainTrouble = sentence(thrown);
    }
  }
}
