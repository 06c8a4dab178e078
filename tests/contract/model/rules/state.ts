import type { Chain } from './chain.ts';

/** Moments are seconds since 1970, 0 is never; money is in units of its token; windows and ids are numbers. */
export interface Config {
  producer: string;
  phase: number;
  registered: boolean;
  open: boolean;
  eligible_percent: number;
  infra_permille: number;
  location: number;
  mingap: number;
  deadline: number;
  dispute: number;
  votetime: number;
  locktime: number;
  grace: number;
  probation: number;
  notice: number;
  challenge: number;
  changegap: number;
  pausetime: number;
  casetime: number;
  appealtime: number;
  bond: bigint;
  casefee: bigint;
  monthlimit: bigint;
  terms_version: number;
  terms_grace: number;
  paused_at: number;
  paused_until: number;
  chain_id: string;
  terms: string;
  url: string;
}

export interface Running {
  epoch: number;
  first_window: number;
  last_window: number;
  settled_at: number;
  harvested: boolean;
  before_claim: bigint;
  closing_through: number;
  closing_settled_at: number;
  closed_through: number;
  next_proposal: number;
  next_order: number;
  next_case: number;
  changed_at: number;
  month: number;
  month_spent: bigint;
  pauser: string;
  pauser_at: number;
  dissolving_at: number;
}

export type Status = 'applied' | 'active' | 'notice' | 'suspended' | 'left' | 'expelled';

export interface Member {
  account: string;
  status: Status;
  index: number;
  key: string;
  leaving: boolean;
  keyless: boolean;
  payee: string;
  location: number;
  terms: number;
  joined: number;
  until: number;
  rotated: number;
  respond_by: number;
  challenge_rest: number;
  bond: bigint;
  url: string;
  owners: string;
  /** Of an applicant whose key nobody has checked: its signature, and the version of the terms that it is for. */
  proof: string;
  proof_terms: number;
}

export interface Seat {
  account: string;
  index: number;
  since: number;
  until: number;
  voting: boolean;
  signing: boolean;
  votes_from: number;
  probation_until: number;
  proxy: string;
  key: string;
}

export interface KeyUse {
  account: string;
  key: string;
  since: number;
  until: number;
}

export type ProposalStatus = 'voting' | 'passed' | 'executed' | 'rejected' | 'expired' | 'cancelled';

export interface Payload {
  kind: string;
  subject: string;
  target: string;
  token: string;
  value: bigint;
  option: bigint;
  amount: Money;
  key: string;
  digest: string;
  data: string;
  detail: string;
  text: string;
}

export interface Proposal extends Payload {
  id: number;
  proposer: string;
  status: ProposalStatus;
  two_thirds: boolean;
  created: number;
  ends: number;
  unlock: number;
  done: number;
  yes: number;
  no: number;
  electors: number;
  respondent: string;
  other: string;
  hash: string;
  votes: Map<string, boolean>;
  /** Its proposer was known as a member when it was filed, which is what the members' column counts. */
  counted: boolean;
}

export interface Money {
  units: bigint;
  /** Precision and code, like 4,EOS. */
  symbol: string;
}

/** Who asked for a stop of a role holder and waits for a second member. */
export interface Stoppable {
  account: string;
  stopper: string;
  stopper_at: number;
}

export interface Emitter extends Stoppable {
  key: string;
  endpoints: string;
}

export interface Oracle extends Stoppable {
  active: boolean;
}

export interface Report {
  oracle: string;
  hash: string;
  metrics_hash: string;
  log_root: string;
  time: number;
}

export interface OpenWindow {
  opened: number;
  reports: Map<string, Report>;
}

export interface Window {
  window: number;
  epoch: number;
  voided: boolean;
  settled: number;
  reports: number;
  hash: string;
  metrics_hash: string;
  log_root: string;
  eligible: string;
  strategy: string;
  version: string;
}

export interface Books {
  id: number;
  contract: string;
  symbol: string;
  holder: string;
  bucket: bigint;
  infrastructure: bigint;
  closing_bucket: bigint;
  income_total: bigint;
  credited_total: bigint;
  paid_total: bigint;
  spent_total: bigint;
}

export interface Credit {
  owed: bigint;
  credited: bigint;
  paid: bigint;
}

export interface Order {
  id: number;
  payee: string;
  amount: bigint;
  escrow: boolean;
  months: number;
  due: number;
  in_case: number;
  text: string;
}

export type CaseStatus = 'opened' | 'answered' | 'ruled' | 'appealed' | 'done';

export interface Ruling {
  compensation: bigint;
  penalty: bigint;
  act: string;
  value: bigint;
  reason: string;
}

export interface Case extends Ruling {
  id: number;
  status: CaseStatus;
  claimant: string;
  respondent: string;
  order: number;
  window: number;
  fee: bigint;
  opened: number;
  until: number;
  evidence: string;
  reply: string;
  appealed: number;
  overturned: boolean;
  panel: string[];
  rulings: Map<string, Ruling>;
  /** Its respondent was known as a member when it was opened, which is what the members' column counts. */
  counted: boolean;
}

export interface Strategy {
  strategy: string;
  mode: string;
  from_window: number;
  previous_strategy: string;
  previous_mode: string;
}

/** Everything that the contract knows, and the part of the chain that it touches. */
export interface Pool {
  self: string;
  chain: Chain;
  config: Config | undefined;
  state: Running;
  strategy: Strategy | undefined;
  founders: Set<string>;
  terms: Map<number, { hash: string; since: number; grace_until: number }>;
  claims: Map<number, { code: string; name: string }>;
  members: Map<string, Member>;
  seats: Map<string, Seat>;
  keys: Map<bigint, KeyUse>;
  proposals: Map<number, Proposal>;
  emitters: Map<string, Emitter>;
  oracles: Map<string, Oracle>;
  arbitrators: Map<string, Stoppable>;
  open: Map<number, OpenWindow>;
  windows: Map<number, Window>;
  disputes: Map<number, number>;
  /** Account → window → in which epoch's count: the shares not yet paid. */
  shares: Map<string, Shares>;
  books: Map<number, Books>;
  credits: Map<number, Map<string, Credit>>;
  deposits: Map<string, bigint>;
  orders: Map<number, Order>;
  cases: Map<number, Case>;
}

/** The windows for which an account holds a share: of the running epoch, and of the one that was cut. */
export interface Shares {
  running: Set<number>;
  closing: Set<number>;
}
