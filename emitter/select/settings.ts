import type { SelectState } from './state.ts';
import { DEFAULT_STRATEGY, parseStrategy, type Strategy } from './strategy.ts';
import type { Mode, SelectEffect, SelectEvent } from './types.ts';

/** How a window is run. */
export interface Rule {
  strategy: Strategy;
  mode: Mode;
}

/** What was voted: `rule` from the window `fromWindow` on, `before` until then. */
export interface Settings {
  fromWindow: number;
  rule: Rule;
  before: Rule;
}

const DEFAULT_RULE: Rule = { strategy: DEFAULT_STRATEGY, mode: 'propose' };

export const DEFAULT_SETTINGS: Settings = { fromWindow: 0, rule: DEFAULT_RULE, before: DEFAULT_RULE };

export function ruleFor(state: SelectState, window: number): Rule {
  if (state.window?.id === window) return state.window.rule;
  const { fromWindow, rule, before } = state.settings;
  return window >= fromWindow ? rule : before;
}

/** Takes over what was voted. What this version does not know leaves the last known in place, and is told. */
export function onSettings(
  state: SelectState,
  event: Extract<SelectEvent, { type: 'settings' }>,
  effects: SelectEffect[],
): void {
  const { rule, before } = state.settings;
  state.settings = {
    fromWindow: event.fromWindow,
    rule: known(event.strategy, event.mode, rule, effects),
    before: known(event.previousStrategy, event.previousMode, before, []),
  };
}

function known(text: string, mode: string, last: Rule, effects: SelectEffect[]): Rule {
  const parsed = parseStrategy(text);
  const strategy = parsed.ok ? parsed.strategy : last.strategy;
  const isMode = mode === 'propose' || mode === 'standby';
  if (!parsed.ok) say(`${parsed.problem}; ${last.strategy.text} goes on`);
  if (!isMode) say(`mode "${mode}" is unknown; ${last.mode} goes on`);
  return { strategy, mode: isMode ? mode : last.mode };

  function say(problem: string): void {
    effects.push({ type: 'fault', code: 'settings', text: `the vote cannot be followed: ${problem}` });
  }
}
