import { canonicalJson } from '../../common/canonical.ts';
import { windowOf } from '../../common/slot.ts';
import { emittersWith, isHeaderOf, placesOf } from './blocks.ts';
import { type CheckParts, givenLog, refuse, type Shown } from './check-parts.ts';
import { isUnder } from './place.ts';
import type { BlockEvidence } from './schema.ts';
import { signersOf } from './signer.ts';

/** Checks a leak or an orphan. A member is blamed for a leak only when no registered emitter held the block. */
export async function checkBlock(document: BlockEvidence, parts: CheckParts): Promise<Shown> {
  const { slot, num, id } = document.block;
  requirePlaces(document, parts);
  requireHeader(document);
  await requireOnChain(document, parts);
  const which = `block ${id} of slot ${slot} (window ${document.window})`;
  const names = document.logs.map(({ emitter }) => emitter).join(', ');
  if (document.kind === 'orphan') {
    const says = `${which} was let out by ${emittersWith(document, 'emission').join(', ')}, the chain has another block at height ${num}, and no rescue in the logs of ${names} says why`;
    return {
      says: [
        says,
        'This alone is against nobody: a block that comes too late for the next producer goes lost like this.',
      ],
      against: null,
    };
  }
  const says = [
    `${which} is on the chain at height ${num}, for good, and the logs of ${names} let no such block out: it is a leak.`,
  ];
  const { signature } = await parts.chain.header(num);
  const keys = await parts.chain.signers();
  const members = [...new Set(signersOf(document, [signature], keys).map((key) => keys.get(key) ?? key))];
  says.push(
    members.length > 0 ? `It is signed by ${members.join(' and by ')}.` : 'The records do not show who signed it.',
  );
  const holders = emittersWith(document, 'candidate');
  const registered = await parts.chain.emitters();
  const silent = registered
    .map(({ account }) => account)
    .filter((account) => !document.logs.some(({ emitter }) => emitter === account));
  const [only] = members;
  if (holders.length > 0)
    says.push(
      `${holders.join(', ')} held it: its operator could have let it out as well as the member, so this alone is against nobody.`,
    );
  else if (silent.length > 0)
    says.push(
      `The log of ${silent.join(', ')} is not part of it, and may have held the block: so this alone is against nobody.`,
    );
  else if (members.length === 1)
    says.push(`No emitter held it, so it left by another way out of ${only}'s node: this is against ${only}.`);
  const isOne = holders.length === 0 && silent.length === 0 && members.length === 1;
  return { says, against: isOne ? (only ?? null) : null };
}

function requirePlaces(document: BlockEvidence, parts: CheckParts): void {
  const { id, header } = document.block;
  for (const log of document.logs) {
    const { emitter, root, places } = log;
    for (const place of places) {
      const { seq, window } = place.record;
      if (window !== document.window || !isUnder(place, root))
        throw refuse(`record ${seq} is not under the root that ${emitter} signed`);
    }
    const given = givenLog(parts, log);
    if (parts.logs.length === 0 || !given) continue;
    const end = given.records.findIndex(({ event }) => event.type === 'window');
    const said = placesOf(id, header, given.records.slice(0, end + 1));
    if (canonicalJson(said) !== canonicalJson(places))
      throw refuse(`the log ${given.name} says something else of the block`);
  }
  const letOut = [...emittersWith(document, 'emission'), ...emittersWith(document, 'decision')];
  if (document.kind === 'leak' && letOut.length > 0) throw refuse(`${letOut[0]} let that block out, so it is no leak`);
  if (document.kind === 'orphan' && emittersWith(document, 'emission').length === 0)
    throw refuse('nobody let that block out');
}

function requireHeader({ window, block: { slot, num, id, header } }: BlockEvidence): void {
  if (windowOf(slot) !== window) throw refuse(`slot ${slot} is not in window ${window}`);
  if (header === '') return;
  if (!isHeaderOf(header, id)) throw refuse(`the header is not that of block ${id}`);
  const bytes = Buffer.from(header, 'hex');
  // A parent's id begins with its number.
  if (bytes.readUInt32LE(0) !== slot || bytes.readUInt32BE(14) + 1 !== num)
    throw refuse('its header has another slot or height');
}

async function requireOnChain(
  { kind, block: { slot, num, id } }: BlockEvidence,
  { chain, pool }: CheckParts,
): Promise<void> {
  const irreversible = await chain.irreversible();
  if (irreversible.num < num)
    throw refuse(`height ${num} is not irreversible on this node, which is at ${irreversible.num}`);
  const block = await chain.block(num);
  const isThere = block.id === id;
  if (kind === 'orphan' && isThere) throw refuse(`block ${id} is on the chain, so it did not go lost`);
  if (kind === 'orphan') return;
  if (!isThere) throw refuse(`the chain has the block ${block.id} at height ${num}`);
  if (block.slot !== slot || block.producer !== pool)
    throw refuse(`the chain has that block in slot ${block.slot}, by ${block.producer}`);
}
