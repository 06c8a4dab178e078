import type { LiveEvents } from '../../api.ts';
import type { LiveStore } from './store.ts';

const RETRY_MS = 2_000;
/** Without a word for so long the connection may be dead without anybody having said so: it is made anew, and goes on behind the last event. */
const SILENCE_MS = 45_000;

export interface StreamState {
  isOpen: boolean;
  /** When the last event came, ms since 1970; null before the first. */
  heardAt: number | null;
}

/**
 * Follows `api/live` into the store until it is closed. A broken connection is taken up again by the browser itself, with the id of the last
 * event, so that the server goes on behind it. Where the browser gives up (an answer that is no stream), a new stream names that id itself.
 */
export class LiveStream {
  readonly #store: LiveStore;
  readonly #path: string;
  readonly #onState: (state: StreamState) => void;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt: number | null = null;
  #lastId = '';

  constructor(store: LiveStore, onState: (state: StreamState) => void, path = 'api/live') {
    this.#store = store;
    this.#path = path;
    this.#onState = onState;
    this.#open();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #open(): void {
    const after = this.#lastId === '' ? '' : `?after=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(`${this.#path}${after}`);
    this.#source = source;
    this.#again(SILENCE_MS);
    const on = <K extends keyof LiveEvents>(name: K, take: (data: LiveEvents[K]) => void) => {
      source.addEventListener(name, (event) => {
        const { data, lastEventId } = event as MessageEvent<string>;
        take(JSON.parse(data) as LiveEvents[K]);
        this.#lastId = lastEventId;
        this.#again(SILENCE_MS);
        this.#heardAt = Date.now();
        this.#tell(true);
      });
    };
    on('reset', (data) => this.#store.reset(data));
    on('columns', (data) => this.#store.change(data));
    on('emitters', (data) => this.#store.setEmitters(data));
    source.addEventListener('open', () => this.#tell(true));
    source.addEventListener('error', () => {
      this.#tell(false);
      if (source.readyState !== EventSource.CLOSED) return;
      this.#again(RETRY_MS);
    });
  }

  /** Begins a new stream when nothing comes before. */
  #again(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#source?.close();
      this.#open();
    }, ms);
  }

  #tell(isOpen: boolean): void {
    this.#onState({ isOpen, heardAt: this.#heardAt });
  }
}
