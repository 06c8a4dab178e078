import { creditTo, escrowed } from './books.ts';
import { reached, seconds } from './chain.ts';
import { payShares, setAside } from './epochs.ts';
import { demand } from './refusal.ts';
import { setRegistered } from './registration.ts';
import { byName, takesPart } from './seats.ts';
import { configOf, DISSOLVED, DISSOLVING, isPaused, requireOpen } from './setup.ts';
import type { Books, Pool } from './state.ts';
import { lastWindowsOver, requireUndisputed } from './verdicts.ts';

export function beginDissolution(p: Pool): void {
  requireOpen(p);
  configOf(p).phase = DISSOLVING;
  p.state.dissolving_at = seconds(p.chain);
}

export function dissolve(p: Pool): void {
  const config = configOf(p);
  if (config.phase === DISSOLVED) return demand(splitRest(p), 'everything is split');
  demand(config.phase === DISSOLVING, 'the members have not voted to dissolve the pool');
  demand(!isPaused(p), 'the pool is paused for');
  const { state } = p;
  if (config.registered) {
    demand(reached(p.chain, state.dissolving_at + config.notice), 'the producer goes on for');
    return setRegistered(p, false);
  }
  demand(reached(p.chain, lastWindowsOver(p)), 'the last windows can be reported');
  demand(state.closing_through === state.closed_through, 'is not closed yet: close it first');
  requireUndisputed(p, state.last_window);
  demand(escrowed(p) === 0n, 'are in escrow');
  setAside(p);
  payShares(p);
  state.closing_through = state.last_window;
  state.closed_through = state.last_window;
  state.epoch += 1;
  splitRest(p);
  config.phase = DISSOLVED;
}

/** Everything that belongs to nobody yet, evenly, over those who take part or are suspended, else over those who have a seat. */
function splitRest(p: Pool): boolean {
  const seats = byName(p.seats);
  const active = seats.filter((seat) => takesPart(seat) || p.members.get(seat.account)?.status === 'suspended');
  const heirs = (active.length > 0 ? active : seats).map((seat) => seat.account);
  if (heirs.length === 0) return false;
  const split = [...p.books.values()].map((books) => splitBooks(p, books, heirs));
  return split.includes(true);
}

function splitBooks(p: Pool, books: Books, heirs: string[]): boolean {
  const rest = books.bucket + books.infrastructure;
  if (rest === 0n) return false;
  const count = BigInt(heirs.length);
  heirs.forEach((account, i) => {
    creditTo(p, books, account, rest / count + (BigInt(i) < rest % count ? 1n : 0n));
  });
  books.bucket = 0n;
  books.infrastructure = 0n;
  return true;
}
