import type { PoolEvent } from '../common/events.ts';
import type { Logger } from '../common/logger.ts';
import { windowOf } from '../common/slot.ts';
import { type BlockHeader, HEADER_START } from './decode/block.ts';
import { LIMITS } from './limits.ts';
import type { MemberDirectory } from './members.ts';
import type { Frames } from './relay/frames.ts';
import type { MemberLink } from './relay/member-link.ts';
import type { BlockRef } from './select/types.ts';
import type { HeaderTree } from './verify/header-tree.ts';

interface Parts {
  tree: HeaderTree;
  frames: Frames;
  members: MemberDirectory;
  logger: Logger;
  now(): number;
  tip(): BlockRef | null;
  tell(window: number, event: PoolEvent): void;
}

interface Evidence {
  header: BlockHeader;
  /** The header's bytes, hex; with the signature they prove who signed it. */
  bytes: string;
  held: boolean;
}

/** Looks for members in trouble: blocks that got past the emitter, and nodes that build on a branch nobody else has. */
export class Suspects {
  private readonly parts: Parts;
  private readonly evidence = new Map<string, Evidence>();
  /** Per member's connection: the written block its branch was compared with last, in which window. */
  private readonly compared = new WeakMap<MemberLink, { window: number; id: string }>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** A pool block came from the network: keeps what is needed in case it turns out to be a leak. */
  sawPublic(frame: Buffer, header: BlockHeader): void {
    const bytes = frame.toString('hex', HEADER_START, header.headerEnd);
    this.evidence.set(header.id, { header, bytes, held: this.parts.frames.isCandidate(header.id) });
    for (const oldest of this.evidence.keys()) {
      if (this.evidence.size <= LIMITS.recentBlocks) break;
      this.evidence.delete(oldest);
    }
  }

  /** That block was not emitted here. `held`: a member had sent it here as well, so the emitter did not let it out. */
  leak({ id, slot, num }: BlockRef): void {
    const { tree, members, logger, now, tell } = this.parts;
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
    const { type, bytes } = found?.header.signature ?? { type: 0, bytes: Buffer.alloc(0) };
    const proof = { header: found?.bytes ?? '', signature: `${type}:${bytes.toString('hex')}` };
    tell(windowOf(slot), { type: 'leak', at: now(), ...said, ...proof });
  }

  /**
   * A member's block has come. When its branch leaves out a block that was written to the member before, and that is still
   * public, the member dropped it while it produced and takes no copy any more (Leap 4.1 to 5.0): only a restart helps.
   */
  compare(link: MemberLink, header: BlockHeader, signer: string): void {
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

  /** Whether a block is this ancestor or stands on it; null when the tree does not reach back so far. */
  private descends(from: string, ancestor: string): boolean | null {
    const { tree } = this.parts;
    const num = tree.get(ancestor)?.num;
    let state = tree.get(from);
    while (state && num && state.num > num) state = tree.get(state.previous);
    return state && num ? state.id === ancestor : null;
  }
}
