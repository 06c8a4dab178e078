import { Numeric } from 'eosjs';
import { sha256 } from '../../../../common/canonical.ts';
import type { EventRecord, PoolEvent, SignerEvidence } from '../../../../common/events.ts';
import { chainRecord, GENESIS_HASH } from '../../../../common/events.ts';
import { healthDigest, rootDigest } from '../../../../common/log-proof.ts';
import { stringToName } from '../../../../common/name.ts';
import { type SigningKey, signDigest, signingKeyOf, signText } from '../../../../common/signature.ts';
import { firstSlot, slotTime } from '../../../../common/slot.ts';
import { windowRoot } from '../../../../common/window-root.ts';

export const WINDOW = 137_000_000;
export const POOL = 'poolbp';
export const CHAIN = 'c0'.repeat(32);
/** The emitter's, which signs the log. */
export const logKey = signingKeyOf('5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3') as SigningKey;
/** Of another emitter. */
export const otherLogKey = signingKeyOf('5JhorvoEUzWzeMTNkcHWjUVFpPuQcVBTVEhdCKLEWB2Nsx9tUoa') as SigningKey;
export const MEMBERS = ['ann', 'bob', 'eve'] as const;
/** With their seats, as the contract has them. */
export const members = MEMBERS.map((account, index) => ({ account, index }));

const keys = new Map<string, SigningKey>();

/** The key that a member of the tests signs with. */
export function keyOf(member: string): SigningKey {
  const data = sha256(`key of ${member}`);
  const key =
    keys.get(member) ?? (signingKeyOf(Numeric.privateKeyToString({ type: Numeric.KeyType.k1, data })) as SigningKey);
  keys.set(member, key);
  return key;
}
export const signer = (member: string) => keyOf(member).id;
export const signers = new Map(MEMBERS.map((member) => [signer(member), member as string]));

/** The header of a member's block without transactions, 116 bytes; members' blocks differ by their parents. */
function headerOf(slot: number, member: string): Buffer {
  const header = Buffer.alloc(116);
  header.writeUInt32LE(slot);
  header.writeBigUInt64LE(stringToName(POOL), 4);
  sha256(`parent of ${member}`).copy(header, 14);
  header.writeUInt32BE(slot - 1001, 14);
  return header;
}

/** The id of a member's block for a slot: its number, and what is left of its header's hash. */
export function blockId(slot: number, member = 'ann'): string {
  const id = sha256(headerOf(slot, member));
  id.writeUInt32BE(slot - 1000);
  return id.toString('hex');
}

/** The window's blocks on the final chain, by who made the block of each slot; null: nobody did. */
export function blocksBy(makers: readonly (string | null)[]) {
  return makers.flatMap((maker, k) => {
    if (maker === null) return [];
    const slot = firstSlot(WINDOW) + k;
    return [{ num: k + 1, id: blockId(slot, maker), slot, producer: POOL, scheduleVersion: 7 }];
  });
}

const [ROOT, SCHEDULE] = ['0a'.repeat(32), '0b'.repeat(32)];
const shown = new Map<string, SignerEvidence>();

/** What shows that a member signed its block for a slot. */
export function evidenceOf(slot: number, member: string): SignerEvidence {
  const name = `${slot} ${member}`;
  const header = headerOf(slot, member);
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  const digest = () => sha256(sha256(sha256(header), bytes(ROOT)), bytes(SCHEDULE));
  const evidence = shown.get(name) ?? {
    ...{ header: header.toString('hex'), root: ROOT, schedule: SCHEDULE },
    signature: signText(digest(), keyOf(member)),
  };
  shown.set(name, evidence);
  return evidence;
}

/** Slot k of a window, with the time at which a member's block for it would come. */
const place = (window: number, k: number) => {
  const slot = firstSlot(window) + k;
  return { slot, at: slotTime(slot) - 100, num: slot - 1000 };
};

type Verdict = 'valid' | 'late' | 'invalid';

export function candidate(window: number, k: number, member: string | null, verdict: Verdict = 'valid'): PoolEvent {
  const { slot, at, num } = place(window, k);
  const id = blockId(slot, member ?? 'nobody');
  const key = member === null ? null : signer(member);
  const what = {
    previous: '00',
    bytes: 900,
    transactions: 3,
    cpuUs: 700,
    confirmed: 0,
    reducedAt: verdict === 'invalid' || key === null ? null : at,
    evidence: verdict === 'invalid' || member === null ? null : evidenceOf(slot, member),
    reason: verdict === 'valid' ? null : verdict,
  };
  return { type: 'candidate', at, slot, id, num, signer: key, member, verdict, ...what };
}

export function decision(window: number, k: number, member: string, replaces: string[] = []): PoolEvent {
  const { slot, at, num } = place(window, k);
  const reason = replaces.length > 0 ? 'rescue' : 'extend';
  return {
    ...{ type: 'decision', at, slot, id: blockId(slot, member), num },
    ...{ signer: signer(member), member, reason, replaces },
  };
}

export function emission(window: number, k: number, member: string): PoolEvent {
  const { slot, at } = place(window, k);
  return { type: 'emission', at, slot, id: blockId(slot, member), signer: signer(member), bytes: 900, addedUs: 200 };
}

export function standby(window: number, k: number, member: string): PoolEvent {
  const { slot, at } = place(window, k);
  return { type: 'standby', at, slot, signer: signer(member), member };
}

/** What is wrong with a word, or how it differs. */
export interface WordChange {
  /** ms after the slot's time. */
  after?: number;
  saidAt?: number;
  by?: string;
  chain?: string;
  node?: 'paused' | 'producing';
  up?: boolean;
  proof?: object | null;
}

/** An agent's word in slot k, signed by its member. */
export function word(window: number, k: number, member: string, change: WordChange = {}): PoolEvent {
  const at = slotTime(firstSlot(window) + k) + (change.after ?? 100);
  const { saidAt = at - 20, node = 'paused', chain = CHAIN, by = member, up = true } = change;
  const said = { at: saidAt, node, headNum: 77, headId: 'ab'.repeat(32) };
  const signature = signDigest(healthDigest({ chain, pool: POOL }, said), keyOf(by).secret).toString('hex');
  const { headNum, ...rest } = said;
  const proof = change.proof === undefined ? { ...rest, signature } : change.proof;
  const input = { type: 'agent', at, signer: signer(member), up, producing: node === 'producing', headNum, lag: 0 };
  return { type: 'input', at, input: proof === null ? input : { ...input, proof } };
}

export function closing(window: number, emitted = 12): PoolEvent {
  return { type: 'window', at: slotTime(firstSlot(window + 1)) + 1500, window, emitted, strategy: 'first-delivered' };
}

/** The same in standby mode: one leads, the others stand by. */
export function standbyClosing(window: number, emitted = 12): PoolEvent {
  return { ...closing(window, emitted), mode: 'standby' } as PoolEvent;
}

/** The record by which the emitter signs a closed window's root, so many ms after its end. */
export function signedRoot(window: number, records: EventRecord[], key = logKey, after = 1800): PoolEvent {
  const root = windowRoot(records) as string;
  const signature = signText(rootDigest({ chain: CHAIN, pool: POOL }, window, root), key);
  return { type: 'root', at: slotTime(firstSlot(window + 1)) + after, window, root, signer: key.id, signature };
}

/** A window as it should be: every member proposes in every slot, one of them leads. */
export function goodWindow(window: number, leader = 'ann', members: readonly string[] = MEMBERS): PoolEvent[] {
  const events: PoolEvent[] = [];
  for (let k = 0; k < 12; k++) {
    for (const member of members) events.push(candidate(window, k, member));
    events.push(decision(window, k, leader), emission(window, k, leader));
  }
  return [...events, closing(window)];
}

/** Events as records of a log that begins with them. */
export function records(window: number, events: PoolEvent[]): EventRecord[] {
  let prev = GENESIS_HASH;
  return events.map((event, i) => {
    const record = chainRecord(i + 1, window, event, prev);
    prev = record.hash;
    return record;
  });
}
