import { keyText } from '../common/keys.ts';
import type { Logger } from '../common/logger.ts';
import { windowOf } from '../common/slot.ts';
import { refusedRecord, verifiedRecord } from './candidate-record.ts';
import type { Chooser } from './chooser.ts';
import type { BlockHeader } from './decode/block.ts';
import type { Journal } from './log/journal.ts';
import type { MemberDirectory } from './members.ts';
import { Rehearsal } from './rehearsal.ts';
import type { Frames } from './relay/frames.ts';
import type { Asked } from './relay/lacking.ts';
import type { MemberLink } from './relay/member-link.ts';
import { candidateKey } from './select/state.ts';
import type { Suspects } from './suspects.ts';
import type { Equivocation } from './verify/equivocation.ts';
import type { HeaderTree } from './verify/header-tree.ts';
import { type Arrival, Intake, type Outcome } from './verify/intake.ts';

interface Parts {
  tree: HeaderTree;
  frames: Frames;
  members: MemberDirectory;
  journal: Journal;
  chooser: Chooser;
  suspects: Suspects;
  logger: Logger;
  /** A connection's member is known now. */
  onIdentified(link: MemberLink): void;
  /** A candidate is kept now: other emitters can have it. */
  onKept(key: string, header: BlockHeader, bytes: number): void;
  /** A member's session came or went. */
  onMember(signer: string, up: boolean): void;
}

/** What another emitter passes on of one signer's blocks, by its word: the bounds of a member's session are its bounds. */
interface PassedOn {
  via: string;
}
type Source = MemberLink | PassedOn;
type Refused = Extract<Outcome<Source>, { refused: unknown }>;
type Verified = Extract<Outcome<Source>, { verified: unknown }>;

/** More are not told apart: 21 emitters with 100 members each. */
const SOURCES_KEPT = 2100;

/** What becomes of members' blocks: verified, noted in the log with the verdict, and given to the selection when valid. */
export class Candidates {
  private readonly parts: Parts;
  private readonly intake: Intake<Source>;
  private readonly others = new Map<string, PassedOn>();
  /** Keys of candidates that came by another emitter first. */
  private readonly early = new Set<string>();
  private readonly rehearsal: Rehearsal;

  constructor(parts: Parts) {
    this.parts = parts;
    this.intake = new Intake<Source>(parts.tree, (source) => 'via' in source);
    this.rehearsal = new Rehearsal(parts);
  }

  /** A block is on its way: `filled` bytes of its frame are there. */
  feed(link: MemberLink, frame: Buffer, filled: number): void {
    this.intake.feed(link, frame, filled, this.parts.chooser.now());
  }

  /** The header of a block whose bytes are on their way, when enough of them came to decode it. */
  headerOf(frame: Buffer): BlockHeader | null {
    return this.intake.headerOf(frame);
  }

  /** A whole block has come. */
  take(link: MemberLink, frame: Buffer, header: BlockHeader): void {
    const arrival = { session: link, frame, header, at: this.parts.chooser.now(), monotonic: performance.now() };
    this.parts.frames.sawCandidate(header.id);
    const outcomes = this.intake.take(arrival);
    // It waits for its parent, which that member may have made while it had nobody to send it to.
    if (outcomes.length === 0) link.askForLacking();
    this.settle(outcomes);
  }

  /** Another emitter passed a block on; `key`: what it said it is. */
  takePassedOn(via: string, key: string, frame: Buffer, header: BlockHeader): void {
    const signer = key.slice(key.indexOf(':') + 1);
    const session = this.sourceOf(via, signer);
    this.parts.frames.sawCandidate(header.id);
    const arrival = { session, frame, header, at: this.parts.chooser.now(), monotonic: performance.now() };
    this.settle(this.intake.take(arrival));
  }

  /** Whether a candidate is here, or waits here for its parent. */
  has(key: string): boolean {
    return this.parts.frames.has(key) || this.intake.waits(key.slice(0, key.indexOf(':')));
  }

  /** A block is in the tree now: those that waited for it are checked. */
  linked(id: string): void {
    this.settle(this.intake.linked(id));
  }

  /** A window ends: blocks of it that still wait for their parent have waited in vain. */
  expire(window: number): void {
    this.settle(this.intake.expire(window));
    this.early.clear();
  }

  /** Goes through a half of what the newest candidates went through, to no effect. */
  rehearse(): void {
    this.rehearsal.step();
  }

  /** A member was asked for blocks of its own. */
  asked({ session, signer }: MemberLink, asked: Asked): void {
    const { chooser, journal, logger, members } = this.parts;
    const member = members.account(signer);
    logger.info({ session, member, ...asked }, 'a member’s block is not known: it is asked for its branch');
    journal.tell(null, { type: 'asked', at: chooser.now(), session, signer, member, ...asked });
  }

  /** A connection ended. */
  forget(link: MemberLink): void {
    this.intake.forget(link);
    if (link.signer) this.tellMember(link.signer, false);
  }

  private settle(outcomes: Outcome<Source>[]): void {
    for (const outcome of outcomes) {
      if ('refused' in outcome) this.onRefused(outcome);
      else this.onVerified(outcome);
    }
  }

  private onRefused({ arrival, refused, signer, evidence }: Refused): void {
    // Old blocks are answers to sync requests, not proposals.
    if (refused === 'stale') return;
    const { session } = arrival;
    const { logger, members, journal } = this.parts;
    if (refused === 'foreign_key' && signer && !('via' in session)) {
      const what = `session ${session.session} (${session.remote}) signs with ${keyText(signer)}`;
      logger.warn(`${what}, which is not in the active schedule: is that member admitted, its key current?`);
    }
    const event = { ...refusedRecord(arrival, refused, signer, members.account(signer)), ...viaOf(session) };
    // A slot that far ahead is the peer's word alone: its window must not be opened in the log.
    journal.tell(refused === 'too_early' || refused === 'too_many' ? null : windowOf(event.slot), event);
    if (evidence && signer) this.tellEquivocation(arrival, signer, evidence);
  }

  private onVerified({ arrival, verified }: Verified): void {
    const { session, header, frame, monotonic } = arrival;
    const { frames, suspects, chooser, members } = this.parts;
    const { signer } = verified;
    const { id, slot } = header;
    const key = candidateKey({ id, signer });
    const isNew = frames.keep(key, { slot, frame, monotonic });
    const isOwn = !('via' in session);
    // Its member's own copy, which another emitter was faster with, says whose connection it is as well.
    if (isOwn && !isNew && !this.early.delete(key)) return;
    if (isOwn) this.identify(session, signer);
    else if (isNew) this.early.add(key);
    if (isNew) {
      const record = verifiedRecord(arrival, verified, chooser.now(), members.account(signer));
      chooser.offer({ ...record, ...viaOf(session) });
      this.parts.onKept(key, header, frame.length);
      this.rehearsal.note(arrival, verified);
    }
    // Its block may leave before it is looked at beside what its member was given.
    if (isOwn) suspects.compare(session, header, signer);
  }

  private sourceOf(via: string, signer: string): PassedOn {
    const name = `${via} ${signer}`;
    const source = this.others.get(name) ?? { via };
    this.others.set(name, source);
    for (const oldest of this.others.keys()) {
      if (this.others.size <= SOURCES_KEPT) break;
      this.others.delete(oldest);
    }
    return source;
  }

  /** A connection is whose new candidates come on it: a member can also pass on blocks of others. */
  private identify(link: MemberLink, signer: string): void {
    if (link.signer === signer) return;
    if (link.signer) this.tellMember(link.signer, false);
    link.signer = signer;
    this.parts.onIdentified(link);
    this.tellMember(signer, true);
  }

  private tellMember(signer: string, up: boolean): void {
    const { chooser } = this.parts;
    chooser.dispatch({ type: 'member', at: chooser.now(), signer, up });
    this.parts.onMember(signer, up);
  }

  private tellEquivocation({ header, at }: Arrival<Source>, signer: string, evidence: Equivocation): void {
    const { slot, previous } = header;
    const { members, logger, journal } = this.parts;
    const member = members.account(signer);
    logger.error({ slot, member, signer }, 'a key signed two blocks for one slot');
    journal.tell(windowOf(slot), { type: 'equivocation', at, slot, previous, signer, member, ...evidence });
  }
}

function viaOf(source: Source): { via?: string } {
  return 'via' in source ? { via: source.via } : {};
}
