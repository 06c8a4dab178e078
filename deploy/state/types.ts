import type { Authority } from '../accounts.ts';
import type { Figure } from '../founding.ts';
import type { Proposal } from '../govern.ts';

export interface Link {
  /** Of the linked action. */
  code: string;
  /** '' for all actions of the contract. */
  type: string;
}

export interface Permission {
  name: string;
  parent: string;
  auth: Authority;
  links: Link[];
}

/** An account as its chain has it. */
export interface AccountState {
  name: string;
  permissions: Permission[];
  /** False with a node before Leap 3.1, which does not tell what is linked. */
  tellsLinks: boolean;
  /** Bytes; a quota of -1 has no limit. */
  ram: { quota: number; used: number };
  /** Staked for it by anybody, units of the core token. */
  cpu: bigint;
  net: bigint;
  /** Of the core token, units, not staked. This and the two below of the creator and the pool's own accounts only. */
  liquid: bigint;
  /** sha256 of the code, 64 zeros without one. */
  codeHash: string;
  /** sha256 of the packed ABI, hex; '' without one. */
  abiHash: string;
}

/** eosio.system's market: what a byte costs follows from the two. */
export interface RamMarket {
  bytes: bigint;
  units: bigint;
}

export interface Config {
  producer: string;
  phase: number;
  registered: boolean;
  chainId: string;
  termsHash: string;
  url: string;
  location: number;
  figures: Record<Figure, number>;
}

export interface Member {
  account: string;
  /** 1 active, 2 notice, 3 suspended, 4 left, 5 expelled, 0 applied. */
  status: number;
}

export interface Seat {
  account: string;
  voting: boolean;
  takesPart: boolean;
  /** Whether its key is in the producer's authority. */
  signing: boolean;
  key: string;
  votesFrom: number;
  /** Ms since 1970. */
  probationUntil: number;
  proxy: string;
}

/** A proposal with all that a vote on it means. */
export interface OpenProposal extends Proposal {
  subject: string;
  target: string;
  value: number;
  key: string;
  digest: string;
  detail: string;
  /** These two have no vote on it. */
  respondent: string;
  other: string;
  /** Ms since 1970. */
  created: number;
  /** Who has voted so far. */
  voters: { voter: string; yes: boolean }[];
}

export interface PoolState {
  config: Config;
  token: { contract: string; symbol: string };
  claims: { code: string; name: string }[];
  /** Named and not joined yet. */
  founders: string[];
  members: Member[];
  seats: Seat[];
  emitters: { account: string; key: string; endpoints: string }[];
  oracles: string[];
  arbitrators: string[];
  strategy: string;
  mode: string;
  proposals: OpenProposal[];
}

/** A transaction that waits in eosio.msig. */
export interface MsigState {
  proposer: string;
  name: string;
  /** Hex, as it lies there. */
  packed: string;
  /** Ms since 1970. */
  expires: number;
  /** Who has approved it. */
  approvals: { actor: string; permission: string }[];
}

/** Everything that a plan is made from. */
export interface ChainState {
  /** Ms since 1970, by the head block. */
  now: number;
  consensus: 'legacy' | 'savanna' | 'untold';
  version: string;
  accounts: ReadonlyMap<string, AccountState | null>;
  /** Null before `init`. */
  pool: PoolState | null;
  /** Size of the code that the contract account carries, where it is another than the wanted one. */
  codeBytes?: number;
  msig: MsigState[];
  ram: RamMarket | null;
  /** Of eosio.system: whether it takes turns for the producer. */
  registeredProducer: { active: boolean; keys: string[]; url: string; location: number } | null;
}

export const PHASE = { founding: 0, live: 1 } as const;
export const STATUS = { active: 1, notice: 2, suspended: 3 } as const;
