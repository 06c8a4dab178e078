import { useState } from 'preact/hooks';
import type { WindowSummary, WindowsAnswer } from '../../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { Wide } from '../parts/wide.tsx';

const EVERY_MS = 10_000;
const PAGE = 25;

/** The list of windows, newest first, a page at a time. */
export function Windows() {
  const [before, setBefore] = useState<number | null>(null);
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (before !== null) query.set('before', String(before));
  const { data, error } = useAnswer<WindowsAnswer>(`api/windows?${query}`, before === null ? EVERY_MS : 0);
  const oldest = data?.windows.at(-1)?.id;
  return (
    <section aria-labelledby="windows-title">
      <h2 id="windows-title">Windows</h2>
      <Failure error={error ?? data?.stale ?? null} />
      {data?.windows.length === 0 && (
        <p class="note">No window has been reported {before === null ? 'yet' : 'before'}.</p>
      )}
      {data && data.windows.length > 0 && <WindowTable windows={data.windows} />}
      <div class="bar">
        <button type="button" disabled={before === null} onClick={() => setBefore(null)}>
          Newest windows
        </button>
        <button type="button" disabled={(data?.windows.length ?? 0) < PAGE} onClick={() => setBefore(oldest ?? null)}>
          Older windows
        </button>
      </div>
    </section>
  );
}

const COLUMNS: readonly [string, (window: WindowSummary) => string | number | null][] = [
  ['Epoch', ({ epoch }) => epoch],
  ['Emitted', ({ emitted }) => emitted],
  ['Missed', ({ missed }) => missed],
  ['Rescues', ({ rescues }) => rescues],
  ['Replaced', ({ replaced }) => replaced],
  ['Equal reports', ({ reports }) => reports],
  ['Shares', ({ shares }) => shares],
];

function WindowTable({ windows }: { windows: WindowSummary[] }) {
  return (
    <Wide label="List of windows">
      <table>
        <caption class="hidden">Windows, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Window</th>
            <th scope="col">State</th>
            {COLUMNS.map(([title]) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {windows.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={`#/pay/${one.id}`}>{one.id}</a>
              </th>
              <td>
                <span class={`state is-${one.state}`}>{one.state}</span>
                {one.by === 'vote' && ' by vote'}
                {!one.isFinal && <span class="note"> not irreversible yet</span>}
              </td>
              {COLUMNS.map(([title, read]) => (
                <td key={title} class="number">
                  {read(one) ?? '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
