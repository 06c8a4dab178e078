import type { PublicBranch } from './relay/branch.ts';
import { type LinkContext, MemberLink } from './relay/member-link.ts';
import { type RecentBlock, RecentBlocks } from './relay/recent.ts';
import { dial } from './session/dial.ts';
import type { FrameSocket } from './session/frame-socket.ts';

const SILENCE_CHECK_MS = 5000;

/** Members' connections, and what they are fed with while the relay node does not serve them. */
export class MemberLinks {
  private readonly relay: string;
  private readonly branch: PublicBranch;
  private readonly isRelayBehind: () => boolean;
  private readonly links = new Set<MemberLink>();
  private readonly recent = new RecentBlocks();
  private readonly silenceTimer: NodeJS.Timeout;
  private accepted = 0;
  private feeding = false;

  /** `relay`: its p2p address. `isRelayBehind`: whether members should get public blocks from here. */
  constructor(relay: string, branch: PublicBranch, isRelayBehind: () => boolean) {
    this.relay = relay;
    this.branch = branch;
    this.isRelayBehind = isRelayBehind;
    this.silenceTimer = setInterval(() => this.checkSilence(), SILENCE_CHECK_MS).unref();
  }

  accept(socket: FrameSocket, context: LinkContext): MemberLink {
    const link = new MemberLink(++this.accepted, socket, () => dial(this.relay), context);
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

  /** A block became public. The frame is kept: it must not be a view of a larger buffer. */
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
      const all = this.isRelayBehind();
      const blocks = this.recent.all.filter(({ id, slot, pool }) => !pool || this.branch.has(id, slot));
      for (const link of this.links) if (all || !link.relayUp) link.feed(blocks);
    });
  }

  stop(reason: string): void {
    clearInterval(this.silenceTimer);
    for (const link of this.links) link.close(reason);
  }

  private checkSilence(): void {
    for (const link of this.links) link.checkSilence(performance.now());
  }
}
