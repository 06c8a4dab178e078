import type { ServerResponse } from 'node:http';
import { sentence } from '../../../common/errors.ts';
import type { EmitterView, LiveEvents } from '../../api.ts';
import { columnOf } from '../grid/column.ts';
import type { ColumnStore } from '../store/columns.ts';
import type { Feed } from './feed.ts';
import { eventText, type Streams } from './streams.ts';

/** At most two updates a second. */
const TICK_MS = 500;
/** Columns of a `reset`: twenty windows. */
const NEWEST = 240;
/** Who missed more columns than this begins anew. */
const MOST_MISSED = 600;

export interface LiveParts {
  pool: string;
  generation: string;
  store: ColumnStore;
  feed: Feed;
  streams: Streams;
  emitters(): EmitterView[];
}

/** What goes out on `/api/live`: each change that is written down, once and in order, under its number. */
export class Live {
  private readonly parts: LiveParts;
  private readonly timer: NodeJS.Timeout;
  /** Number of the newest change that the streams have. */
  private told: number;
  /** Why nothing is written down, one sentence; null while it is. */
  trouble: string | null = null;
  private toldEmitters = '';
  /** Streams that begin with the next update. */
  private readonly waiting = new Map<ServerResponse, { address: string; lastId: string | null }>();

  constructor(parts: LiveParts, onTick: () => void = () => {}) {
    this.parts = parts;
    this.told = parts.store.change;
    this.timer = setInterval(() => {
      this.tick();
      onTick();
    }, TICK_MS);
  }

  /** Why no further stream of this address is opened, or null. */
  refusal(address: string): string | null {
    const waiting = [...this.waiting.values()].map((one) => one.address);
    return this.parts.streams.refusal(address, waiting);
  }

  /** Opens a stream behind the event `lastId`, or with the newest columns. */
  open(response: ServerResponse, address: string, lastId: string | null): void {
    // Written down, but not told to the others yet: it would get that twice.
    if (this.parts.store.change !== this.told) this.waiting.set(response, { address, lastId });
    else this.begin(response, address, lastId);
  }

  /** Writes down what came and tells it. */
  tick(): void {
    const { feed, streams, store } = this.parts;
    try {
      feed.write();
      this.trouble = null;
    } catch (thrown) {
      // A full disk: what is not written is not told, and is tried again.
      this.trouble = `the page's file cannot be written: ${sentence(thrown)}`;
    }
    if (store.change !== this.told) {
      if (streams.size > 0) streams.send(this.since(this.told) ?? this.reset());
      this.told = store.change;
    }
    for (const [response, { address, lastId }] of this.waiting) this.begin(response, address, lastId);
    this.waiting.clear();
    this.tellEmitters();
  }

  close(): void {
    clearInterval(this.timer);
    this.tick();
    this.parts.streams.close();
  }

  private begin(response: ServerResponse, address: string, lastId: string | null): void {
    if (response.destroyed) return;
    const { streams } = this.parts;
    const known = this.changeOf(lastId);
    const news = known === null ? this.reset() : this.since(known);
    streams.add(response, address);
    streams.sendTo(response, news ?? this.reset());
    if (known !== null) streams.sendTo(response, eventText('emitters', this.parts.emitters()));
  }

  /** The change that an id of this file names, null for any other. */
  private changeOf(id: string | null): number | null {
    const [generation, number] = (id ?? '').split('.');
    const change = Number(number);
    const isOurs = generation === this.parts.generation && /^\d{1,15}$/.test(number ?? '');
    return isOurs && change <= this.told ? change : null;
  }

  /** Everything that changed after a change, '' for nothing, null for too much. */
  private since(change: number): string | null {
    const { store, feed } = this.parts;
    const news = store.changedAfter(change, MOST_MISSED);
    if (news === null) return null;
    const data: LiveEvents['columns'] = { columns: news.slots.map(columnOf) };
    if (news.rows) data.rows = [...feed.rows];
    if (data.columns.length === 0 && !data.rows) return '';
    return eventText('columns', data, this.id);
  }

  private reset(): string {
    const { pool, store, feed, emitters } = this.parts;
    const columns = store.before(Number.MAX_SAFE_INTEGER, NEWEST).map(columnOf);
    const data: LiveEvents['reset'] = { pool, rows: [...feed.rows], columns, emitters: emitters() };
    return eventText('reset', data, this.id);
  }

  private get id(): string {
    return `${this.parts.generation}.${this.parts.store.change}`;
  }

  private tellEmitters(): void {
    const views = this.parts.emitters();
    // Ages and lengths change all the time, and tell nothing by themselves.
    const telling = JSON.stringify(views.map((view) => ({ ...view, logSeq: 0, ageMs: 0 })));
    if (telling === this.toldEmitters) return;
    this.toldEmitters = telling;
    this.parts.streams.send(eventText('emitters', views));
  }
}
