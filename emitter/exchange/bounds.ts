import { LENGTH_BYTES } from '../decode/message.ts';
import { LIMITS } from '../limits.ts';

/** Bounds and times of the exchange of candidates between emitters, each with its reason. Times in ms. */
export const BOUNDS = {
  /** Announcements of so long leave in one message; the first of them at once. 100 members' blocks come within some such spans. */
  batchMs: 10,
  /** A member's own copy is on its way as a rule: after so long it is not, or its way is slow. A rescue's deadline is some 100 ms after that. */
  waitMs: 60,
  /** A holder that is silent for so long is taken for dead; after all holders were asked, twice as long, for some are 250 ms away. */
  answerMs: 150,
  /** And not longer than this. They are asked in turn for as long as somebody may need the block, for one may only be busy. */
  longestAnswerMs: 600,
  /** nats-server takes 1 MB unless it is told otherwise, and a vote that waits behind one piece waits 4 ms on 1 Gbit/s. */
  pieceBytes: 480 * 1024,
  /** The longest message that members' sessions take, with its length before it. */
  frameBytes: LIMITS.frameBytes + LENGTH_BYTES,
  /** Pieces of one frame under way at a time: 2 MB, what a way of 100 ms at 200 Mbit/s holds. */
  piecesAtOnce: 4,
  /** Emitters that are listened to: the contract admits no more. */
  emitters: 21,
  /** Blocks told of to who asks what there is: of two windows of 100 members. */
  keptBlocks: 2 * 12 * 100,
  /** Blocks of one emitter's that are remembered because they lack here: the same, for who was away lacks all of them. */
  lackedPerEmitter: 2 * 12 * 100,
  /** Slots before and after the running one whose blocks are of interest: two windows, for blocks leave early and emitters' clocks differ. */
  slots: 24,
  /** Blocks of a message: 1000 take some 160 kB. */
  blocksPerMessage: 1000,
  /** A longer announcement is not read: 1000 blocks and 256 members take 190 kB, sealed 210. */
  messageBytes: 256 * 1024,
  /** What one holder is asked for at a time: enough that none of the ways is empty, and one that never answers blocks no other. */
  framesPerHolder: 32,
  bytesPerHolder: LIMITS.frameBytes + LENGTH_BYTES,
  /** A holder whose answers fail more often in a second is passed over: each of them costs a look at all that lacks. */
  failuresPerSecond: 100,
  /** Bytes of answers that the server has not taken yet; more requests get none. Two frames of the longest kind. */
  unsentBytes: 2 * LIMITS.frameBytes,
  /** Requests answered in a second: 100 members' blocks of 1 MB twice a second, by two askers, are 1,200 pieces. */
  requestsPerSecond: 2000,
  /** All that there is to be told again, at the request of an emitter that is new: not more often than this. */
  tellAllMs: 1000,
  /** Which members are connected is told so often, beside each change. */
  beatMs: 500,
  /** An emitter that is silent for so long is gone, and with it its word on members: three beats. */
  silentMs: 1500,
  /** The same complaint about the same emitter is made once in this span. */
  complaintMs: 10_000,
} as const;
