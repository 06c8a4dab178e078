import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Governance } from './govern/governance.tsx';
import { Join } from './join/join.tsx';
import { Live } from './live/live.tsx';
import { LiveStore } from './live/store.ts';
import { LiveStream, type StreamState } from './live/stream.ts';
import { useRoute, type View } from './parts/route.ts';
import { setTheme, useTheme } from './parts/theme.ts';
import { Pay } from './pay/pay.tsx';

const TITLES: Record<View, string> = {
  live: 'Live',
  pay: 'Windows & pay',
  governance: 'Governance',
  join: 'Join',
};

/** The whole page: its head with the four views, and the one that the address names. The stream goes on in all of them. */
export function App() {
  const { view, item } = useRoute();
  const theme = useTheme();
  const store = useMemo(() => new LiveStore(), []);
  const [pool, setPool] = useState('');
  const [stream, setStream] = useState<StreamState>({ isOpen: true, heardAt: null });
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);

  useEffect(() => {
    const unsubscribe = store.subscribe(() => setPool(store.pool));
    const follower = new LiveStream(store, (state) => setStream((before) => (isNews(before, state) ? state : before)));
    return () => {
      unsubscribe();
      follower.close();
    };
  }, [store]);

  useEffect(() => {
    document.title = `${TITLES[view]}${pool ? ` · ${pool}` : ''} · block producer pool`;
  }, [view, pool]);
  // Who goes to another view by keyboard or screen reader goes on in it.
  // For each view.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [view]);

  return (
    <>
      <header class="top">
        <button type="button" class="skip" onClick={() => main.current?.focus()}>
          Skip to the content
        </button>
        <strong class="pool">{pool || 'Block producer pool'}</strong>
        <nav aria-label="Views">
          {(Object.entries(TITLES) as [View, string][]).map(([name, title]) => (
            <a key={name} href={`#/${name}`} aria-current={name === view ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <button type="button" class="theme" onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}>
          {theme === 'dark' ? 'Light' : 'Dark'}
        </button>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <h1>{TITLES[view]}</h1>
        {view === 'live' && <Live store={store} stream={stream} />}
        {view === 'pay' && <Pay item={item} />}
        {view === 'governance' && <Governance />}
        {view === 'join' && <Join />}
      </main>
    </>
  );
}

/** While the stream is open, the time of its last event is not shown anywhere. */
function isNews(before: StreamState, now: StreamState): boolean {
  return before.isOpen !== now.isOpen || !now.isOpen;
}
