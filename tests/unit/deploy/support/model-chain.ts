import { createHash } from 'node:crypto';
import type { Action } from '../../../../common/chain.ts';
import type { Authority } from '../../../../deploy/accounts.ts';
import { tokenOf, unitsOf } from '../../../../deploy/amount.ts';
import type { Deployment } from '../../../../deploy/file.ts';
import { FIGURE_DEFAULTS, type Figure } from '../../../../deploy/founding.ts';
import { PROPOSAL } from '../../../../deploy/govern.ts';
import type { Network } from '../../../../deploy/network.ts';
import type { Codec, Given, WantedCode } from '../../../../deploy/plan/step.ts';
import { ownerAuthority } from '../../../../deploy/plan/upgrade.ts';
import type { AccountState, ChainState, OpenProposal, Permission, PoolState } from '../../../../deploy/state/types.ts';

/** The fields of all actions; each has some of them. */
interface Data {
  account: string;
  permission: string;
  parent: string;
  name: string;
  receiver: string;
  stake_cpu_quantity: string;
  stake_net_quantity: string;
  code: string;
  type: string;
  requirement: string;
  figure: string;
  producer: string;
  token_contract: string;
  core: string;
  chain_id: string;
  terms: string;
  url: string;
  strategy: string;
  mode: string;
  role: string;
  key: string;
  endpoints: string;
  voter: string;
  proposer: string;
  proposal_name: string;
  msig_proposer: string;
  trx_hash: string;
  bytes: number;
  value: number;
  location: number;
  id: number;
  on: boolean;
  yes: boolean;
  auth: Authority;
  owner: Authority;
  active: Authority;
  accounts: string[];
  founders: string[];
  trx: { packed: string };
}

export const CORE = tokenOf('4,EOS');
export const KEYS = [
  'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV',
  'EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr',
  'EOS7bxrQUTbQ4mqcoefhWPz1aFieN4fA9RQAiozRz7FrUChHZ7Rb8',
] as const;
export const NO_CODE = '0'.repeat(64);
export const CODE = 'c0'.repeat(32);
const ABI = 'ab'.repeat(32);
const VOTE_MS = 6000;

export const network: Network = {
  name: 'model',
  chainId: '01'.repeat(32),
  api: ['http://127.0.0.1:1'],
  token: { contract: 'eosio.token', symbol: '4,EOS' },
  claims: [{ code: 'eosio', name: 'claimrewards' }],
  consensus: 'legacy',
  explorer: null,
  tried: true,
  notes: [],
  sources: [],
};

export function deployment(changes: Partial<Deployment> = {}): Deployment {
  const live = { cpu: '10.0000 EOS', net: '5.0000 EOS' };
  const [key, logKey, reportKey] = KEYS;
  return {
    creator: 'eosio',
    dac: { account: 'pooldac', key, ramBytes: 3_000_000, ...live },
    producer: { account: 'poolbp', url: 'https://pool.example', location: 276, ramBytes: 50_000, ...live },
    terms: 'terms.md',
    termsHash: '7e'.repeat(32),
    token: CORE,
    founders: ['alice', 'bob', 'carol'].map((account) => ({
      account,
      signingKey: key,
      url: '',
      location: 0,
      owners: '',
    })),
    figures: { votetime: 60, mingap: 1 },
    strategy: 'first-delivered',
    mode: 'propose',
    roles: {
      emitters: [{ account: 'emit', logKey, endpoints: 'there:1' }],
      oracles: [{ account: 'oracle1', key: logKey, reportKey, ramBytes: 100_000, ...live }],
      arbitrators: ['judge'],
    },
    handover: true,
    register: true,
    ...changes,
  };
}

export const code: WantedCode = {
  path: 'contracts/target/pool',
  hash: CODE,
  abiHash: ABI,
  bytes: 136_000,
  put: (account, what) => {
    const authorization = [{ actor: account, permission: 'owner' }];
    const abi: Action = { account: 'eosio', name: 'setabi', authorization, data: { account } };
    return what === 'abi' ? [abi] : [{ account: 'eosio', name: 'setcode', authorization, data: { account } }, abi];
  },
};

const codec: Codec = {
  transaction: async (actions, until) => ({ packed: await codec.packed(actions, until) }),
  packed: async (actions, until) => {
    const header = Buffer.alloc(13);
    header.writeUInt32LE(until / 1000);
    return Buffer.concat([header, Buffer.from(JSON.stringify(actions))]).toString('hex');
  },
};

/** An account with one key in owner and active. */
export function account(name: string, key: string = KEYS[0]): AccountState {
  const auth: Authority = { threshold: 1, keys: [{ key, weight: 1 }], accounts: [], waits: [] };
  return {
    name,
    permissions: [
      { name: 'owner', parent: '', auth, links: [] },
      { name: 'active', parent: 'owner', auth, links: [] },
    ],
    tellsLinks: true,
    ram: { quota: 1_000_000, used: 3000 },
    cpu: 0n,
    net: 0n,
    liquid: 1_000_000_0000n,
    codeHash: NO_CODE,
    abiHash: '',
  };
}

/** A chain in memory that carries out what a deployment pushes, as far as a plan looks at it. It refuses what a real one would. */
export class ModelChain {
  readonly accounts = new Map<string, AccountState | null>();
  pool: PoolState | null = null;
  readonly msig: ChainState['msig'] = [];
  registeredProducer: ChainState['registeredProducer'] = null;
  now = 1_000_000_000_000;
  readonly pushed: string[] = [];

  constructor(names = ['eosio', 'alice', 'bob', 'carol', 'emit', 'judge']) {
    for (const name of ['pooldac', 'poolbp', 'oracle1']) this.accounts.set(name, null);
    for (const name of names) this.accounts.set(name, account(name));
  }

  given(wanted: Deployment = deployment(), changes: Partial<Given> = {}): Given {
    const { now, accounts, pool, msig, registeredProducer } = this;
    const ram = { bytes: 64_000_000_000n, units: 10_000_000_0000n };
    const state = structuredClone({
      now,
      consensus: 'legacy' as const,
      version: '',
      accounts,
      pool,
      msig,
      ram,
      registeredProducer,
    });
    return { network, deployment: wanted, state, code, codec, prove: () => 'SIG', again: false, ...changes };
  }

  push(actions: Action[]): void {
    for (const { name, account: contract, data } of actions) {
      this.pushed.push(name);
      const act = this.#acts[contract === 'pooldac' && name.startsWith('prop') ? 'propose_' : name];
      if (!act) throw new Error(`the model knows no ${name}`);
      act(data as Data, name);
    }
  }

  /** Another one that is as this one is now. */
  copy(): ModelChain {
    const other = new ModelChain([]);
    const { accounts, pool, msig, registeredProducer, now } = structuredClone({ ...this, pushed: [] });
    for (const [name, held] of accounts) other.accounts.set(name, held);
    other.msig.push(...msig);
    return Object.assign(other, { pool, registeredProducer, now });
  }

  get(name: string): AccountState {
    const found = this.accounts.get(name);
    if (!found) throw new Error(`there is no account ${name}`);
    return found;
  }

  #permission(data: Data): Permission {
    const { permissions } = this.get(data.account);
    const found = permissions.find(({ name }) => name === data.permission);
    if (found) return found;
    const made = {
      name: String(data.permission),
      parent: '',
      auth: account('x').permissions[0]?.auth as Authority,
      links: [],
    };
    permissions.push(made);
    return made;
  }

  get #live(): PoolState {
    if (this.pool === null) throw new Error('the pool is not set up');
    return this.pool;
  }

  #refresh(): void {
    const owner = this.get('pooldac').permissions.find(({ name }) => name === 'owner');
    if (owner) owner.auth = ownerAuthority('pooldac', this.#live, this.now);
    const keys = this.#live.seats.map(({ key }) => key);
    if (this.#live.config.registered) this.registeredProducer = { active: true, keys, url: '', location: 0 };
  }

  readonly #acts: Record<string, (data: Data, name: string) => void> = {
    newaccount: ({ name, owner, active }) => {
      if (this.accounts.get(name)) throw new Error(`${name} is there already`);
      const made = { ...account(name), liquid: 0n, ram: { quota: 0, used: 3000 } };
      made.permissions = [
        { name: 'owner', parent: '', auth: owner, links: [] },
        { name: 'active', parent: 'owner', auth: active, links: [] },
      ];
      this.accounts.set(name, made);
    },
    buyrambytes: ({ receiver, bytes }) => {
      // Bytes are lost to rounding.
      this.get(receiver).ram.quota += Number(bytes) - 3;
    },
    delegatebw: ({ receiver, stake_cpu_quantity, stake_net_quantity }) => {
      const held = this.get(receiver);
      held.cpu += unitsOf(stake_cpu_quantity, CORE) ?? 0n;
      held.net += unitsOf(stake_net_quantity, CORE) ?? 0n;
    },
    updateauth: (data) => {
      const held = this.#permission(data);
      held.auth = data.auth;
      held.parent = data.parent;
    },
    deleteauth: ({ account: name, permission }) => {
      const held = this.get(name);
      const gone = held.permissions.find((each) => each.name === permission);
      if (!gone || gone.links.length > 0) throw new Error(`${permission} cannot be deleted`);
      if (held.permissions.some(({ parent }) => parent === permission))
        throw new Error(`${permission} has others below it`);
      held.permissions = held.permissions.filter((each) => each !== gone);
    },
    linkauth: (data) => {
      const held = this.get(data.account).permissions.find(({ name }) => name === data.requirement);
      if (!held) throw new Error(`there is no ${data.requirement}`);
      held.links.push({ code: data.code, type: data.type });
    },
    unlinkauth: (data) => {
      for (const held of this.get(data.account).permissions)
        held.links = held.links.filter(({ code: contract, type }) => contract !== data.code || type !== data.type);
      const { permissions } = this.get(data.account);
      this.get(data.account).permissions = permissions.filter(
        ({ name, links }) => name !== 'eosio.any' || links.length > 0,
      );
    },
    setcode: ({ account: name }) => {
      const held = this.get(name);
      if (held.ram.quota - held.ram.used < code.bytes * 10 && held.codeHash === NO_CODE)
        throw new Error('too little RAM');
      held.ram.used += code.bytes * 10;
      held.codeHash = CODE;
    },
    setabi: ({ account: name }) => {
      this.get(name).abiHash = ABI;
    },
    init: (data) => {
      if (this.pool !== null) throw new Error('the pool is set up already');
      if (this.get('pooldac').codeHash !== CODE) throw new Error('there is no contract');
      this.pool = emptyPool(data);
    },
    setfigure: ({ figure, value }) => {
      this.#live.config.figures[figure as Figure] = Number(value);
    },
    setclaim: ({ code: contract, name, on }) => this.#claim(contract, name, on),
    founders: ({ accounts }) => {
      this.#live.founders = [...accounts];
    },
    join: ({ account: name }) => {
      const pool = this.#live;
      if (!pool.founders.includes(name)) throw new Error(`${name} is no founder`);
      pool.founders = pool.founders.filter((each) => each !== name);
      pool.members.push({ account: name, status: 1 });
      const seat = { account: name, voting: true, takesPart: true, signing: true, key: KEYS[0], votesFrom: 0 };
      pool.seats.push({ ...seat, probationUntil: 0, proxy: '' });
    },
    handover: () => {
      const pool = this.#live;
      if (pool.founders.length > 0) throw new Error('a founder has not joined');
      pool.config.phase = 1;
      const active = this.get('pooldac').permissions.find(({ name }) => name === 'active');
      const permission = { actor: 'pooldac', permission: 'eosio.code' };
      if (active) active.auth = { threshold: 1, keys: [], accounts: [{ permission, weight: 1 }], waits: [] };
      this.#refresh();
    },
    refresh: () => this.#refresh(),
    propose_: (data, name) => this.#file(data, name.slice(4)),
    vote: ({ id, voter, yes }) => {
      const row = this.#proposal(id);
      if (row.status !== PROPOSAL.voting || this.now >= row.ends) throw new Error('the vote is over');
      row.voters = [...row.voters.filter((each) => each.voter !== voter), { voter, yes }];
    },
    tally: ({ id }) => {
      const row = this.#proposal(id);
      if (this.now < row.ends) throw new Error('the vote goes on');
      row.electors = this.#live.seats.length;
      row.yes = row.voters.filter(({ yes }) => yes).length;
      row.status = row.yes * 3 >= row.electors * 2 ? PROPOSAL.passed : PROPOSAL.rejected;
      row.unlock = this.now + 1000;
      row.voters = [];
    },
    execute: ({ id }) => {
      const row = this.#proposal(id);
      if (row.status !== PROPOSAL.passed || this.now < row.unlock) throw new Error('it cannot be executed yet');
      row.status = PROPOSAL.executed;
      this.#execute(row);
    },
    // eosio.msig
    propose: ({ proposer, proposal_name, trx }) => {
      if (this.msig.some(({ name }) => name === proposal_name)) throw new Error('there is one of that name');
      const { packed } = trx;
      const expires = Buffer.from(packed, 'hex').readUInt32LE(0) * 1000;
      this.msig.push({ proposer, name: proposal_name, packed, expires, approvals: [] });
    },
    cancel: ({ proposal_name }) => {
      this.msig.splice(
        this.msig.findIndex(({ name }) => name === proposal_name),
        1,
      );
    },
    exec: ({ proposal_name }) => {
      const [lying] = this.msig.splice(
        this.msig.findIndex(({ name }) => name === proposal_name),
        1,
      );
      if (!lying || lying.approvals.length === 0) throw new Error('transaction authorization failed');
      this.push(JSON.parse(Buffer.from(lying.packed, 'hex').subarray(13).toString()) as Action[]);
    },
  };

  #claim(contract: string, name: string, on: boolean): void {
    const pool = this.#live;
    pool.claims = pool.claims.filter((each) => each.code !== contract || each.name !== name);
    if (on) pool.claims.push({ code: contract, name });
  }

  #proposal(id: number): OpenProposal {
    const found = this.#live.proposals.find((row) => row.id === id);
    if (!found) throw new Error(`there is no proposal ${id}`);
    return found;
  }

  #file(data: Data, kind: string): void {
    const pool = this.#live;
    if (pool.config.phase === 0) throw new Error('proposals begin with the hand-over');
    const open = pool.proposals.filter(
      ({ proposer, status }) => proposer === data.proposer && status <= PROPOSAL.passed,
    );
    if (open.length >= 5) throw new Error(`${data.proposer} has five proposals that are not finished`);
    const columns = columnsOf(kind, data);
    const row = { id: pool.proposals.length + 1, kind, proposer: data.proposer, status: 0, yes: 0, no: 0, electors: 0 };
    const rest = {
      hash: 'ee'.repeat(32),
      ends: this.now + VOTE_MS,
      unlock: 0,
      created: this.now,
      respondent: '',
      other: '',
    };
    pool.proposals.push({
      subject: '',
      target: '',
      value: 0,
      key: KEYS[0],
      digest: '',
      detail: '',
      ...row,
      ...rest,
      ...columns,
      voters: [],
    });
  }

  #execute({ kind, subject, target, value, key, digest, detail }: OpenProposal): void {
    const pool = this.#live;
    if (kind === 'terms') pool.config.termsHash = digest;
    if (kind === 'config') pool.config.figures[subject as Figure] = value;
    if (kind === 'claim') this.#claim(subject, target, value === 1);
    if (kind === 'url') [pool.config.url, pool.config.location] = [detail, value];
    if (kind === 'strategy') [pool.strategy, pool.mode] = [detail, subject];
    if (kind === 'register') pool.config.registered = value === 1;
    if (kind === 'msig')
      this.msig.find(({ name }) => name === target)?.approvals.push({ actor: 'pooldac', permission: 'owner' });
    if (kind === 'role') {
      pool.emitters = pool.emitters.filter(({ account: name }) => target !== 'emitter' || name !== subject);
      pool.oracles = pool.oracles.filter((name) => target !== 'oracle' || name !== subject);
      pool.arbitrators = pool.arbitrators.filter((name) => target !== 'arbitrator' || name !== subject);
      if (value === 1 && target === 'emitter') pool.emitters.push({ account: subject, key, endpoints: detail });
      if (value === 1 && target === 'oracle') pool.oracles.push(subject);
      if (value === 1 && target === 'arbitrator') pool.arbitrators.push(subject);
    }
    if (kind === 'register') this.#refresh();
  }
}

function emptyPool(data: Data): PoolState {
  const figures = { ...FIGURE_DEFAULTS } as Record<Figure, number>;
  const { producer, chain_id: chainId, terms: termsHash, url, location } = data;
  return {
    config: { producer, phase: 0, registered: false, chainId, termsHash, url, location, figures },
    token: { contract: data.token_contract, symbol: data.core },
    ...{ claims: [], members: [], seats: [], emitters: [], oracles: [], arbitrators: [], proposals: [] },
    founders: [...data.founders],
    strategy: 'first-delivered',
    mode: 'propose',
  };
}

/** Source: contracts/pool/pool.contract.ts. */
function columnsOf(kind: string, data: Data): Partial<OpenProposal> {
  switch (kind) {
    case 'terms':
      return { digest: data.terms };
    case 'config':
      return { subject: data.figure, value: data.value };
    case 'claim':
      return { subject: data.code, target: data.name, value: Number(data.on) };
    case 'url':
      return { detail: data.url, value: data.location };
    case 'strategy':
      return { detail: data.strategy, subject: data.mode };
    case 'register':
      return { value: Number(data.on) };
    case 'role':
      return {
        target: data.role,
        subject: data.account,
        value: Number(data.on),
        key: data.key,
        detail: data.endpoints,
      };
    case 'msig':
      return { subject: data.msig_proposer, target: data.proposal_name, digest: data.trx_hash };
  }
  throw new Error(`the model knows no proposal ${kind}`);
}

/** A hash that is none of the model's. */
export function otherHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
