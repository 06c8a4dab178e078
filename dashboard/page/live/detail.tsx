import { useEffect, useState } from 'preact/hooks';
import { slotTime } from '../../../common/slot.ts';
import type { GridRow, SlotDetail } from '../../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { Wide } from '../parts/wide.tsx';
import type { Focus } from './focus.ts';
import { placeOf } from './words.ts';

/** Asked for when the pointer rests that long, not for every cell that it crosses. */
const REST_MS = 150;

/** What is known of the chosen cell: each candidate of its slot with block, signer, arrival and size; the member's own first. */
export function Detail({ focus, rows }: { focus: Focus | null; rows: readonly GridRow[] }) {
  const slot = useRested(focus?.slot ?? null);
  const { data, error } = useAnswer<SlotDetail>(slot === null ? null : `api/slots/${slot}`);
  const account = focus === null ? null : (rows[focus.row]?.account ?? null);
  if (focus === null) {
    return (
      <p class="note">
        Point at a cell, touch it, or reach it by the arrow keys to see its block, signer, arrival and size.
      </p>
    );
  }
  const candidates = data?.slot === focus.slot ? [...data.candidates] : [];
  candidates.sort((a, b) => Number(b.member === account) - Number(a.member === account) || a.arrivedMs - b.arrivedMs);
  return (
    <>
      <p>
        <b>{account}</b>, {placeOf(focus.slot)},{' '}
        {new Date(slotTime(focus.slot)).toISOString().replace('T', ' ').replace('Z', ' UTC')}
      </p>
      <Failure error={error} />
      {data?.slot === focus.slot && candidates.length === 0 && <p class="note">No block came for this slot.</p>}
      {candidates.length > 0 && (
        <Wide label="Candidates">
          <table>
            <caption class="hidden">Candidates of {placeOf(focus.slot)}</caption>
            <thead>
              <tr>
                <th scope="col">Member</th>
                <th scope="col">Verdict</th>
                <th scope="col" class="number">
                  Arrived
                </th>
                <th scope="col" class="number">
                  Size
                </th>
                <th scope="col" class="number">
                  Transactions
                </th>
                <th scope="col">Block</th>
                <th scope="col">Signer</th>
                <th scope="col">Emitter</th>
              </tr>
            </thead>
            <tbody>
              {candidates.map((one) => (
                <tr
                  key={`${one.emitter} ${one.via} ${one.id} ${one.arrivedMs}`}
                  class={one.member === account ? 'is-own' : ''}
                >
                  <td>{one.member ?? 'unknown'}</td>
                  <td>
                    {one.emitted ? 'emitted' : one.verdict}
                    {one.reason ? `: ${one.reason}` : ''}
                  </td>
                  <td class="number">{one.arrivedMs} ms</td>
                  <td class="number">{one.bytes.toLocaleString('en')} B</td>
                  <td class="number">{one.transactions ?? '–'}</td>
                  <td>
                    <code title={one.id}>{one.id.slice(0, 16)}…</code>
                  </td>
                  <td>
                    <code title={one.signer}>{one.signer.slice(0, 18)}…</code>
                  </td>
                  <td>
                    {one.emitter}
                    {one.via === null ? '' : ` by ${one.via}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {data?.slot === focus.slot && data.notes.length > 0 && (
        <ul>
          {data.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function useRested(slot: number | null): number | null {
  const [rested, setRested] = useState(slot);
  useEffect(() => {
    const timer = setTimeout(() => setRested(slot), REST_MS);
    return () => clearTimeout(timer);
  }, [slot]);
  return rested;
}
