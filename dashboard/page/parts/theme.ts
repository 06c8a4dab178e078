import { useSyncExternalStore } from './external.ts';
import { remember, remembered } from './remember.ts';

export type Theme = 'light' | 'dark';
const KEY = 'theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

/** What was chosen with the switch; null: as the system has it. */
function chosen(): Theme | null {
  const value = remembered(KEY);
  return value === 'light' || value === 'dark' ? value : null;
}

function current(): Theme {
  return chosen() ?? (system.matches ? 'dark' : 'light');
}

/** Puts the theme on the document; call once at the beginning. */
export function startTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = current();
    for (const listener of listeners) listener();
  };
  system.addEventListener('change', apply);
  window.addEventListener('storage', apply);
  apply();
}

export function setTheme(theme: Theme): void {
  remember(KEY, theme);
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
