import type { Logger } from '../common/logger.ts';
import type { PublicBranch } from './relay/branch.ts';
import { type LinkContext, MemberLink } from './relay/member-link.ts';
import { type RecentBlock, RecentBlocks } from './relay/recent.ts';
import { dial } from './session/dial.ts';
import type { FrameSocket } from './session/frame-socket.ts';
import type { Head } from './session/peer-session.ts';

const SILENCE_CHECK_MS = 5000;

interface Parts {
  /** The relay node's p2p address. */
  relay: string;
  logger: Logger;
  branch: PublicBranch;
  /** Whether members should get public blocks from here. */
  isRelayBehind(): boolean;
  relayHead(): Promise<Head>;
  onFault(code: string, text: string): void;
}

/** What a link needs to know beyond what all links have in common. */
export type LinkNeeds = Omit<LinkContext, 'branch' | 'upTo' | 'relayHead' | 'onRelayLost' | 'onDropped'>;

/** Members' connections, and what they are fed with while the relay node does not serve them. */
export class MemberLinks {
  private readonly parts: Parts;
  private readonly links = new Set<MemberLink>();
  private readonly recent = new RecentBlocks();
  private readonly silenceTimer: NodeJS.Timeout;
  private accepted = 0;
  private feeding = false;
  /** Members' messages dropped for want of the relay node. */
  dropped = 0;

  constructor(parts: Parts) {
    this.parts = parts;
    this.silenceTimer = setInterval(() => this.checkSilence(), SILENCE_CHECK_MS).unref();
  }

  accept(socket: FrameSocket, needs: LinkNeeds): MemberLink {
    const { relay, branch, relayHead } = this.parts;
    const link = new MemberLink(++this.accepted, socket, () => dial(relay), {
      ...needs,
      relayHead,
      branch: (window) => branch.of(window),
      upTo: (id) => this.upTo(id),
      onRelayLost: (of, reason) => this.onRelayLost(of, reason),
      onDropped: () => {
        this.dropped++;
      },
    });
    this.links.add(link);
    return link;
  }

  delete(link: MemberLink): void {
    this.links.delete(link);
  }

  get all(): MemberLink[] {
    return [...this.links];
  }

  /** Bytes that members, and the relay node on members' ways to it, have not taken yet; and of blocks kept for members. */
  get bytes(): { member: number; relay: number; recent: number } {
    const sums = { member: 0, relay: 0, recent: this.recent.bytes };
    for (const { unsentBytes } of this.links) {
      sums.member += unsentBytes.member;
      sums.relay += unsentBytes.relay;
    }
    return sums;
  }

  /** A block became public. */
  add(block: RecentBlock): void {
    this.recent.add(block);
    this.feedSoon();
  }

  /** Hands public blocks to the members whom the relay node does not serve now, once a turn of the event loop. */
  feedSoon(): void {
    if (this.feeding) return;
    this.feeding = true;
    setImmediate(() => {
      this.feeding = false;
      const all = this.parts.isRelayBehind();
      const blocks = this.recent.all.filter(({ id, slot, pool }) => !pool || this.parts.branch.has(id, slot));
      for (const link of this.links) if (all || !link.relayUp) link.feed(blocks);
    });
  }

  stop(reason: string): void {
    clearInterval(this.silenceTimer);
    for (const link of this.links) link.close(reason);
  }

  /** The public branch that ends in a block, as far as its blocks are kept, replaced ones included, in order. */
  private upTo(id: string): RecentBlock[] {
    const { branch } = this.parts;
    const path: RecentBlock[] = [];
    for (let at: string | undefined = id; at !== undefined; at = path[0]?.previous) {
      const ours = branch.find(at);
      const found: RecentBlock | undefined = ours ? { ...ours, pool: true } : this.recent.find(at);
      if (!found) break;
      path.unshift(found);
    }
    return path;
  }

  private onRelayLost({ session }: MemberLink, reason: string): void {
    this.parts.logger.warn({ session, reason }, 'a member’s way to the relay node was lost');
    const text = `the relay node ended the connection of session ${session}: ${reason}`;
    if (reason.startsWith('relay_said_go_away')) this.parts.onFault('relay_said_go_away', text);
    this.feedSoon();
  }

  private checkSilence(): void {
    for (const link of this.links) link.checkSilence(performance.now());
  }
}
