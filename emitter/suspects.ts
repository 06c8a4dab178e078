import type { PoolEvent } from '../common/events.ts';
import type { Logger } from '../common/logger.ts';
import { windowOf } from '../common/slot.ts';
import { type BlockHeader, HEADER_START } from './decode/block.ts';
import { LIMITS } from './limits.ts';
import type { MemberDirectory } from './members.ts';
import type { Frames } from './relay/frames.ts';
import type { MemberLink } from './relay/member-link.ts';
import type { BlockRef } from './select/types.ts';
import { signerEvidence } from './verify/evidence.ts';
import type { HeaderTree, Linked } from './verify/header-tree.ts';
import { IncomingBlock } from './verify/incoming.ts';

interface Parts {
  tree: HeaderTree;
  frames: Frames;
  members: MemberDirectory;
  logger: Logger;
  now(): number;
  tip(): BlockRef | null;
  tell(window: number, event: PoolEvent): void;
  /** A leak's header is right, or nodes had not passed it on; of its body the relay node has to show what it thinks. */
  onLeaked(block: { id: string; previous: string; slot: number; cpuUs: number }): void;
}

interface Evidence {
  header: BlockHeader;
  frame: Buffer;
  held: boolean;
}

/** Looks for members in trouble: blocks that got past the emitter, and nodes that build on a branch nobody else has. */
export class Suspects {
  private readonly parts: Parts;
  private readonly evidence = new Map<string, Evidence>();
  /** Per member's connection: the written block its branch was compared with last, in which window. */
  private readonly compared = new WeakMap<MemberLink, { window: number; id: string }>();
  /** Per connection the window in which its member was told of last. */
  private readonly stranded = new WeakMap<MemberLink, number>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** A pool block came from the network: keeps what is needed in case it turns out to be a leak. */
  sawPublic(frame: Buffer, header: BlockHeader): void {
    this.evidence.set(header.id, { header, frame, held: this.parts.frames.isCandidate(header.id) });
    for (const oldest of this.evidence.keys()) {
      if (this.evidence.size <= LIMITS.recentBlocks) break;
      this.evidence.delete(oldest);
    }
  }

  /** That block was not emitted here. `held`: a member had sent it here as well, so the emitter did not let it out. */
  leak({ id, slot, num, previous }: BlockRef): void {
    const { tree, members, logger, now, tell, onLeaked } = this.parts;
    const found = this.evidence.get(id);
    const linked = found && tree.link(found.header);
    const signer = linked?.signer ?? null;
    const member = members.account(signer);
    const held = found?.held ?? false;
    const said = { id, slot, num, signer, member, held };
    logger.error(
      said,
      'leak: a pool block is in public that was not emitted here; its member’s node has another way out',
    );
    tell(windowOf(slot), { type: 'leak', at: now(), ...said, ...proofOf(found, linked) });
    const body = found && new IncomingBlock(found.frame, found.header).body();
    onLeaked({ id, previous, slot, cpuUs: body?.ok ? body.value.cpuUs : 0 });
  }

  /**
   * A member's block has come. When its branch leaves out a block that was written to the member before, and that is still
   * public, the member dropped it while it produced and takes no copy any more (Leap 4.1 to 5.0): only a restart helps.
   */
  compare(link: MemberLink, header: BlockHeader, signer: string): void {
    this.findStranded(link, header, signer);
    const { tip, now, members, logger, tell } = this.parts;
    const { slot } = header;
    const window = windowOf(slot);
    const written = link.written.ancestorOf(slot, now());
    if (!written) return;
    const last = this.compared.get(link);
    if (last?.window === window && last.id === written.id) return;
    const isOn = this.descends(header.previous, written.id);
    const isPublic = this.descends(tip()?.id ?? '', written.id);
    if (isOn === null || isPublic === null) return;
    this.compared.set(link, { window, id: written.id });
    if (isOn || !isPublic || last?.window === window) return;
    const { id } = written;
    const member = members.account(signer);
    logger.error(
      { member, signer, slot, id },
      'poisoned: this member builds beside a block it was given: restart its node',
    );
    tell(window, { type: 'poisoned', at: now(), slot, signer, member, id });
  }

  /**
   * A member whose window begins on a block of an earlier one that never was public: nothing of that window left, and its node is still on its
   * own branch. Where the last irreversible block cannot move without the pool (up to three producers) it does not come back by itself.
   */
  private findStranded(link: MemberLink, { previous, slot }: BlockHeader, signer: string): void {
    const { tree, frames, now, members, logger, tell } = this.parts;
    const window = windowOf(slot);
    if (this.stranded.get(link) === window) return;
    let root = tree.get(previous);
    while (root && windowOf(root.slot) === window) root = tree.get(root.previous);
    if (!root || !frames.isCandidate(root.id) || frames.isPublic(root.id)) return;
    this.stranded.set(link, window);
    const who = members.account(signer) ?? signer;
    const text = `${who} builds on its own block ${root.num} of an earlier window, which nobody else has: if it stays, start its node anew`;
    logger.error({ member: who, slot }, text);
    tell(window, { type: 'fault', at: now(), code: 'stranded', text });
  }

  /** Whether a block is this ancestor or stands on it; null when the tree does not reach back so far. */
  private descends(from: string, ancestor: string): boolean | null {
    const { tree } = this.parts;
    const num = tree.get(ancestor)?.num;
    let state = tree.get(from);
    while (state && num && state.num > num) state = tree.get(state.previous);
    return state && num ? state.id === ancestor : null;
  }
}

/** The header's bytes and signature; with root and schedule, which are known when its parent is, they prove who signed it. */
function proofOf(found: Evidence | undefined, linked: Linked | undefined) {
  if (!found) return { header: '', signature: '0:' };
  const { frame, header } = found;
  if (linked?.ok) return signerEvidence(frame, header, linked.state);
  const { type, bytes } = header.signature;
  const signature = `${type}:${bytes.toString('hex')}`;
  return { header: frame.toString('hex', HEADER_START, header.headerEnd), signature };
}
