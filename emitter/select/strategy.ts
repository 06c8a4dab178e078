import { STRATEGY_RULES } from './strategies.ts';
import type { Candidate } from './types.ts';

/** What a strategy may know besides the candidates. */
export interface ChoiceContext {
  now: number;
  window: number;
  /** Whose turn it is: live members take turns, window by window, in the order of their keys. */
  turn: string | null;
  /** Who made the last block of the pool's window before. */
  lastLeader: string | null;
  /** Live members that have not sent a block for this slot yet. */
  missing: readonly string[];
}

/** The choice, or until when more candidates are waited for. */
export type Choice = { take: Candidate } | { waitUntil: number };

export interface ParameterRule {
  default: number;
  min: number;
  max: number;
}

/** A strategy before its parameters are known. */
export interface StrategyRule {
  readonly name: string;
  readonly version: number;
  readonly parameters: Readonly<Record<string, ParameterRule>>;
  choose(candidates: readonly Candidate[], context: ChoiceContext, parameters: Record<string, number>): Choice;
}

/** Asked when a choice is free: at a window's first emission. Candidates come in order of arrival, never none, all for one slot. */
export interface Strategy {
  /** As voted, with all parameters: "rotate:wait=100". */
  readonly text: string;
  readonly name: string;
  readonly version: number;
  readonly parameters: Readonly<Record<string, number>>;
  choose(candidates: readonly Candidate[], context: ChoiceContext): Choice;
}

export const STRATEGIES: Readonly<Record<string, StrategyRule>> = Object.fromEntries(
  STRATEGY_RULES.map((rule) => [rule.name, rule]),
);

export type Parsed = { ok: true; strategy: Strategy } | { ok: false; problem: string };

/** Reads "name" or "name:param=value,…" as the contract has it; a problem is one sentence for people. */
export function parseStrategy(text: string): Parsed {
  const [name = '', given, ...more] = text.split(':');
  const rule = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
  if (!rule)
    return { ok: false, problem: `strategy "${name}" is unknown; known are: ${Object.keys(STRATEGIES).join(', ')}` };
  if (more.length > 0) return { ok: false, problem: `strategy "${text}" has more than one colon` };
  const parameters = Object.fromEntries(
    Object.entries(rule.parameters).map(([key, { default: value }]) => [key, value]),
  );
  for (const part of given === undefined ? [] : given.split(',')) {
    const problem = readParameter(rule, part, parameters);
    if (problem) return { ok: false, problem };
  }
  return { ok: true, strategy: withParameters(rule, parameters) };
}

function readParameter(rule: StrategyRule, part: string, into: Record<string, number>): string | null {
  const [key = '', value = ''] = part.split('=');
  const known = Object.hasOwn(rule.parameters, key) ? rule.parameters[key] : undefined;
  if (!known) {
    const names = Object.keys(rule.parameters).join(', ') || 'none';
    return `strategy ${rule.name} has no parameter "${key}"; it has: ${names}`;
  }
  const number = Number(value);
  if (!/^\d{1,9}$/.test(value) || part !== `${key}=${value}` || number < known.min || number > known.max)
    return `parameter "${part}" of strategy ${rule.name} must be ${key}= and a whole number from ${known.min} to ${known.max}`;
  into[key] = number;
  return null;
}

function withParameters(rule: StrategyRule, parameters: Record<string, number>): Strategy {
  const { name, version } = rule;
  const list = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  const text = list.length > 0 ? `${name}:${list.join(',')}` : name;
  const choose = (candidates: readonly Candidate[], context: ChoiceContext) =>
    rule.choose(candidates, context, parameters);
  return { text, name, version, parameters, choose };
}

/** What holds before the contract was read. */
export const DEFAULT_STRATEGY = (parseStrategy('first-delivered') as Extract<Parsed, { ok: true }>).strategy;
