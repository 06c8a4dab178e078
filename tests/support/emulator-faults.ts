import { Numeric } from 'eosjs';

/** One push of the probe's contract (contracts/mockprobe): how it ends on each; null when it is done. */
export interface Probe {
  action: string;
  data: Record<string, unknown>;
  /** Who signs: a part, or "part@permission". */
  by: string;
  emulator: RegExp | null;
  nodeos: RegExp | null;
}

export interface Fault {
  what: string;
  probes: Probe[];
}

const HASH = 'ab'.repeat(32);
/** A signature whose r is 5, which is the x of no point of the curve. */
const NO_POINT = Numeric.signatureToString({
  type: Numeric.KeyType.k1,
  data: Buffer.from(`1f${'05'.padStart(64, '0')}${'01'.repeat(32)}`, 'hex'),
});

/** Accounts with these names, or with names that stand for them: two with the probe's code, and one that signs. */
export const PARTS = ['probe', 'other', 'alice'];

const same = (action: string, data: Record<string, unknown>, end: RegExp | null = null): Probe => ({
  ...{ action, data, by: 'probe', emulator: end, nodeos: end },
});

/**
 * What VeRT (@eosnetwork/vert 1.2.3) does otherwise than nodeos, of what the contract could come to depend on. Each is pushed on
 * both: a new version that mends one makes the emulator's test fail, and the list shorter.
 */
export const EMULATOR_FAULTS: Fault[] = [
  {
    what: 'hasAuth in a notification: nobody has authority there',
    probes: [
      {
        ...{ action: 'tell', data: { whom: 'other', by: 'alice' }, by: 'alice' },
        ...{ emulator: /has no authority in the notification/, nodeos: null },
      },
    ],
  },
  {
    what: 'the upper bound of a secondary index with equal keys: one of these',
    probes: [{ action: 'upper', data: {}, by: 'probe', emulator: /first above 7 is said to be a 7/, nodeos: null }],
  },
  {
    what: 'requireAuth with a permission of its own: only active and owner count',
    probes: [
      {
        ...{ action: 'permit', data: { account: 'alice' }, by: 'alice@probing' },
        ...{ emulator: /missing required authority/, nodeos: null },
      },
    ],
  },
  {
    what: 'memory: anybody is billed for a row without having signed',
    probes: [
      {
        ...{ action: 'bill', data: { id: 9, payer: 'alice' }, by: 'probe' },
        ...{ emulator: null, nodeos: /alice.*(ram|RAM)|(ram|RAM).*alice|unauthorized/ },
      },
    ],
  },
  {
    what: 'an inline action that the ABI does not have: it is dropped',
    probes: [{ action: 'inline', data: {}, by: 'probe', emulator: null, nodeos: /that the ABI does not have was run/ }],
  },
  {
    what: 'a proof that no key can be recovered from: other words',
    probes: [
      {
        ...{ action: 'recover', data: { digest: HASH, proof: NO_POINT }, by: 'probe' },
        ...{ emulator: /invalid point/, nodeos: /secp256k1_ecdsa_recover/ },
      },
    ],
  },
  {
    what: 'a row that a refused action erased: it is back, and is missing in the count of the table, which goes with the next one',
    probes: [
      same('bill', { id: 1, payer: 'probe' }),
      same('bill', { id: 2, payer: 'probe' }),
      same('erase', { id: 1, fail: true }, /refused after it was erased/),
      same('erase', { id: 1, fail: false }),
      {
        ...{ action: 'erase', data: { id: 2, fail: true }, by: 'probe' },
        ...{ emulator: /the row is lost/, nodeos: /refused after it was erased/ },
      },
    ],
  },
];
