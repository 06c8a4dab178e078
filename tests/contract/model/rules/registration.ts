import { unregister, windowNow } from './chain.ts';
import { demand } from './refusal.ts';
import { noteEnd, refreshSigning, takesPart } from './seats.ts';
import { configOf, requireOpen } from './setup.ts';
import type { Pool } from './state.ts';

export function setRegistered(p: Pool, on: boolean): void {
  const config = configOf(p);
  if (!on) {
    demand(config.registered, 'is not registered');
    config.registered = false;
    noteEnd(p);
    p.chain.inlines.push(() => unregister(p.chain));
    return;
  }
  requireOpen(p);
  const signs = [...p.seats.values()].some((seat) => seat.signing && takesPart(seat));
  demand(signs, 'no member has a key to sign with');
  config.registered = true;
  if (p.state.first_window === 0) p.state.first_window = windowNow(p.chain);
  refreshSigning(p);
}
