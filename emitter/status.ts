import type { Chooser } from './chooser.ts';
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
  /** Of the cluster in which several emitters decide; null for one alone. `leader`: who made the newest decision, or has the newest lease. */
  store: { voters: number; place: number; leader: string | null; kept: number; behind: number } | null;
  /** Names of the other emitters that are heard. */
  others: string[];
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
    lastFault: more.lastFault,
  };
}

/** What the metrics read at a scrape. */
export function readingsOf({ outside, links, frames }: Parts, store: More['store']): Readings {
  const { member, relay, recent } = links.bytes;
  const bytes = {
    members: member,
    outside: relay + outside.unsentBytes,
    kept: recent + frames.bytes,
    spilled: frames.spilled.bytes,
  };
  const { relayUp, peersUp, list } = outside;
  return { members: links.all.length, relayUp, peersUp, peers: list.length, bytes, dropped: links.dropped, store };
}
