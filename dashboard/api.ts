/**
 * What the page's server says to the page, as JSON. Amounts are texts as the chain writes them ("12.3456 EOS"), times ms since 1970,
 * slots half seconds since 2000-01-01, windows slot / 12. In public mode addresses (urls, hosts, sessions) are left out by the server.
 */

/**
 * A member in a slot, as docs/metrics.md counts it: within one emitter's log the best of emitted, valid, late, invalid, standing by, missing; of
 * what several emitters say the best of emitted, valid, standing by, late, invalid, missing (in standby mode standing by before valid).
 */
export const CELL = {
  emitted: 'E',
  valid: 'V',
  late: 'L',
  invalid: 'I',
  standby: 'S',
  missing: '.',
} as const;
export type Cell = (typeof CELL)[keyof typeof CELL];

/** A row of the grid. Its place in the list never changes: members that come later stand behind. */
export interface GridRow {
  account: string;
  /** Still a member. */
  isMember: boolean;
}

/** Of a slot: a rescue begins here, an own public block lost its place, a pool block that no emitter sent, a member builds beside what it was given. */
export type Mark = 'rescue' | 'replaced' | 'leak' | 'poisoned';

/** A column of the grid: one slot of the pool's. */
export interface Column {
  slot: number;
  /** A letter of CELL a row, in the order of the rows; rows that came later than this text is long: missing. */
  cells: string;
  /** The same as each emitter alone saw it, by its name. */
  views: Record<string, string>;
  /** Null while nothing left, or when nothing did. */
  emitted: {
    id: string;
    member: string | null;
    emitter: string;
    arrivedMs: number | null;
    addedUs: number | null;
  } | null;
  marks: Mark[];
  /** No emitter has told the window's end yet: nothing is missing for good. */
  isOpen: boolean;
}

/** Events of `/api/live` (server-sent events). `reset` and `columns` carry an id: after a break the stream goes on behind it (Last-Event-ID). */
export interface LiveEvents {
  /** The newest columns, at the beginning and when an id is not known any more. */
  reset: { pool: string; rows: GridRow[]; columns: Column[]; emitters: EmitterView[] };
  /** Columns that are new or changed, whole; `rows` when one came or went. At most two a second. */
  columns: { rows?: GridRow[]; columns: Column[] };
  emitters: EmitterView[];
}

export interface EmitterView {
  name: string;
  /** Answers, and says that it is ready. */
  state: 'ready' | 'not-ready' | 'away';
  /** One sentence each. */
  reasons: string[];
  /** Blocks can leave by its relay node, and by so many public peers. */
  relayUp: boolean;
  peersUp: number;
  /** Accounts of the members whose nodes are connected. */
  members: string[];
  /** Who leads the running window, if there is one. */
  leader: string | null;
  logSeq: number;
  /** What is odd about its log, one sentence each: it began anew, or records between are gone. */
  notices: string[];
  /** Ms since its last answer; null when it never gave one. */
  ageMs: number | null;
}

/** A candidate as one emitter saw it: `/api/slots/SLOT`. */
export interface SlotDetail {
  slot: number;
  candidates: {
    emitter: string;
    member: string | null;
    signer: string;
    id: string;
    verdict: 'valid' | 'late' | 'invalid';
    reason: string | null;
    /** The emitter that passed it on, when it did not come from its member. */
    via: string | null;
    /** After the slot's time. */
    arrivedMs: number;
    bytes: number;
    transactions: number | null;
    emitted: boolean;
  }[];
  /** One sentence each: rescues, replaced blocks, leaks, faults of this slot. */
  notes: string[];
}

/** What every answer from the chain carries: how old it is, and one sentence when there is no newer one. */
export interface Age {
  ageMs: number;
  stale: string | null;
}

/** `/api/windows?before=ID&limit=N`: newest first. `explorer`: a web address with {trx} in it. */
export interface WindowsAnswer extends Age {
  windows: WindowSummary[];
  explorer: string | null;
}

export interface WindowSummary {
  id: number;
  state: 'open' | 'settled' | 'void';
  firstSlot: number;
  /** By whom it was decided; null while it is open. */
  by: 'report' | 'vote' | 'void' | null;
  settledAt: number | null;
  epoch: number | null;
  /** Hash of the report that settled it. */
  hash: string | null;
  /** Members with a share. */
  shares: number | null;
  /** Equal reports that settled it; of an open one reports so far. */
  reports: number;
  /** From the metrics that the report carried as action data; null when no report is known. */
  emitted: number | null;
  missed: number | null;
  rescues: number | null;
  replaced: number | null;
  /** Nothing of it can change by a fork any more. */
  isFinal: boolean;
  /** It stands on the chain now, or was there once and is kept here. */
  source: 'chain' | 'kept';
}

/** `/api/windows/ID` */
export interface WindowDetail extends WindowSummary, Age {
  slots: number;
  /** Percent of the slots that a member has to cover; null when no report is known. */
  neededPercent: number | null;
  strategy: string | null;
  version: string | null;
  logRoot: string | null;
  /** Active oracles now, and how many equal reports settle. */
  quorum: { oracles: number; needed: number };
  filed: FiledReport[];
  members: WindowMember[];
  /** All of the metrics as the report carried them; see docs/metrics.md. */
  metrics: Record<string, unknown> | null;
  /** One sentence: where the numbers are from. */
  from: string;
  explorer: string | null;
}

export interface FiledReport {
  oracle: string;
  hash: string;
  /** It is the one that settled. */
  settles: boolean;
  at: number | null;
  /** Where it stands in the chain; null while that is not irreversible. */
  block: number | null;
  trx: string | null;
}

export interface WindowMember {
  account: string;
  index: number;
  isEligible: boolean;
  /** Slots with a valid candidate in time, or in which it stood by where that counts. */
  covered: number | null;
  /** Slot by slot, in the letters of docs/metrics.md. */
  grid: string | null;
  candidates: number | null;
  selected: number | null;
  late: number | null;
  invalid: number | null;
  standby: number | null;
  missing: number | null;
}

/** `/api/pay`: all amounts in the core token. */
export interface PayAnswer extends Age {
  symbol: string;
  epoch: number;
  /** The windows after `closedThrough` up to `closingThrough` wait for their dispute time; later ones are of the running epoch. */
  closingThrough: number;
  closedThrough: number;
  members: PayMember[];
  /** Newest first. */
  epochs: PayEpoch[];
  /** Newest first; irreversible ones that were seen from here. */
  ledger: LedgerLine[];
}

export interface PayMember {
  account: string;
  payee: string | null;
  isMember: boolean;
  owed: string;
  credited: string;
  paid: string;
  /** Of the running epoch, and of the one that was cut. */
  shares: number;
  closing: number;
}

export interface PayEpoch {
  epoch: number;
  throughWindow: number;
  credited: string;
  /** Null when the shares were not seen before the close. */
  shares: number | null;
  members: { account: string; shares: number | null; credited: string }[];
  /** The close stands in a block after `after`, up to `block`. */
  after: number;
  block: number;
  at: number;
}

/** What an account was credited and paid between two looks at the chain. */
export interface LedgerLine {
  account: string;
  credited: string;
  paid: string;
  after: number;
  block: number;
  at: number;
}

/** `/api/pool` */
export interface PoolAnswer extends Age {
  pool: string;
  dac: string;
  chainId: string;
  phase: string;
  registered: boolean;
  pausedUntil: number | null;
  /** Chain time, ms since 1970. */
  now: number;
  constitution: {
    version: number;
    hash: string;
    /** Until when members agree to it; null when that time is over. */
    graceUntil: number | null;
    /** The text, when its sha256 is the chain's. */
    text: string | null;
    isSame: boolean;
    /** One sentence about the text. */
    check: string;
    history: { version: number; hash: string; since: number }[];
  };
  strategy: { strategy: string; mode: string; fromWindow: number; previousStrategy: string; previousMode: string };
  figures: { name: string; value: string }[];
  members: PoolMember[];
  roles: {
    role: string;
    account: string;
    active: boolean;
    key: string;
    endpoints: string | null;
    stopper: string | null;
  }[];
  proposals: PoolProposal[];
  cases: PoolCase[];
  orders: {
    id: number;
    payee: string;
    amount: string;
    escrow: boolean;
    months: number;
    due: number;
    inCase: number;
    text: string;
  }[];
  books: PoolBooks[];
}

export interface PoolMember {
  account: string;
  status: string;
  payee: string;
  /** Null in public mode. */
  url: string | null;
  location: number;
  key: string;
  owners: string;
  /** Version of the terms that it agreed to, and whether that is the newest. */
  terms: number;
  agreed: boolean;
  joined: number;
  /** End of a notice or suspension, null for none. */
  until: number | null;
  respondBy: number | null;
  bond: string;
  proxy: string | null;
  isVoting: boolean;
}

export interface PoolProposal {
  id: number;
  kind: string;
  proposer: string;
  status: string;
  stage: string;
  /** When the stage ends by itself. */
  until: number | null;
  title: string;
  changes: { what: string; from: string | null; to: string | null }[];
  notes: string[];
  text: string;
  hash: string;
  created: number;
  ends: number;
  twoThirds: boolean;
  yes: number;
  no: number;
  electors: number;
  needed: number;
  voices: { yes: string[]; no: string[]; silent: string[] };
  decided: 'yes' | 'no' | null;
  /** What can be pushed for it now, and by whom. */
  can: { action: string; who: string }[];
}

export interface PoolCase {
  id: number;
  status: string;
  claimant: string;
  respondent: string;
  window: number | null;
  order: number | null;
  fee: string;
  opened: number;
  until: number;
  evidence: string;
  panel: string[];
  act: string;
  compensation: string;
  penalty: string;
  overturned: boolean;
  rulings: { arbitrator: string; compensation: string; penalty: string; act: string; reason: string }[];
  can: { action: string; who: string }[];
}

/** A token's books beside what the pool's two accounts hold. */
export interface PoolBooks {
  contract: string;
  symbol: string;
  owed: string;
  bucket: string;
  infrastructure: string;
  escrow: string;
  deposits: string;
  balance: string;
  income: string;
  credited: string;
  paid: string;
  spent: string;
}

/** `/api/action?name=…&actor=…&permission=…&data=JSON`: nothing is pushed by the server. `qr`: the link's modules, "#" dark. */
export interface ActionAnswer {
  cleos: string;
  esr: string;
  qr: string[];
}

/** `/api/join/config?version=…&key=…&account=…` */
export interface JoinConfigAnswer extends Age {
  version: string;
  versions: { version: string; name: string }[];
  lines: { line: string; why: string }[];
  /** The same lines as a text to copy. */
  text: string;
  notes: string[];
}

/** `/api/join/ACCOUNT?key=PUB` */
export interface JoinAnswer extends Age {
  account: string;
  key: string | null;
  steps: { name: string; state: 'done' | 'waiting' | 'problem'; text: string }[];
}
