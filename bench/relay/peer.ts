import { randomBytes } from 'node:crypto';
import { encodeHandshake } from '../../emitter/decode/handshake.ts';
import { MESSAGE, messageType } from '../../emitter/decode/message.ts';
import { answerTime } from '../../emitter/decode/time.ts';
import type { FrameSocket } from '../../emitter/session/frame-socket.ts';

export interface PeerHead {
  chainId: string;
  num: number;
  id: string;
}

/** Speaks as a node with this head: says hello, answers time messages, hands on blocks; all else is ignored. */
export function speakAsNode(socket: FrameSocket, head: PeerHead, onBlock: (frame: Buffer) => void): void {
  socket.onFrame = (frame) => {
    if (messageType(frame) === MESSAGE.signedBlock) return onBlock(frame);
    if (messageType(frame) !== MESSAGE.time) return;
    const answer = answerTime(frame, BigInt(Date.now()) * 1_000_000n);
    if (answer) socket.send(answer);
  };
  const nodeId = randomBytes(32);
  const { chainId, num, id } = head;
  socket.send(
    encodeHandshake({
      ...{ networkVersion: 1212, chainId, nodeId, timeNs: BigInt(Date.now()) * 1_000_000n },
      p2pAddress: `bench:0:blk - ${nodeId.toString('hex').slice(0, 7)}`,
      ...{ libNum: num, libId: id, headNum: num, headId: id, agent: 'bench', generation: 1 },
    }),
  );
}
