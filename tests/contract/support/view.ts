import { Emulated } from './chain.ts';
import { plain, type Row } from './rows.ts';

/** What is in the pool contract's tables. */
export class PoolView extends Emulated {
  rows(table: string, scope?: bigint | number): Row[] {
    const open = this.pool.tables[table];
    if (!open) throw new Error(`the contract has no table ${table}`);
    const view = scope === undefined ? open() : open(BigInt(scope));
    return (view.getTableRows() as Row[]).map(plain);
  }

  row(table: string): Row {
    return this.rows(table)[0] ?? {};
  }

  get config(): Row {
    return this.row('config');
  }

  get state(): Row {
    return this.row('state');
  }

  /** The books of a token, 0 being the core token. */
  books(token = 0): Row {
    return this.rows('books').find((row) => row.id === token) ?? {};
  }

  member(account: string): Row | undefined {
    return this.rows('members').find((row) => row.account === account);
  }

  seat(account: string): Row | undefined {
    return this.rows('seats').find((row) => row.account === account);
  }

  proposal(id: number): Row | undefined {
    return this.rows('proposals').find((row) => row.id === id);
  }

  credit(account: string, token = 0): Row | undefined {
    return this.rows('credits', token).find((row) => row.account === account);
  }

  /** What the account is owed. */
  owed(account: string, token = 0): number {
    return (this.credit(account, token)?.owed as number | undefined) ?? 0;
  }

  /** What is free of the account's deposit. */
  free(account: string): number | undefined {
    return this.rows('deposits').find((row) => row.account === account)?.free as number | undefined;
  }
}
