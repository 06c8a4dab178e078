import type { Chooser } from './chooser.ts';
import type { Exchange } from './exchange/exchange.ts';
import type { Status } from './http.ts';
import type { MemberLinks } from './member-links.ts';
import type { MemberDirectory } from './members.ts';
import type { Readings } from './metrics.ts';
import type { PublicSide } from './public-side.ts';
import type { Frames } from './relay/frames.ts';
import { pathMs } from './select/path.ts';

interface Parts {
  chooser: Chooser;
  outside: PublicSide;
  links: MemberLinks;
  members: MemberDirectory;
  frames: Frames;
}

interface More {
  listening: boolean;
  draining: boolean;
  lastSeq: number;
  lastFault: string | null;
  agents: unknown;
  /** Of the cluster in which several emitters decide; null for one alone. */
  store: StoreStatus | null;
  /** Names of the other emitters that are heard, and what came from them and went to them; null for one alone. */
  others: string[];
  exchange: Exchange['counts'] | null;
}

/** `leader`: who made the newest decision, or has the newest lease, and `leads` whether that is this one; `isEntered`: whether its votes count. */
export interface StoreStatus {
  voters: number;
  isEntered: boolean;
  place: number;
  leader: string | null;
  leads: boolean;
  kept: number;
  behind: number;
}

/** Decisions are made by so many of the cluster's three nodes. */
const VOTERS_NEEDED = 2;

/** What `/status` and `/ready` show: ready is an emitter that takes members and whose blocks can leave. */
export function statusOf({ chooser, outside, links, members }: Parts, more: More): Status {
  const reasons: string[] = [];
  if (!outside.up) reasons.push('no session with the relay node, nor with a public peer');
  if (more.draining) reasons.push('stopping after this window');
  else if (!more.listening) reasons.push('not listening for members yet');
  if (more.store && more.store.voters < VOTERS_NEEDED)
    reasons.push(`${more.store.voters} of 3 nodes of the cluster vote: nothing can be decided`);
  else if (more.store && !more.store.isEntered)
    reasons.push(
      'votes of this emitter’s key do not count: the contract does not name it, or no other emitter has entered it yet',
    );
  const { tip, window } = chooser.state;
  const sessions = links.all.map(({ session, remote, signer, relayUp }) => {
    return { session, remote, signer, member: members.account(signer), relayUp };
  });
  return {
    ready: reasons.length === 0,
    reasons,
    outside: { relayUp: outside.relayUp, peers: outside.list },
    tip,
    window: window && { id: window.id, leader: window.leader, rescues: window.rescues },
    pathMs: pathMs(chooser.state),
    sessions,
    agents: more.agents,
    log: { seq: more.lastSeq },
    store: more.store,
    others: more.others,
    exchange: more.exchange,
    lastFault: more.lastFault,
  };
}

/** What the metrics read at a scrape. */
export function readingsOf(
  { outside, links, frames }: Parts,
  store: StoreStatus | null,
  others: Exchange | null,
  diskFree: number | null,
): Readings {
  const { member, relay, recent } = links.bytes;
  const bytes = {
    members: member,
    outside: relay + outside.unsentBytes,
    kept: recent + frames.bytes,
    spilled: frames.spilled.bytes,
  };
  const { relayUp, peersUp, list } = outside;
  const counts = others?.counts;
  const exchange = counts && {
    ...{ others: others.others.length, received: counts.received, failed: counts.failed, unsigned: counts.unsigned },
    givenBytes: counts.served.bytes,
  };
  const sessions = { members: links.all.length, relayUp, peersUp, peers: list.length };
  return { ...sessions, bytes, dropped: links.dropped, diskFree, store, exchange: exchange ?? null };
}
