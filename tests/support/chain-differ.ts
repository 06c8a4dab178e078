import type { PoolError } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { slotAt, windowOf } from '../../common/slot.ts';
import { signJoin } from '../../contracts/proof.ts';
import { testKey } from '../contract/support/keys.ts';
import type { Row } from './chain.ts';
import { PROFILE, type Script, type Step, TERMS_MARK } from './chain-script.ts';

export const TERMS = 'fe'.repeat(32);
/** Everybody who takes part in a scenario. */
export const PEOPLE =
  'poolbp dac payer alice bob carol dave erin frank stranger worker oracle1 oracle2 arbiter1 arbiter2'.split(' ');
export const SCOPED = { votes: 40, credits: 3, rulings: 6 };

/** A chain on which scenarios run. `to` gives the account that plays a part. */
export interface Stage {
  to(part: string): string;
  act(name: string, data: Row, by: string): Promise<unknown>;
  transfer(from: string, to: string, quantity: string, memo: string): Promise<unknown>;
  reward(quantity: string): Promise<unknown>;
  pass(seconds: number): Promise<void>;
  now(): Promise<number>;
  rows(table: string, scope?: bigint): Promise<Row[]>;
  owner(): Promise<string>;
}

export interface Result {
  /** What each step came to: "done" or the sentence it was refused with. */
  answers: string[];
  looks: Record<string, Record<string, unknown[]>>;
}

/** Runs a scenario; throws when a step does not end as it says. */
export async function perform(script: Script, stage: Stage, tables: string[]): Promise<Result> {
  const run = new Performance(stage, tables);
  const answers: string[] = [];
  const looks: Result['looks'] = {};
  for (const [i, step] of script.steps.entries()) {
    if ('look' in step) looks[step.look] = await run.look();
    else answers.push(`${i} ${summary(step)}: ${await run.step(step)}`);
  }
  looks.end = await run.look();
  return { answers, looks };
}

function summary(step: Step): string {
  return 'act' in step ? `${step.act} by ${step.by}` : JSON.stringify(step);
}

class Performance {
  readonly #stage: Stage;
  readonly #tables: string[];
  readonly #windows = new Map<string, number>();

  constructor(stage: Stage, tables: string[]) {
    this.#stage = stage;
    this.#tables = tables;
  }

  async step(step: Step): Promise<string> {
    const stage = this.#stage;
    if ('pass' in step) await stage.pass(step.pass);
    else if ('mark' in step) this.#windows.set(step.mark, windowOf(slotAt(await stage.now())) - 1);
    else if ('reward' in step) await stage.reward(step.reward);
    else if ('transfer' in step) {
      const [from, to, quantity, memo] = step.transfer;
      await stage.transfer(stage.to(from), stage.to(to), quantity, memo);
    } else if ('act' in step) return this.#act(step);
    return 'done';
  }

  async #act({ act, by, data, says }: Extract<Step, { act: string }>): Promise<string> {
    const filled = (await this.#fill(data)) as Row;
    let text = '';
    try {
      await this.#stage.act(act, filled, this.#stage.to(by));
    } catch (thrown) {
      text = this.plain((thrown as PoolError).message);
    }
    if (says ? says.test(text) : text === '') return text || 'done';
    const wanted = says ? `be refused with ${says}` : 'be done';
    throw new Error(`${act} by ${by} ${JSON.stringify(filled)} should ${wanted}, and: ${text || 'it was done'}`);
  }

  async #fill(value: unknown): Promise<unknown> {
    const { to } = this.#stage;
    if (typeof value === 'string') {
      if (value === TERMS_MARK) return TERMS;
      const key = /^key (\d+)$/.exec(value);
      return key ? testKey(Number(key[1])).pub : PEOPLE.includes(value) ? to(value) : value;
    }
    if (Array.isArray(value)) return Promise.all(value.map((one) => this.#fill(one)));
    if (value === null || typeof value !== 'object') return value;
    if ('$hash' in value)
      return (await this.#stage.rows('proposals')).find((row) => Number(row.id) === value.$hash)?.hash;
    if ('$window' in value) return this.#windows.get(value.$window as string);
    if ('$proof' in value) {
      const [account, number, terms = TERMS] = value.$proof as [string, number, string?];
      const key = testKey(number);
      const membership = { chainId: PROFILE.chain_id, dac: to('dac'), account: to(account), key: key.pub, terms };
      return signJoin(membership, key.priv);
    }
    const entries = Object.entries(value).map(async ([name, one]) => [name, await this.#fill(one)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** All tables with what differs from chain to chain taken out: names of accounts, moments, windows, hashes of those. */
  async look(): Promise<Record<string, unknown[]>> {
    const seen: Record<string, unknown[]> = {};
    const put = async (name: string, table: string, scope?: bigint) => {
      const rows = await this.#stage.rows(table, scope);
      if (rows.length > 0) seen[name] = rows.map((row) => this.#row(row)).sort(byText);
    };
    for (const table of this.#tables) {
      const scopes = (SCOPED as Record<string, number>)[table];
      if (table === 'reports')
        for (const [name, window] of this.#windows) await put(`reports ${name}`, table, BigInt(window));
      else if (scopes === undefined) await put(table, table);
      else for (let i = 0; i < scopes; i++) await put(`${table} ${i}`, table, BigInt(i));
    }
    seen.owner = [this.plain(await this.#stage.owner())];
    return seen;
  }

  #row(row: Row): Row {
    return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, this.#cell(column, value)]));
  }

  #cell(column: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#cell(column, one));
    if (typeof value === 'boolean') return value ? '1' : '0';
    const text = String(value);
    if (/^\d{4}-\d\d-\d\dT/.test(text)) return text.startsWith('1970-01-01T00:00:00') ? 'never' : 'a moment';
    if (['since', 'until', 'from_window', 'first_window'].includes(column)) return text === '0' ? '0' : 'W';
    if (column === 'hash' && text !== TERMS) return 'H';
    if (column === 'proof') return text === '' ? '' : `${text.length / 2} bytes`; // signed for the names of its chain
    if (column === 'month') return text === '0' ? '0' : 'M';
    if (/^(EOS|PUB_K1_)\w{30,}$/.test(text)) return keyId(text);
    return this.plain(text);
  }

  plain(text: string): string {
    const { to } = this.#stage;
    let out = text.replace(/^.*? was refused: /s, '').replace(/^eosio_assert: /, '');
    for (const part of PEOPLE) if (to(part) !== part) out = out.replaceAll(new RegExp(`\\b${to(part)}\\b`, 'g'), part);
    out = out.replace(/missing (required )?authority (of )?/, 'missing authority of ').replaceAll(TERMS, TERMS_MARK);
    out = out.replace(/\b[0-9a-f]{64}\b/g, (hex) => (/^(.)\1*$|^(..)\2*$/.test(hex) ? hex : 'H'));
    out = out.replace(/\d+ (more )?seconds/g, 'N seconds').replace(/\b1[67]\d{8}\b/g, 'S');
    return out.replace(/\b1[345]\d{7}\b/g, (number) => {
      for (const [name, window] of this.#windows) if (window === Number(number)) return name;
      return 'W';
    });
  }
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
