import { useCallback, useEffect, useState } from 'preact/hooks';
import { getJson } from './api.ts';

export interface Answer<T> {
  data: T | null;
  /** One sentence, when the last try failed; `data` is then what came before. */
  error: string | null;
  /** Asks again, now. */
  again: () => void;
}

/** Asks for `path` (null: not at all), and again every `everyMs` while the page is seen. A new path lets go of the old data. */
export function useAnswer<T>(path: string | null, everyMs = 0): Answer<T> {
  const [{ data, error, of }, set] = useState<{ data: T | null; error: string | null; of: string | null }>({
    data: null,
    error: null,
    of: null,
  });
  const [turn, setTurn] = useState(0);
  // `turn` stands for "again".
  useEffect(() => {
    if (path === null) return;
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      if (document.visibilityState === 'visible') {
        try {
          const fresh = await getJson<T>(path, ending.signal);
          if (!ending.signal.aborted) set({ data: fresh, error: null, of: path });
        } catch (thrown) {
          if (ending.signal.aborted) return;
          const text = (thrown as Error).message;
          set((before) => ({ data: before.of === path ? before.data : null, error: text, of: path }));
        }
      }
      if (everyMs > 0 && !ending.signal.aborted) timer = setTimeout(ask, everyMs);
    };
    void ask();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, turn]);
  const again = useCallback(() => setTurn((value) => value + 1), []);
  return of === path ? { data, error, again } : { data: null, error: null, again };
}
