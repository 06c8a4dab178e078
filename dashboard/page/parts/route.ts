import { useSyncExternalStore } from './external.ts';

export const VIEWS = ['live', 'pay', 'governance', 'join'] as const;
export type View = (typeof VIEWS)[number];

/** Where the page is: a view, and what of it ("#/pay/123456"). */
export interface Route {
  view: View;
  item: string | null;
}

/** Reads the part of the address behind "#"; what is not known is the live view. */
export function routeOf(hash: string): Route {
  const [view, item] = hash.replace(/^#\/?/, '').split('/');
  const known = VIEWS.find((name) => name === view);
  return { view: known ?? 'live', item: known && item ? decode(item) : null };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => window.location.hash));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
