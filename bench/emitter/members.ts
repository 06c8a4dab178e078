import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import secp256k1 from 'secp256k1';
import { sha256 } from '../../common/canonical.ts';
import { MESSAGE } from '../../emitter/decode/message.ts';
import { sign, type Unsigned } from '../relay/blocks.ts';

/**
 * Members that are bare sockets. All make the same block for a slot and each signs it with its own key, so that each sends a
 * candidate of its own and all go on from whichever is emitted.
 */
export class Members {
  readonly keys: string[];
  private readonly secrets: Buffer[];
  private sockets: Socket[] = [];

  constructor(count: number) {
    this.secrets = Array.from({ length: count }, (_, i) => sha256(`member ${i}`));
    this.keys = this.secrets.map((key) => `0:${Buffer.from(secp256k1.publicKeyCreate(key, true)).toString('hex')}`);
  }

  async connect(host: string, port: number): Promise<void> {
    this.sockets = this.secrets.map(() => connect({ host, port, noDelay: true }));
    for (const socket of this.sockets) socket.on('error', () => {}).resume();
    await Promise.all(this.sockets.map((socket) => once(socket, 'connect')));
  }

  /** A member's candidate: what stands before the body, which all share. */
  head({ header, body, digest }: Unsigned, member: number): Buffer {
    const signature = sign(digest, this.secrets[member] as Buffer);
    const start = Buffer.alloc(5);
    start.writeUInt32LE(1 + header.length + signature.length + body.length);
    start[4] = MESSAGE.signedBlock;
    return Buffer.concat([start, header, signature]);
  }

  send(member: number, head: Buffer, body: Buffer): void {
    const socket = this.sockets[member] as Socket;
    socket.cork();
    socket.write(head);
    socket.write(body);
    socket.uncork();
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
