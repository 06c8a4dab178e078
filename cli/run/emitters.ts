import path from 'node:path';
import { emitterName, relayName } from '../../devnet/layout.ts';

/** An emitter of a run: how it is called and reached, what it writes, which relay node is its own. */
export interface EmitterPlace {
  /** Of its program: `emitter` when it is the only one, else as its account. */
  name: string;
  /** Its operator's, by which the contract and the other emitters know it. */
  account: string;
  /** "host:port" that members dial. */
  p2p: string;
  /** URL of what it tells. */
  http: string;
  /** File of its own log. */
  eventLog: string;
  /** Name of its relay node. */
  relay: string;
}

/** Ports that one emitter listens on. */
export const EMITTER_PORTS = 2;

/** The emitters of a run in `dir`, with EMITTER_PORTS each from `base` on. */
export function placeEmitters(count: number, dir: string, base: number): EmitterPlace[] {
  return Array.from({ length: count }, (_, i) => {
    const account = emitterName(i);
    const port = base + i * EMITTER_PORTS;
    return {
      name: count === 1 ? 'emitter' : account,
      account,
      p2p: `127.0.0.1:${port}`,
      http: `http://127.0.0.1:${port + 1}`,
      eventLog: path.join(dir, count === 1 ? 'events.sqlite' : `events-${account}.sqlite`),
      relay: relayName(i),
    };
  });
}
