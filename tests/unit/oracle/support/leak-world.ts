import type { EventRecord, PoolEvent } from '../../../../common/events.ts';
import type { LogIdentity } from '../../../../common/log-proof.ts';
import { rootDigest } from '../../../../common/log-proof.ts';
import { signText } from '../../../../common/signature.ts';
import { firstSlot, slotTime } from '../../../../common/slot.ts';
import { windowRoot } from '../../../../common/window-root.ts';
import { signerEvidence } from '../../../../emitter/verify/evidence.ts';
import { type HeaderState, HeaderTree } from '../../../../emitter/verify/header-tree.ts';
import type { SignedLog } from '../../../../oracle/evidence/blocks.ts';
import type { CheckParts } from '../../../../oracle/evidence/check-parts.ts';
import { rootState, type Signed, schedule, signBlock, signingKey } from '../../../support/signed-chain.ts';
import { CHAIN, closing, logKey, otherLogKey, POOL, records, WINDOW } from './events.ts';

export const SLOT = firstSlot(WINDOW);
export const ann = signingKey('ann');
export const bob = signingKey('bob');
export const owners = new Map([
  [ann.id, 'ann'],
  [bob.id, 'bob'],
]);
export const identity: LogIdentity & { window: number } = { chain: CHAIN, pool: POOL, window: WINDOW };
export const EMITTERS = [
  { account: 'emitter1', key: logKey.id },
  { account: 'emitter2', key: otherLogKey.id },
];

const tree = new HeaderTree(100);
const base = rootState(
  schedule(5, [
    [POOL, [ann, bob]],
    ['bp', [signingKey('bp')]],
  ]),
  SLOT - 1,
);
tree.add(base);

export interface Made extends Signed {
  state: HeaderState;
  slot: number;
  by: { id: string };
}

/** A member's block on a parent. */
export function make(by: typeof ann, parent: HeaderState, slot: number, nonce = 0): Made {
  const made = signBlock({ parent, slot, producer: POOL, key: by, nonce });
  const state = tree.follow(made.header);
  if (!state) throw new Error('the test made a block that does not follow');
  return { ...made, state, slot, by };
}

/** What ann's node made of the first two slots, and what bob's did of the second: on ann's first, as if nothing had been held. */
export const first = make(ann, base, SLOT);
export const second = make(ann, first.state, SLOT + 1);
export const leaked = make(bob, first.state, SLOT + 1, 7);

export function candidateOf({ header, frame, state, slot, by }: Made): PoolEvent {
  const at = slotTime(slot) - 100;
  const { id, num, previous } = header;
  const cost = { confirmed: 0, bytes: frame.length, transactions: 0, cpuUs: 0 };
  const said = { verdict: 'valid', reason: null, evidence: signerEvidence(frame, header, state) } as const;
  return {
    ...{
      type: 'candidate',
      at,
      reducedAt: at,
      slot,
      id,
      num,
      previous,
      signer: by.id,
      member: owners.get(by.id) ?? null,
    },
    ...cost,
    ...said,
  };
}

export function letOut(block: Made): PoolEvent[] {
  const { slot, header, by } = block;
  const { id, num } = header;
  const at = slotTime(slot) - 90;
  const member = owners.get(by.id) ?? null;
  return [
    { type: 'decision', at, slot, id, num, signer: by.id, member, reason: 'extend', replaces: [] },
    { type: 'emission', at, slot, id, signer: by.id, bytes: 200, addedUs: 100 },
  ];
}

export function leakOf(block: Made, isLinked = true): PoolEvent {
  const { slot, header, frame, state, by } = block;
  const { id, num } = header;
  const { root, schedule: hash, ...proof } = signerEvidence(frame, header, state);
  const said = { type: 'leak', at: slotTime(slot), slot, id, num, signer: by.id, member: null, held: false } as const;
  return { ...said, ...proof, ...(isLinked && { root, schedule: hash }) };
}

/** A window's log with these events, and its end, under an emitter's signature. */
export function signedLog(events: PoolEvent[], who = 0): SignedLog & { records: EventRecord[] } {
  const all = records(WINDOW, [...events, closing(WINDOW)]);
  const key = who === 0 ? logKey : otherLogKey;
  const root = windowRoot(all) as string;
  const signature = signText(rootDigest(identity, WINDOW, root), key);
  return { signed: { emitter: EMITTERS[who]?.account ?? '', key: key.id, root, signature }, records: all };
}

/** What a node says of these blocks, which are irreversible. */
export function nodeWith(blocks: Made[], change: Partial<CheckParts['chain']> = {}): CheckParts {
  const find = (num: number) => blocks.find((block) => block.header.num === num);
  const chain: CheckParts['chain'] = {
    chainId: async () => CHAIN,
    emitters: async () => EMITTERS,
    signers: async () => owners,
    irreversible: async () => ({ num: 5000, id: '', slot: SLOT + 100, producer: 'bp', scheduleVersion: 5 }),
    block: async (num) => {
      const block = find(num);
      return { num, id: block?.header.id ?? '00', slot: block?.slot ?? 0, producer: POOL, scheduleVersion: 5 };
    },
    header: async (num) => {
      const { type, bytes } = find(num)?.header.signature ?? { type: 0, bytes: Buffer.alloc(0) };
      return { header: '', signature: `${type}:${bytes.toString('hex')}` };
    },
    ...change,
  };
  return { chain, pool: POOL, reportsIn: async () => [], logs: [] };
}
