import type { Books } from './books.ts';

/** What `/api/pool` says. Times in ms since 1970, amounts as the chain writes them. */
export interface PoolAnswer {
  pool: string;
  dac: string;
  /** The chain's time when this was read. */
  now: number;
  phase: string;
  registered: boolean;
  terms: TermsAnswer;
  strategy: { strategy: string; mode: string };
  figures: { name: string; text: string; meaning?: string }[];
  members: MemberAnswer[];
  roles: { role: string; account: string; active: boolean; endpoints?: string }[];
  proposals: ProposalAnswer[];
  cases: CaseAnswer[];
  orders: OrderAnswer[];
  books: Books[];
}

export interface TermsAnswer {
  version: number;
  hash: string;
  /** The text of record, when the server has a file whose sha256 is the chain's. */
  text: string | null;
  /** Why there is none. */
  problem: string | null;
  graceUntil: number;
}

export interface MemberAnswer {
  account: string;
  status: string;
  /** Version of the constitution agreed to. */
  terms: number;
  key: string;
  url?: string;
  location: number;
  joined: number;
}

export interface ProposalAnswer {
  id: number;
  kind: string;
  proposer: string;
  title: string;
  changes: { what: string; from: string | null; to: string | null }[];
  notes: string[];
  hash: string;
  stage: string;
  until: number | null;
  can: { action: string; who: string }[];
  tally: {
    yes: number;
    no: number;
    electors: number;
    needed: number;
    voices: { yes: string[]; no: string[]; silent: string[] };
  };
}

export interface CaseAnswer {
  id: number;
  status: string;
  claimant: string;
  respondent: string;
  opened: number;
  until: number;
  panel: string[];
  /** One sentence each: what each arbitrator ruled. */
  rulings: string[];
}

export interface OrderAnswer {
  id: number;
  payee: string;
  amount: string;
  months: number;
  due: number;
  escrow: boolean;
  text: string;
}
