import type { Column, GridRow } from '../../api.ts';
import { getJson } from '../parts/api.ts';
import type { LiveStore } from './store.ts';

/** Columns asked for at once: twenty windows. */
const PAGE = 240;
/** After a failure nothing is asked for so long, however often the grid is drawn. */
const PAUSE_MS = 5_000;

/** Loads older columns into the store, a page at a time; `onError` is told one sentence when that fails, null when it goes again. */
export class History {
  readonly #store: LiveStore;
  readonly #onError: (error: string | null) => void;
  #isLoading = false;
  #notBefore = 0;

  constructor(store: LiveStore, onError: (error: string | null) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Loads the page before what is known, if there is one and it is not on its way. */
  async load(): Promise<void> {
    const first = this.#store.columns[0]?.slot;
    if (first === undefined || !this.#store.hasOlder || this.#isLoading || performance.now() < this.#notBefore) return;
    this.#isLoading = true;
    try {
      const { columns } = await getJson<{ columns: Column[]; rows?: GridRow[] }>(
        `api/columns?before=${first}&limit=${PAGE}`,
      );
      // A reset meanwhile made another beginning: what came does not join it.
      if (this.#store.columns[0]?.slot === first) this.#store.prepend(columns);
      this.#onError(null);
    } catch (thrown) {
      this.#notBefore = performance.now() + PAUSE_MS;
      this.#onError((thrown as Error).message);
    } finally {
      this.#isLoading = false;
    }
  }
}
