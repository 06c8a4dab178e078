import type { Logger } from '../common/logger.ts';
import type { DecisionEvent } from '../common/pool-store.ts';
import { decodeBlockHeader, HEADER_START } from './decode/block.ts';
import type { Journal } from './log/journal.ts';
import type { MemberDirectory } from './members.ts';
import type { PublicBranch } from './relay/branch.ts';
import type { Frames } from './relay/frames.ts';
import { candidateKey } from './select/state.ts';
import type { SelectEffect } from './select/types.ts';

type Effect<T extends SelectEffect['type']> = Extract<SelectEffect, { type: T }>;

interface Parts {
  journal: Journal;
  members: MemberDirectory;
  frames: Frames;
  branch: PublicBranch;
  logger: Logger;
}

/** What the log says of the selection's effects. `at` is the time of the input that led to one, in ms since 1970. */
export class Telling {
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** The records of what is to be emitted, which become durable before it leaves. */
  decisions({ path, replaced, reason, failed }: Effect<'emit'>, at: number): DecisionEvent[] {
    return path.map(({ slot, id, num, previous, signer }, i) => {
      const replaces = i === 0 ? replaced.map((old) => old.id) : [];
      const member = this.parts.members.account(signer);
      const began = reason === 'rescue' && i === 0 && failed !== null ? { failed } : {};
      return { type: 'decision', at, slot, id, num, previous, signer, member, reason, replaces, ...began };
    });
  }

  rescue({ path, replaced, cause, failed }: Effect<'emit'>, window: number, at: number): void {
    const leader = path[path.length - 1]?.signer ?? '';
    const ids = { path: path.map(({ id }) => id), replaced: replaced.map(({ id }) => id) };
    const said = { window, cause: cause ?? '', failed: failed ?? '', leader };
    this.parts.logger.warn({ ...said, path: path.length, replaced: replaced.length }, 'rescue');
    this.parts.journal.tell(window, { type: 'rescue', at, ...said, ...ids });
  }

  lead({ window, runs, leader, pause, away, owing, failed }: Effect<'lead'>, at: number): void {
    const said = { window, signer: leader, member: this.parts.members.account(leader), pause };
    const passed = { ...(away.length > 0 && { away }), ...(owing.length > 0 && { owing }) };
    const before = { ...passed, ...(failed !== null && { failed }) };
    this.parts.journal.tell(runs ? window : null, { type: 'lead', at, ...said, ...before });
  }

  /** The signed header is the evidence: anyone can check who signed it, and a node that its body is invalid. */
  rejected({ window, block, signer }: Effect<'rejected'>, at: number): void {
    const { frames, branch, journal, members, logger } = this.parts;
    const { id, slot, num } = block;
    const frame = frames.get(candidateKey({ id, signer }))?.frame ?? branch.find(id)?.frame;
    const decoded = frame && decodeBlockHeader(frame);
    const header = frame && decoded?.ok ? frame.subarray(HEADER_START, decoded.value.bodyOffset).toString('hex') : '';
    const member = members.account(signer);
    logger.error(
      { slot, id, member },
      'the relay node refused a block that was let out or leaked: its body is invalid',
    );
    journal.tell(window, { type: 'rejected', at, slot, id, num, signer, member, header });
  }

  shadow({ type, window, slot, strategy, id, signer, same }: Effect<'shadow'>, at: number): void {
    this.parts.journal.tell(window, { type, at, slot, strategy, id, signer, same });
  }

  standing({ window, signer, slots }: Omit<Effect<'standby'>, 'type'>, at: number): void {
    const member = this.parts.members.account(signer);
    for (const slot of slots) this.parts.journal.tell(window, { type: 'standby', at, slot, signer, member });
  }

  closed({ window, emitted, strategy, mode }: Omit<Effect<'closed'>, 'type' | 'standby'>, at: number): void {
    const said = { window, emitted, strategy, ...(mode === 'standby' ? { mode } : {}) };
    this.parts.journal.tell(window, { type: 'window', at, ...said });
    this.parts.logger.info({ window, emitted }, 'window closed');
  }
}
