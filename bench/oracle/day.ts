import { randomBytes } from 'node:crypto';
import { sha256 } from '../../common/canonical.ts';
import type { PoolEvent, SignerEvidence } from '../../common/events.ts';
import type { LogIdentity } from '../../common/log-proof.ts';
import { stringToName } from '../../common/name.ts';
import { type SigningKey, signText } from '../../common/signature.ts';
import { firstSlot, SLOTS_PER_WINDOW, slotTime } from '../../common/slot.ts';

/** A pool of so many members, one of 21 producers; its windows are 21 apart. */
export const POOL = 'poolbp';
export const PRODUCERS = 21;
export const FIRST_WINDOW = 68_000_016;
const RECEIPTS_A_RECORD = 10;
const ROUND_SLOTS = PRODUCERS * SLOTS_PER_WINDOW;

/** What is to be written of one window. */
export interface WindowPlan {
  /** From 0. */
  place: number;
  /** Its last slots that have no block and no candidate. */
  missed: number;
}

/** Keys of everybody; made of a seed, so that worker processes have the same. */
export interface Cast {
  identity: LogIdentity;
  members: SigningKey[];
  emitter: SigningKey;
}

/** One log's records of a window in which all members propose and one of them leads; the ids of the blocks that left. */
export interface WindowEvents {
  events: PoolEvent[];
  emitted: string[];
}

export function windowOfPlace(place: number): number {
  return FIRST_WINDOW + place * PRODUCERS;
}

/** Number of the block of a slot, in a chain that missed none before it. */
export function numberOf(slot: number): number {
  return slot - firstSlot(FIRST_WINDOW) + ROUND_SLOTS;
}

/** What an emitter logs of a window up to its closing record, with real signatures of its candidates. */
export function windowEvents({ place, missed }: WindowPlan, { members, emitter }: Cast): WindowEvents {
  const window = windowOfPlace(place);
  const leader = place % members.length;
  const events: PoolEvent[] = [];
  const emitted: string[] = [];
  const branch = { root: randomBytes(32), schedule: sha256('schedule of the bench').toString('hex') };
  // Each on a private branch of its own.
  let previous = members.map((key) =>
    numbered(sha256(`head before ${window}`, key.id), numberOf(firstSlot(window)) - 1),
  );
  for (let k = 0; k < SLOTS_PER_WINDOW - missed; k++) {
    const slot = firstSlot(window) + k;
    const made = members.map((key, i) => candidate(slot, k, i, key, previous[i] as Buffer, branch));
    // The leader's comes first and leaves at once; the others come in another order in each slot.
    const others = made.filter((_, i) => i !== leader);
    const first = made[leader] as Candidate;
    events.push(first, ...letOut(first, k), ...others.slice(k), ...others.slice(0, k));
    emitted.push(first.id);
    for (let from = 0; from < members.length; from += RECEIPTS_A_RECORD)
      events.push(receipts(made.slice(from, from + RECEIPTS_A_RECORD), emitter));
    previous = made.map(({ id }) => Buffer.from(id, 'hex'));
  }
  const at = slotTime(firstSlot(window + 1)) + 1500;
  events.push({ type: 'window', at, window, emitted: emitted.length, strategy: 'first-delivered' });
  return { events, emitted };
}

type Candidate = Extract<PoolEvent, { type: 'candidate' }> & { signer: string };

function candidate(
  slot: number,
  k: number,
  member: number,
  key: SigningKey,
  previous: Buffer,
  branch: { root: Buffer; schedule: string },
): Candidate {
  const at = slotTime(slot) - 400 + k * 10 + member * 2;
  const header = headerOf(slot, previous);
  const digest = sha256(header);
  const id = numbered(digest, numberOf(slot));
  const signature = signText(sha256(sha256(digest, branch.root), Buffer.from(branch.schedule, 'hex')), key);
  const { schedule } = branch;
  const evidence: SignerEvidence = {
    header: header.toString('hex'),
    signature,
    root: branch.root.toString('hex'),
    schedule,
  };
  return {
    ...{ type: 'candidate', at, reducedAt: at + 1, slot, id: id.toString('hex'), num: numberOf(slot) },
    ...{ previous: previous.toString('hex'), signer: key.id, member: memberName(member), confirmed: 240 },
    ...{ irreversible: numberOf(slot) - 330, bytes: 52_000 + member, transactions: 240 + k, cpuUs: 81_000 + member },
    ...{ verdict: 'valid', reason: null, evidence },
  };
}

/** 116 bytes: slot, producer, confirmed, parent, two roots, the schedule's version, no new producers, no extensions. */
function headerOf(slot: number, previous: Buffer): Buffer {
  const header = Buffer.alloc(116);
  header.writeUInt32LE(slot);
  header.writeBigUInt64LE(stringToName(POOL), 4);
  header.writeUInt16LE(240, 12);
  previous.copy(header, 14);
  randomBytes(64).copy(header, 46);
  header.writeUInt32LE(7, 110);
  return header;
}

function numbered(hash: Buffer, num: number): Buffer {
  const id = Buffer.from(hash);
  id.writeUInt32BE(num);
  return id;
}

function letOut({ at, slot, id, num, signer, member, previous, bytes }: Candidate, k: number): PoolEvent[] {
  const reason = k === 0 ? 'first' : 'extend';
  return [
    { type: 'decision', at: at + 1, slot, id, num, signer, member, reason, previous, replaces: [] },
    { type: 'emission', at: at + 1, slot, id, signer, bytes, addedUs: 600 + 20 * k },
  ];
}

/** Their signatures are none: an oracle reads past receipts, and to make them would take as long as the candidates. */
function receipts(of: Candidate[], emitter: SigningKey): PoolEvent {
  const list = of.map(({ slot, id, signer, at: arrivedAt }) => {
    return { slot, id, signer, arrivedAt, signature: `0:${randomBytes(65).toString('hex')}` };
  });
  return { type: 'receipts', at: (of[0]?.at ?? 0) + 250, through: 1, signer: emitter.id, receipts: list };
}

/** 12 characters, as long as most names can be. */
export function memberName(index: number): string {
  const letters = [Math.trunc(index / 26) % 26, index % 26].map((n) => String.fromCharCode(97 + n));
  return `poolmember${letters.join('')}`;
}
