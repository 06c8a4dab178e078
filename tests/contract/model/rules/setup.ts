import { reached, requireAccount } from './chain.ts';
import { demand, demandRow } from './refusal.ts';
import type { Config, Pool } from './state.ts';

export const FOUNDING = 0;
export const LIVE = 1;
export const DISSOLVING = 2;
export const DISSOLVED = 3;

export function configOf(p: Pool): Config {
  return demandRow(p.config, 'the pool is not set up');
}

export function isPaused(p: Pool): boolean {
  return !reached(p.chain, configOf(p).paused_until);
}

export function requireRunning(p: Pool): Config {
  const config = configOf(p);
  demand(!isPaused(p), 'the pool is paused for');
  return config;
}

export function requireOpen(p: Pool): void {
  demand(configOf(p).phase <= LIVE, 'the pool is being dissolved');
}

export function requireNotDissolved(p: Pool): void {
  demand(configOf(p).phase !== DISSOLVED, 'the pool is dissolved: only claims and withdrawals go on');
}

export function requireText(text: string): void {
  demand(Buffer.byteLength(text) <= 255, 'at most 255 are allowed');
}

export function requireLabel(text: string): void {
  const bytes = Buffer.byteLength(text);
  demand(bytes >= 1 && bytes <= 32, '1 to 32 are allowed');
}

/** An account that may be paid: outside the pool. */
export function requirePayee(p: Pool, payee: string): void {
  requireAccount(p.chain, payee);
  demand(payee !== p.self && payee !== p.config?.producer, 'belongs to the pool itself');
}
