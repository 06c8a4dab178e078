import type { Logger } from '../common/logger.ts';
import { verifiedRecord } from './candidate-record.ts';
import type { Chooser } from './chooser.ts';
import { ALONE } from './decide/decider.ts';
import { decodeBlockHeader } from './decode/block.ts';
import type { Journal } from './log/journal.ts';
import type { MemberDirectory } from './members.ts';
import { PublicBranch } from './relay/branch.ts';
import { Frames } from './relay/frames.ts';
import { candidateKey } from './select/state.ts';
import { Framer } from './session/framer.ts';
import type { Verified } from './verify/candidate.ts';
import type { HeaderTree } from './verify/header-tree.ts';
import { IncomingBlock } from './verify/incoming.ts';
import { type Arrival, Intake } from './verify/intake.ts';

interface Parts {
  tree: HeaderTree;
  members: MemberDirectory;
  journal: Journal;
  chooser: Chooser;
  logger: Logger;
}

interface Played {
  arrival: Arrival<unknown>;
  verified: Extract<Verified, { ok: true }>;
}

/** Longer blocks are not hashed to their end, which takes 0.7 ms for 1 MB: a candidate that comes meanwhile would wait for it. */
const HASHED_BYTES = 32 * 1024;

const NOTHING = () => {};
const ENDS = {
  ...{ onFault: NOTHING, onSent: NOTHING, onLead: NOTHING, onRelease: NOTHING, onLeak: NOTHING, onFenced: NOTHING },
  ...{ onClosing: NOTHING, onWant: NOTHING, canSend: () => true, send: () => true, decider: ALONE },
};

/**
 * Lets the newest candidates go the way of all candidates again, with the same code and to no effect: they are cut from the stream, verified,
 * kept, chosen and decided by objects of its own, whose journal ends nowhere and whose blocks are sent to nobody. See Awake for what for.
 */
export class Rehearsal {
  private readonly parts: Parts;
  private readonly logger: Logger;
  private readonly framer = new Framer(HASHED_BYTES, (frame) => this.take(frame));
  /** The two newest: a window's first block is chosen in another way than those after it. */
  private played: Played[] = [];
  private isVerified = false;

  constructor(parts: Parts) {
    this.parts = parts;
    this.logger = parts.logger.child({}, { level: 'silent' });
  }

  note(arrival: Arrival<unknown>, verified: Played['verified']): void {
    this.played = [...this.played.slice(-1), { arrival, verified }];
  }

  /** One of two halves of the way, in turns, some 0.15 ms each. */
  step(): void {
    const newest = this.played.at(-1);
    if (!newest) return;
    this.isVerified = !this.isVerified;
    if (this.isVerified) this.verify(newest.arrival);
    else this.choose();
  }

  private verify({ frame, header }: Arrival<unknown>): void {
    if (frame.length <= HASHED_BYTES) this.framer.push(frame);
    else {
      this.parts.tree.link(header);
      new IncomingBlock(frame, header).feed(HASHED_BYTES);
    }
  }

  private take(frame: Buffer): void {
    const decoded = decodeBlockHeader(frame);
    const { arrival } = this.played.at(-1) as Played;
    if (decoded.ok) new Intake<unknown>(this.parts.tree).take({ ...arrival, frame, header: decoded.value });
  }

  private choose(): void {
    const { tree, members } = this.parts;
    const journal = this.parts.journal.twin();
    const frames = new Frames();
    const chooser = this.parts.chooser.twin({
      ...ENDS,
      frames,
      journal,
      branch: new PublicBranch(),
      logger: this.logger,
    });
    const parent = tree.get(this.played[0]?.arrival.header.previous ?? '');
    if (!parent) return;
    const { id, num, slot, previous } = parent;
    chooser.state.tip = { id, num, slot, previous };
    for (const { arrival, verified } of this.played) {
      const { signer } = verified;
      const { header, frame, monotonic, at } = arrival;
      chooser.state.sessions.set(signer, 1);
      frames.keep(candidateKey({ id: header.id, signer }), { slot: header.slot, frame, monotonic });
      chooser.offer(verifiedRecord(arrival, verified, at, members.account(signer)));
    }
    chooser.stop();
  }
}
