import type { Action, ChainClient } from '../../../../common/chain.ts';
import { PROPOSAL } from '../../../../deploy/govern.ts';

interface Row {
  id: number;
  kind: string;
  proposer: string;
  status: number;
  yes: number;
  no: number;
  electors: number;
  hash: string;
  ends: string;
  unlock: string;
  endsMs: number;
  unlockMs: number;
  talliedAt: number;
  executedAt: number;
  data: Record<string, unknown>;
}

interface Rules {
  votetime?: number;
  locktime?: number;
  /** Id of a proposal that nobody says yes to. */
  reject?: number;
}

interface Query {
  table: string;
  lower_bound?: string;
  upper_bound?: string;
}

/** A chain in memory that makes a block whenever it is asked for its head, with the contract's proposals on it. */
export class FakeDac {
  readonly proposals: Row[] = [];
  readonly votes: { id: number; hash: string }[] = [];
  readonly executed: Record<string, unknown>[] = [];
  mostOpen = 0;
  private block = 1;
  private pushed: string[] = [];
  private readonly rules: Rules;

  constructor(rules: Rules = {}) {
    this.rules = rules;
  }

  /** What `deploy/govern.ts` uses of a client. */
  get client(): ChainClient {
    const info = async () => ({ head_block_num: ++this.block, head_block_time: text(this.now()) });
    const block = async () => ({ timestamp: text(this.now()), transactions: this.pushed.map((trx) => ({ trx })) });
    const post = async (_path: string, body: Query) => ({ rows: this.rows(body), more: false });
    const transact = async (actions: Action[]) => this.transact(actions);
    return { info, block, post, transact } as unknown as ChainClient;
  }

  private now(): number {
    return this.block * 500;
  }

  private rows({ table, lower_bound, upper_bound }: Query): object[] {
    if (table === 'state') return [{ next_proposal: this.proposals.length + 1 }];
    const [first, last] = [Number(lower_bound ?? 0), Number(upper_bound ?? Number.POSITIVE_INFINITY)];
    return this.proposals.filter(({ id }) => id >= first && id <= last);
  }

  private transact(actions: Action[]) {
    for (const { name, data } of actions) this.take(name, data as Record<string, unknown>);
    const transaction_id = `trx${this.pushed.length}`;
    this.pushed.push(transaction_id);
    const open = this.proposals.filter(({ status }) => status === PROPOSAL.voting || status === PROPOSAL.passed);
    this.mostOpen = Math.max(this.mostOpen, open.length);
    return { transaction_id, expiresAt: this.now() + 60_000, processed: { block_num: this.block } };
  }

  private take(name: string, data: Record<string, unknown>): void {
    if (name.startsWith('prop')) return this.file(name.slice(4), data);
    const row = this.proposals.find(({ id }) => id === data.id) as Row;
    if (name === 'vote') this.votes.push({ id: row.id, hash: data.hash as string });
    if (name === 'tally') {
      row.talliedAt = this.now();
      row.yes = row.id === this.rules.reject ? 0 : 1;
      row.status = row.yes ? PROPOSAL.passed : PROPOSAL.rejected;
      row.unlockMs = this.now() + (this.rules.locktime ?? 0) * 1000;
      row.unlock = text(row.unlockMs);
    }
    if (name === 'execute') {
      row.executedAt = this.now();
      row.status = PROPOSAL.executed;
      this.executed.push(row.data);
    }
  }

  private file(kind: string, data: Record<string, unknown>): void {
    const id = this.proposals.length + 1;
    const endsMs = this.now() + (this.rules.votetime ?? 1) * 1000;
    const count = { status: PROPOSAL.voting, yes: 0, no: 0, electors: 1 };
    const times = { ends: text(endsMs), unlock: text(0), endsMs, unlockMs: 0, talliedAt: 0, executedAt: 0 };
    this.proposals.push({ id, kind, proposer: data.proposer as string, hash: `hash${id}`, data, ...count, ...times });
  }
}

function text(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1);
}
