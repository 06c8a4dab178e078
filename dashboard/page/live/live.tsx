import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { Failure } from '../parts/failure.tsx';
import { useNow } from '../parts/use-now.ts';
import { ago } from '../parts/words.ts';
import { Announcer } from './announcer.tsx';
import { Detail } from './detail.tsx';
import { Emitters } from './emitters.tsx';
import type { Focus } from './focus.ts';
import { Grid } from './grid.tsx';
import { History } from './history.ts';
import { Latency } from './latency.tsx';
import { indexAfter } from './layout.ts';
import { Legend } from './legend.tsx';
import type { LiveStore } from './store.ts';
import type { StreamState } from './stream.ts';
import { sayCell } from './words.ts';

/** The view of what happens now: the grid, what is known of a cell, latencies, emitters. */
export function Live({ store, stream }: { store: LiveStore; stream: StreamState }) {
  const [{ rows, emitters }, setParts] = useState({ rows: store.rows, emitters: store.emitters });
  const [last, setLast] = useState<number | null>(null);
  const [focus, setFocus] = useState<Focus | null>(null);
  const [view, setView] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [seen, setSeen] = useState({ columns: store.columns.slice(0, 0), first: 0, end: 0 });
  const history = useMemo(() => new History(store, setError), [store]);

  useEffect(() => {
    const take = () => {
      setParts((before) => {
        const isSame = before.rows === store.rows && before.emitters === store.emitters;
        return isSame ? before : { rows: store.rows, emitters: store.emitters };
      });
    };
    take();
    return store.subscribe(take);
  }, [store]);

  const onSpan = useCallback(
    (first: number, end: number) => setSeen({ columns: store.columns.slice(first, end), first, end }),
    [store],
  );
  // What does not depend on the columns seen is not compared anew for each one that comes.
  const rest = useMemo(
    () => ({ legend: <Legend />, announcer: <Announcer store={store} />, emitters: <Emitters emitters={emitters} /> }),
    [store, emitters],
  );
  const page = Math.max(1, seen.end - seen.first);
  const goTo = (end: number) => {
    const { columns } = store;
    setLast(end >= columns.length ? null : (columns[Math.max(page, end) - 1]?.slot ?? null));
  };
  const focused = focus && store.columns[indexAfter(store.columns, focus.slot) - 1];
  const description = focus && focused?.slot === focus.slot ? sayCell(focused, focus.row, rows, view) : '';
  return (
    <>
      <Staleness stream={stream} />
      <div class="bar">
        <label>
          Seen by{' '}
          <select value={view ?? ''} onChange={({ currentTarget }) => setView(currentTarget.value || null)}>
            <option value="">all emitters together</option>
            {emitters.map(({ name }) => (
              <option key={name} value={name}>
                {name} alone
              </option>
            ))}
          </select>
        </label>
        <fieldset class="bar">
          <legend class="hidden">History</legend>
          <button type="button" onClick={() => goTo(seen.end - page)} disabled={seen.first === 0 && !store.hasOlder}>
            Older
          </button>
          <button type="button" onClick={() => goTo(seen.end + page)} disabled={last === null}>
            Newer
          </button>
          <button type="button" class="live" aria-pressed={last === null} onClick={() => setLast(null)}>
            Live
          </button>
        </fieldset>
      </div>
      <Failure error={error} />
      {rows.length === 0 && (
        <p class="note">No slot of the pool’s has been seen yet: the grid begins with its first turn.</p>
      )}
      <div class="grid-scroll">
        <Grid
          {...{ store, rows, last, setLast, view, focus, setFocus, onSpan, description }}
          onOldest={() => void history.load()}
        />
      </div>
      {rest.legend}
      {rest.announcer}
      <section aria-labelledby="cell-title">
        <h2 id="cell-title">Cell</h2>
        <Detail focus={focus} rows={rows} />
      </section>
      <Latency columns={seen.columns} />
      <section aria-labelledby="emitters-title">
        <h2 id="emitters-title">Emitters</h2>
        {rest.emitters}
      </section>
    </>
  );
}

/** Says that what is shown is not the newest, and since when. */
function Staleness({ stream }: { stream: StreamState }) {
  if (stream.isOpen) return null;
  return (
    <p class="failure" role="status">
      The connection to the page’s server is away; it is tried again all the time, and goes on where it stopped.
      {stream.heardAt !== null && <LastHeard at={stream.heardAt} />}
    </p>
  );
}

/** Its clock runs only while this is shown. */
function LastHeard({ at }: { at: number }) {
  const now = useNow(1_000);
  return <> Last heard {ago(now - at)}.</>;
}
