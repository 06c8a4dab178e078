/** `/api/windows`: newest first. */
export interface WindowsAnswer {
  windows: WindowRow[];
  /** Address of a transaction with "{trx}" for its id, or null. */
  explorer: string | null;
}

export interface WindowRow {
  id: number;
  state: 'open' | 'settled' | 'void';
  epoch: number | null;
  emitted: number | null;
  missed: number | null;
  rescues: number | null;
  replaced: number | null;
  slots: number;
  /** Oracles that reported. */
  reports: number;
  /** So many equal ones settle it. */
  quorum: number;
  eligible: string[];
}

/** `/api/windows/ID`. */
export interface WindowAnswer extends WindowRow {
  strategy: string | null;
  settledAt: number | null;
  neededPercent: number | null;
  filed: { oracle: string; hash: string; trx: string | null; at: number }[];
  members: {
    account: string;
    valid: number;
    selected: number;
    standby: number;
    late: number;
    invalid: number;
    isEligible: boolean;
  }[];
  explorer: string | null;
}

/** `/api/pay`. Amounts as the chain writes them. */
export interface PayAnswer {
  symbol: string;
  epochs: {
    epoch: number;
    shares: number;
    windows: number;
    income: string;
    perShare: string;
    closedAt: number | null;
  }[];
  balances: { account: string; owed: string; credited: string; paid: string }[];
  claims: { account: string; amount: string; trx: string; at: number }[];
  explorer: string | null;
}
