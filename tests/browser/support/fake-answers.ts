import type {
  ActionAnswer,
  JoinAnswer,
  JoinConfigAnswer,
  PayAnswer,
  PoolAnswer,
  PoolProposal,
  WindowDetail,
  WindowSummary,
  WindowsAnswer,
} from '../../../dashboard/api.ts';
import { fakeRows } from './fake-grid.ts';
import type { Answers } from './fake-server.ts';

const HASH = '0123456789abcdef'.repeat(4);
const KEY = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';
const AGE = { ageMs: 400, stale: null };
const NAMES = fakeRows(100).map(({ account }) => account);
const [ALICE = '', BOB = '', CAROL = ''] = NAMES;

function proposal(id: number, more: Partial<PoolProposal>): PoolProposal {
  return {
    ...{ id, kind: 'config', proposer: ALICE, status: 'voting', stage: 'voting', until: Date.now() + 90_000_000 },
    ...{ title: 'changes the time of votes', notes: [], text: 'Shorter votes.', hash: HASH, created: Date.now() },
    changes: [{ what: 'figure votetime', from: '259,200 s (3 days)', to: '86,400 s (1 day)' }],
    ...{ ends: Date.now() + 90_000_000, twoThirds: false, yes: 1, no: 1, electors: 3, needed: 2, decided: null },
    voices: { yes: [ALICE], no: [BOB], silent: [CAROL] },
    can: [
      { action: 'vote', who: 'electors' },
      { action: 'cancel', who: 'proposer' },
    ],
    ...more,
  };
}

export const pool: PoolAnswer = {
  ...AGE,
  ...{
    pool: 'poolbp',
    dac: 'pooldac',
    chainId: HASH,
    phase: 'live',
    registered: true,
    pausedUntil: null,
    now: Date.now(),
  },
  constitution: {
    ...{
      version: 2,
      hash: HASH,
      graceUntil: Date.now() + 5_000_000,
      text: '# Constitution\n\nMembers are equal.',
      isSame: true,
    },
    check: 'The text here has the sha256 that stands on the chain.',
    history: [
      { version: 1, hash: HASH.replaceAll('0', '1'), since: 1_700_000_000_000 },
      { version: 2, hash: HASH, since: 1_760_000_000_000 },
    ],
  },
  strategy: {
    strategy: 'first-delivered',
    mode: 'propose',
    fromWindow: 1,
    previousStrategy: 'first-delivered',
    previousMode: 'propose',
  },
  figures: [{ name: 'eligible', value: '50 %' }],
  members: NAMES.map((account, i) => ({
    ...{
      account,
      status: i === 2 ? 'notice' : 'active',
      payee: account,
      url: null,
      location: 276,
      key: KEY,
      owners: '',
      terms: i === 1 ? 1 : 2,
    },
    ...{
      agreed: i !== 1,
      joined: 1_700_000_000_000,
      until: null,
      respondBy: null,
      bond: '0.0000 EOS',
      proxy: null,
      isVoting: true,
    },
  })),
  roles: [
    { role: 'emitter', account: 'emitter1', active: true, key: KEY, endpoints: null, stopper: null },
    { role: 'oracle', account: 'oracle1', active: false, key: '', endpoints: null, stopper: null },
  ],
  proposals: [
    proposal(3, {
      stage: 'executed',
      status: 'executed',
      until: null,
      can: [],
      title: 'admits dave',
      kind: 'admit',
      changes: [{ what: 'member dave', from: null, to: 'active' }],
    }),
    proposal(4, {}),
    proposal(5, {
      stage: 'to-execute',
      status: 'passed',
      title: 'strategy sticky',
      kind: 'strategy',
      can: [{ action: 'execute', who: 'anyone' }],
      notes: ['from window 141489300 on'],
    }),
  ],
  cases: [
    {
      ...{
        id: 1,
        status: 'answered',
        claimant: ALICE,
        respondent: BOB,
        window: 141_489_191,
        order: null,
        fee: '1.0000 EOS',
      },
      ...{ opened: 1_760_000_000_000, until: Date.now() + 400_000, evidence: HASH, panel: ['arbiter1'], act: 'none' },
      ...{
        compensation: '0.0000 EOS',
        penalty: '0.0000 EOS',
        overturned: false,
        can: [{ action: 'rule', who: 'panel' }],
      },
      rulings: [
        { arbitrator: 'arbiter1', compensation: '5.0000 EOS', penalty: '0.0000 EOS', act: 'none', reason: HASH },
      ],
    },
  ],
  orders: [
    {
      id: 1,
      payee: 'operator1',
      amount: '100.0000 EOS',
      escrow: false,
      months: 11,
      due: Date.now() + 86_400_000,
      inCase: 0,
      text: 'A month of emitter1',
    },
  ],
  books: [
    {
      ...{
        contract: 'eosio.token',
        symbol: '4,EOS',
        owed: '6149.9000 EOS',
        bucket: '1200.5000 EOS',
        infrastructure: '900.0000 EOS',
      },
      ...{ escrow: '250.0000 EOS', deposits: '300.0000 EOS', balance: '8800.4000 EOS', income: '9000.0000 EOS' },
      ...{ credited: '7000.0000 EOS', paid: '850.1000 EOS', spent: '100.0000 EOS' },
    },
  ],
};

function windowRow(id: number, state: WindowSummary['state']): WindowSummary {
  const isOpen = state === 'open';
  return {
    ...{
      id,
      state,
      firstSlot: id * 12,
      by: isOpen ? null : state === 'void' ? 'void' : 'report',
      settledAt: isOpen ? null : 1_760_000_000_000,
    },
    ...{
      epoch: 3,
      hash: isOpen ? null : HASH,
      shares: isOpen ? null : 3,
      reports: isOpen ? 1 : 2,
      emitted: 12,
      missed: 0,
      rescues: 1,
      replaced: 6,
    },
    ...{ isFinal: !isOpen, source: 'chain' },
  };
}

const windows: WindowsAnswer = {
  ...AGE,
  windows: Array.from({ length: 25 }, (_, i) =>
    windowRow(141_489_300 - i, i === 0 ? 'open' : i === 7 ? 'void' : 'settled'),
  ),
  explorer: 'https://explorer.example/transaction/{trx}',
};

const detail: WindowDetail = {
  ...windowRow(141_489_299, 'settled'),
  ...AGE,
  ...{
    slots: 12,
    neededPercent: 50,
    strategy: 'first-delivered',
    version: 'bppool metrics/4',
    logRoot: HASH,
    quorum: { oracles: 3, needed: 2 },
  },
  filed: [
    { oracle: 'oracle1', hash: HASH, settles: false, at: 1_760_000_000_000, block: 9, trx: HASH },
    { oracle: 'oracle2', hash: HASH, settles: true, at: 1_760_000_001_000, block: 11, trx: HASH },
  ],
  members: [ALICE, BOB, CAROL].map((account, index) => ({
    ...{
      account,
      index,
      isEligible: index < 2,
      covered: index < 2 ? 11 : 4,
      grid: 'EEEVVVVVVVV.',
      candidates: 11,
      selected: 3,
    },
    ...{ late: 0, invalid: 0, standby: 0, missing: 1 },
  })),
  ...{
    metrics: null,
    from: 'The numbers are those of the report that settled it.',
    explorer: 'https://explorer.example/transaction/{trx}',
  },
};

const pay: PayAnswer = {
  ...AGE,
  ...{ symbol: '4,EOS', epoch: 3, closingThrough: 0, closedThrough: 141_489_200 },
  members: NAMES.map((account) => ({
    ...{
      account,
      payee: account,
      isMember: true,
      owed: '5.0000 EOS',
      credited: '2206.9593 EOS',
      paid: '2201.9593 EOS',
      shares: 4,
      closing: 0,
    },
  })),
  epochs: [
    {
      ...{
        epoch: 2,
        throughWindow: 141_489_200,
        credited: '5885.2248 EOS',
        shares: 8,
        after: 100,
        block: 110,
        at: 1_760_000_000_000,
      },
      members: [ALICE, BOB, CAROL].map((account, i) => ({
        account,
        shares: i === 1 ? 2 : 3,
        credited: '2206.9593 EOS',
      })),
    },
  ],
  ledger: [],
};

const action: ActionAnswer = {
  cleos: `cleos -u http://127.0.0.1:8888 push action pooldac vote '{"voter":"alice","id":4,"hash":"${HASH}","yes":true}' -p alice@active`,
  esr: `esr:${'gmNgZGBY1mTC_MoglIGBIVzX5uxZRqAQGMBoExgDAjRi4fwAVz93ICUckpGYl12skJZfpFCSkaqQllmSkVoUo5ADlGIoTs5ILUosSk3OzyspSk1MUUjLL1IoycgsVsjJTEotSgYA'}`,
  qr: Array.from({ length: 45 }, (_, y) =>
    Array.from({ length: 45 }, (_, x) => ((x * 7 + y * 13) % 3 === 0 ? '#' : ' ')).join(''),
  ),
};

const config: JoinConfigAnswer = {
  ...AGE,
  version: 'leap5',
  versions: [
    { version: 'eosio2', name: 'EOSIO 2.0' },
    { version: 'leap5', name: 'Leap 5' },
  ],
  lines: [{ line: 'producer-name = poolbp', why: 'The pool is one producer to the network.' }],
  text: 'producer-name = poolbp\n',
  notes: ['The private key is not asked for.'],
};

const join: JoinAnswer = {
  ...AGE,
  account: 'dave',
  key: KEY,
  steps: [
    { name: 'reachable', state: 'done', text: 'emitter1 answers' },
    { name: 'synced', state: 'waiting', text: 'no node of dave has been seen' },
    { name: 'admitted', state: 'problem', text: 'there is no application of dave' },
  ],
};

export const answers: Answers = {
  '/api/pool': pool,
  '/api/pay': pay,
  '/api/windows': windows,
  '/api/windows/141489299': detail,
  '/api/action': action,
  '/api/join/config': config,
  '/api/join/dave': join,
};
