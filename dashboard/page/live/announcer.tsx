import { useEffect, useRef, useState } from 'preact/hooks';
import { remember, remembered } from '../parts/remember.ts';
import type { LiveStore } from './store.ts';
import { sayColumn } from './words.ts';

/** Never more often, so that a screen reader can come to an end. */
const EVERY_MS = 5_000;

/**
 * Tells the last slot in words to screen readers, at most every five seconds; a switch turns it off. While new slots come it tells the newest
 * but one, for the newest is still being filled.
 */
export function Announcer({ store }: { store: LiveStore }) {
  const [isOn, setOn] = useState(remembered('announce') !== 'off');
  const [text, setText] = useState('');
  const newest = useRef(0);
  useEffect(() => {
    if (!isOn) return setText('');
    const tell = () => {
      const last = store.columns.at(-1);
      if (!last) return;
      const isResting = newest.current === last.slot;
      newest.current = last.slot;
      const column = isResting ? last : store.columns.at(-2);
      if (column) setText(sayColumn(column, store.rows));
    };
    const timer = setInterval(tell, EVERY_MS);
    return () => clearInterval(timer);
  }, [isOn, store]);
  return (
    <p class="announcer">
      <label>
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ currentTarget }) => {
            setOn(currentTarget.checked);
            remember('announce', currentTarget.checked ? 'on' : 'off');
          }}
        />{' '}
        Tell the last slot in words
      </label>{' '}
      <span role="status" aria-live="polite" class="note">
        {text}
      </span>
    </p>
  );
}
