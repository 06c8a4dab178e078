import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { ChainClient } from '../../../common/chain.ts';
import { readFacts } from '../../../common/governance/facts.ts';
import type { Logger } from '../../../common/logger.ts';
import { SLOTS_PER_WINDOW } from '../../../common/slot.ts';
import type { EmitterView } from '../../api.ts';
import { readGovernance } from '../chain/governance.ts';
import { Shared } from '../chain/shared.ts';
import type { DashboardConfig } from '../config.ts';
import type { FactKeeper } from '../facts/keeper.ts';
import type { EmitterWatch } from '../follow/watch.ts';
import { makeApp } from '../http/app.ts';
import { healthRoutes } from '../http/health.ts';
import { servePage } from '../http/static.ts';
import type { Feed } from '../live/feed.ts';
import type { Live } from '../live/live.ts';
import type { Streams } from '../live/streams.ts';
import type { ColumnStore } from '../store/columns.ts';
import type { FactStore } from '../store/fact-store.ts';
import { ActionMaker } from '../wallet/action.ts';
import { governanceRoutes } from './governance.ts';
import { joinRoutes } from './join.ts';
import { liveRoutes } from './live.ts';
import { payRoutes } from './pay.ts';

/** Chain reads are shared by all visitors for so long. */
const FRESH_MS = 1500;
/** For lines to copy where no address is told: the node that everybody has at home. */
const OWN_NODE = 'http://127.0.0.1:8888';
/** Windows in which a joining member's blocks are looked for. */
const LOOKBACK = 3 * SLOTS_PER_WINDOW;

export interface RouteParts {
  config: DashboardConfig;
  client: ChainClient;
  logger: Logger;
  live: Live;
  store: ColumnStore;
  feed: Feed;
  streams: Streams;
  watch: EmitterWatch;
  keeper: FactKeeper;
  factStore: FactStore;
  emitters(): EmitterView[];
  /** Why the server is not ready, one sentence each. */
  reasons(): string[];
}

/** Everything that the server answers. */
export async function makeRoutes(parts: RouteParts): Promise<FastifyInstance> {
  const { config, client, logger, live, store, feed, streams, watch, emitters, reasons } = parts;
  const isPublic = config.DASHBOARD_PUBLIC === 'on';
  const app = await makeApp({
    ...{ trustProxy: config.DASHBOARD_TRUST_PROXY, ratePerMinute: config.DASHBOARD_RATE, isPublic, logger },
  });
  healthRoutes(app, {
    ...{ reasons, emitters },
    streams: () => streams.size,
    cut: () => streams.cut,
    change: () => store.change,
  });
  liveRoutes(app, { live, store, emitters, isPublic });
  const { DASHBOARD_POOL: pool, DASHBOARD_DAC: dac, DASHBOARD_TERMS_FILE: termsFile } = config;
  const facts = new Shared(() => readFacts(client, dac), FRESH_MS);
  const current = async () => (await facts.get()).value;
  const read = () => readGovernance({ client, pool, dac, isPublic, termsFile, facts: current });
  const governance = new Shared(read, FRESH_MS);
  const nodeUrl = isPublic ? OWN_NODE : config.DASHBOARD_CHAIN_API;
  governanceRoutes(app, { governance, actions: new ActionMaker({ client, dac, nodeUrl }) });
  joinRoutes(app, {
    ...{ pool, isPublic, emitters },
    facts: () => facts.get(),
    governance: () => governance.get(),
    status: (name) => watch.status(name),
    newest: () => newestSlots(store, feed),
    rowOf: (account) => feed.rows.findIndex((row) => row.account === account),
  });
  payRoutes(app, { keeper: parts.keeper, facts: parts.factStore, explorer: config.DASHBOARD_EXPLORER });
  await servePage(app, path.join(import.meta.dirname, '../../page/dist'));
  return app;
}

/** With their candidates, which lists of columns do without. */
function newestSlots(store: ColumnStore, feed: Feed) {
  return store.before(Number.MAX_SAFE_INTEGER, LOOKBACK).map((state) => feed.known(state.slot) ?? state);
}
