import { randomBytes } from 'node:crypto';
import { encodeHandshake, type HandshakeHead } from '../decode/handshake.ts';

const NO_ID = '00'.repeat(32);

/**
 * A handshake of the emitter's own, for a member that dials while the relay node is gone: without one nodeos sends no blocks. It tells of the
 * member's own head and of no last irreversible block, so that the member takes both for in sync and asks for nothing.
 * Source: Leap v5.0.3 net_plugin.cpp, `recv_handshake`.
 */
export class Greeting {
  private readonly send: (frame: Buffer) => void;
  private readonly now: () => number;
  /** The member's first handshake. */
  private member: HandshakeHead | null = null;
  /** By the relay node, or from here. */
  private answered = false;

  constructor(send: (frame: Buffer) => void, now: () => number) {
    this.send = send;
    this.now = now;
  }

  /** The member introduced itself. */
  introduced(member: HandshakeHead, relayUp: boolean): void {
    this.member ??= member;
    if (!relayUp) this.relayGone();
  }

  /** The relay node's handshake came. */
  relayAnswered(): void {
    this.answered = true;
  }

  relayGone(): void {
    if (this.answered || !this.member) return;
    this.answered = true;
    const { networkVersion, chainId, headNum, headId } = this.member;
    const timeNs = BigInt(Math.floor(this.now())) * 1_000_000n;
    const nodeId = randomBytes(32);
    const p2pAddress = `emitter:0 - ${nodeId.toString('hex').slice(0, 7)}`;
    const head = { libNum: 0, libId: NO_ID, headNum, headId, agent: 'bppool emitter', generation: 1 };
    this.send(encodeHandshake({ networkVersion, chainId, nodeId, timeNs, p2pAddress, ...head }));
  }
}
