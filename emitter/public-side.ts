import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import { type BlockHeader, decodeBlockHeader } from './decode/block.ts';
import { encodeSyncRequest } from './decode/sync-request.ts';
import { LIMITS } from './limits.ts';
import type { BlockRef } from './select/types.ts';
import { type Head, type PeerOptions, PeerSession } from './session/peer-session.ts';
import type { HeaderTree } from './verify/header-tree.ts';
import { IncomingBlock } from './verify/incoming.ts';

/** The only kind of signature whose key can be recovered here. */
const K1 = 0;

const NO_ID = '00'.repeat(32);

interface Parts {
  relay: string;
  chain: ChainClient;
  clock: Clock;
  logger: Logger;
  tree: HeaderTree;
  tip(): BlockRef | null;
  /** The pool's public blocks of the running window, in order: what a session that comes up may lack. */
  running(): { frame: Buffer }[];
  isPublic(id: string): boolean;
  /** `fromRelay`: the relay node has it, and did not just get it from a peer of ours. */
  onBlock(frame: Buffer, header: BlockHeader, fromRelay: boolean): void;
  /** The relay node answered a question of `askRelay`. */
  onAnswer(mark: bigint): void;
  /** A session came up or was lost. */
  onState(): void;
  onFault(code: string, text: string): void;
}

/**
 * The emitter's own sessions: with its relay node, and with public peers of the network. Each emitted block is written to all of
 * them at once, in order on each; blocks come in from all of them. The relay node has checked what it sends, a peer has not.
 */
export class PublicSide {
  private readonly parts: Parts;
  private relay: PeerSession | null = null;
  private readonly peers = new Map<string, PeerSession>();
  /** Bad blocks of each peer on its present connection. */
  private readonly refusals = new Map<string, number>();
  private chainId = '';
  private asking: Promise<Head> | null = null;
  /** The highest block that the relay node is known to have. */
  private relayNum = 0;
  /** Height of its head when it was dialled last. */
  private relayTold = 0;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  start(chainId: string, peers: string[]): void {
    this.chainId = chainId;
    const { relay } = this.parts;
    this.relay = this.session(relay, {
      head: () => this.relayHead(),
      onBlock: (frame) => this.fromRelay(frame),
      onAnswer: (mark) => this.parts.onAnswer(mark),
    });
    this.relay.start();
    this.setPeers(peers);
  }

  stop(): void {
    this.relay?.stop();
    for (const peer of this.peers.values()) peer.stop();
  }

  /** Dials those that are new, leaves those that are gone from the list, keeps the rest. Before the start it does nothing. */
  setPeers(addresses: string[]): void {
    if (!this.relay) return;
    for (const [address, peer] of this.peers) {
      if (addresses.includes(address)) continue;
      peer.stop();
      this.peers.delete(address);
    }
    for (const address of addresses) {
      if (this.peers.has(address)) continue;
      const peer = this.dialPeer(address);
      this.peers.set(address, peer);
      peer.start();
    }
  }

  /** Writes a block to all sessions that are up; false when none took it. */
  send(frame: Buffer, block: { num: number }): boolean {
    let taken = false;
    if (this.relay?.send(frame)) {
      taken = true;
      this.relayHas(block.num);
    }
    for (const peer of this.peers.values()) if (peer.send(frame)) taken = true;
    return taken;
  }

  /** Writes a question to the relay node behind all blocks; see PeerSession. */
  ask(): bigint | null {
    return this.relay?.ask() ?? null;
  }

  /** Whether a block can leave. */
  get up(): boolean {
    return this.relayUp || this.peersUp > 0;
  }

  get relayUp(): boolean {
    return this.relay?.up === true;
  }

  get peersUp(): number {
    return [...this.peers.values()].filter((peer) => peer.up).length;
  }

  /** Whether members should get public blocks from here, for the relay node is gone, or silent, or still syncing. */
  get isRelayBehind(): boolean {
    return !this.relayUp || (this.parts.tip()?.num ?? 0) > this.relayNum + 2;
  }

  get unsentBytes(): number {
    return [this.relay, ...this.peers.values()].reduce((sum, session) => sum + (session?.unsentBytes ?? 0), 0);
  }

  get list(): { address: string; up: boolean }[] {
    return [...this.peers.values()].map(({ address, up }) => ({ address, up }));
  }

  /** The relay node showed that it has a block of this height. */
  relayHas(num: number): void {
    this.relayNum = Math.max(this.relayNum, num);
  }

  /** The relay node's own head; rejects while it does not answer or is far behind. Asked once for all who want it at a time. */
  relayHead(): Promise<Head> {
    this.asking ??= this.askRelay().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async askRelay(): Promise<Head> {
    const info = await this.parts.chain.info();
    const { last_irreversible_block_num: libNum, last_irreversible_block_id: libId } = info;
    const behind = (this.parts.tip()?.num ?? 0) - info.head_block_num;
    if (behind > LIMITS.relayBehindBlocks) throw new Error(`the relay node is ${behind} blocks behind`);
    this.relayTold = info.head_block_num;
    return { libNum, libId, headNum: info.head_block_num, headId: info.head_block_id };
  }

  private session(address: string, more: Pick<PeerOptions, 'head' | 'onBlock' | 'onAnswer'>): PeerSession {
    const { clock } = this.parts;
    const { chainId } = this;
    const session: PeerSession = new PeerSession({
      ...{ address, chainId, clock, ...more },
      onState: (up, reason) => {
        // What left while it was away could have died with the others: nodeos ignores what it has.
        if (up) for (const { frame } of this.parts.running()) session.send(frame);
        if (up && session === this.relay) this.askForLacking(session);
        this.tellState(address, up, reason);
      },
    });
    return session;
  }

  /** At a start in mid-window the tip is below that window's blocks, and while the session was away others can have become public. */
  private askForLacking(relay: PeerSession): void {
    const tip = this.parts.tip()?.num ?? 0;
    const lacking = this.relayTold - tip;
    if (lacking > 0 && lacking <= LIMITS.lackingBlocks) relay.send(encodeSyncRequest(tip + 1, this.relayTold));
  }

  private tellState(address: string, up: boolean, reason: string): void {
    const isRelay = address === this.parts.relay;
    const what = `${isRelay ? 'relay node' : 'public peer'} ${up ? 'connected' : 'lost'}`;
    this.refusals.delete(address);
    this.parts.logger[up ? 'info' : 'error']({ address, reason }, what);
    if (!up && isRelay) this.parts.onFault('relay_lost', `the session with the relay node ended: ${reason}`);
    this.parts.onState();
  }

  private dialPeer(address: string): PeerSession {
    const onBlock = (frame: Buffer) => {
      const why = this.fromPeer(frame);
      if (why !== null) this.refused(session, why);
    };
    const session: PeerSession = this.session(address, { head: () => this.publicHead(), onBlock });
    return session;
  }

  private refused(session: PeerSession, why: string): void {
    const { address } = session;
    const count = (this.refusals.get(address) ?? 0) + 1;
    this.refusals.set(address, count);
    if (count <= LIMITS.refusedPerPeer) return;
    this.parts.onFault('bad_peer', `the public peer ${address} sent ${count} bad blocks, the last: ${why}`);
    session.cut('bad_blocks');
  }

  /**
   * The head to tell a public peer: the public tip, so that it sends what comes after it and asks for nothing; no last
   * irreversible block (0), so that a peer that syncs does not pick us as a source. Source: Leap v5.0.3 net_plugin.cpp, `recv_handshake`.
   */
  private async publicHead(): Promise<Head> {
    const tip = this.parts.tip();
    if (!tip) throw new Error('no public block is known yet');
    return { libNum: 0, libId: NO_ID, headNum: tip.num, headId: tip.id };
  }

  private fromRelay(frame: Buffer): void {
    const header = decodeBlockHeader(frame);
    if (!header.ok) return this.parts.onFault(header.code, 'the relay node sent a block that cannot be decoded');
    this.relayHas(header.value.num);
    this.parts.onBlock(frame, header.value, true);
  }

  /** Gives why the block is held against the peer, or null. One that cannot be checked proves nothing: the relay node will bring it. */
  private fromPeer(frame: Buffer): string | null {
    const header = decodeBlockHeader(frame);
    if (!header.ok) return header.code;
    if (header.value.signature.type !== K1) return null;
    const refused = this.refuse(frame, header.value);
    if (refused === null) this.parts.onBlock(frame, header.value, false);
    return refused === 'unlinked' ? null : refused;
  }

  /** A peer's block has passed no check of a node of ours: turn, schedule, signature and receipts are checked here. */
  private refuse(frame: Buffer, header: BlockHeader): string | null {
    if (this.parts.isPublic(header.id)) return null;
    const block = new IncomingBlock(frame, header);
    const linked = block.link(this.parts.tree);
    if (!linked.ok) return linked.code;
    const body = block.body();
    if (!body.ok) return body.code;
    return body.value.root.equals(header.transactionRoot) ? null : 'wrong_transaction_root';
  }
}
