import { decodeBlock, ReportFinder, type Sighting } from '../../oracle/source/ship/decode.ts';
import { ShipSession } from '../../oracle/source/ship/session.ts';
import type { Block } from '../../oracle/source/source.ts';

export interface Tapped {
  block: Block;
  reports: Sighting[];
  irreversible: { num: number; id: string };
  /** Monotonic ms. */
  at: number;
}

/** Everything that a node's state history streams from its last irreversible block on, reversible and forked blocks included. */
export function tapShip(url: string, dac: string, take: (tapped: Tapped) => void): ShipSession {
  const finder = new ReportFinder(dac);
  return new ShipSession(url, {
    begin: async ({ irreversible }) => ({ start: irreversible.num, traces: true }),
    take: (types, { irreversible, block, traces }) => {
      if (!block) return;
      const reports = traces ? finder.find(types, traces) : [];
      take({ block: decodeBlock(types, block), reports, irreversible, at: performance.now() });
    },
  });
}
