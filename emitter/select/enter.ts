import { closing } from './closing.ts';
import { openWindow, type SelectState, type WindowState } from './state.ts';
import type { SelectEffect } from './types.ts';
import { liftFromAll } from './verdict.ts';

/** The window with this id, opened if it is new; null for one that is over. */
export function enterWindow(state: SelectState, id: number, effects: SelectEffect[]): WindowState | null {
  const running = state.window;
  if (running?.id === id) return running;
  if (id <= state.lastWindow || !state.tip) return null;
  if (running) effects.push(closing(state, running));
  const window = openWindow(state, id, state.tip);
  liftFromAll(state, window, effects);
  return window;
}
