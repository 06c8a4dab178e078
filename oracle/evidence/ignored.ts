import type { EventRecord } from '../../common/events.ts';

/** An emitter whose log has nothing that a member sent, which another log of the window has. */
export interface Ignoring {
  /** Its account, or its key when the contract does not name it any more. */
  emitter: string;
  /** Each with how many slots other logs have candidates of it for. */
  members: { index: number; name: string; candidates: number }[];
}

/**
 * Which emitters had none of a member's candidates in a window while another had some. An emitter that had nobody's was cut off or dead, and ignored nobody;
 * in standby mode one member alone sends blocks, so there is nothing to compare.
 */
export function findIgnoring(
  logs: { emitter: string; records: EventRecord[] }[],
  members: { account: string; index: number }[],
  owners: Map<string, string>,
): Ignoring[] {
  if (logs.length < 2) return [];
  const sent = logs.map(({ records }) => slotsByMember(records, owners));
  return logs
    .flatMap(({ emitter }, i) => {
      const own = sent[i];
      if (!own || own.size === 0) return [];
      const ignored = members.flatMap(({ account, index }) => {
        if (own.has(account)) return [];
        const most = Math.max(...sent.map((other) => other.get(account)?.size ?? 0));
        return most > 0 ? [{ index, name: account, candidates: most }] : [];
      });
      return ignored.length > 0 ? [{ emitter, members: ignored }] : [];
    })
    .sort((a, b) => (a.emitter < b.emitter ? -1 : 1));
}

function slotsByMember(records: EventRecord[], owners: Map<string, string>): Map<string, Set<number>> {
  const slots = new Map<string, Set<number>>();
  for (const { event } of records) {
    if (event.type !== 'candidate' || event.signer === null) continue;
    const account = owners.get(event.signer);
    if (account === undefined) continue;
    const known = slots.get(account);
    if (known) known.add(event.slot);
    else slots.set(account, new Set([event.slot]));
  }
  return slots;
}
