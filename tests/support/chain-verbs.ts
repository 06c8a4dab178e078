import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { action } from '../../common/chain.ts';
import type { Row } from './chain.ts';
import type { ChainPool } from './chain-pool.ts';
import { type Invoked, invoked } from './invoked.ts';

/** Calls verbs on a pool of the shared chain, each by an account whose key is in a file. */
export class ChainVerbs {
  readonly dir = mkdtempSync(path.join(process.env.POOL_CHAIN ?? tmpdir(), 'verbs-'));
  readonly pool: ChainPool;
  /** Of a vote, in seconds: `carried` sets the clock past it. */
  readonly voteSeconds: number;

  constructor(pool: ChainPool, voteSeconds: number) {
    this.pool = pool;
    this.voteSeconds = voteSeconds;
  }

  /** Where the pool is, as options. */
  get place(): string[] {
    return ['--api', this.pool.chain.file.api, '--dac', this.pool.dac];
  }

  /** Writes a file and gives its path. */
  file(name: string, text: string): string {
    const file = path.join(this.dir, name);
    writeFileSync(file, text);
    return file;
  }

  keyFile(label: string): string {
    const file = path.join(this.dir, `${label}.key`);
    writeFileSync(file, this.pool.chain.key(label).private, { mode: 0o600 });
    return file;
  }

  /** Runs a verb by this account: with its key, so that it is pushed. */
  by(account: string, ...args: string[]): Promise<Invoked> {
    return invoked([...args, '--as', account, '--push', '--key-file', this.keyFile(account), ...this.place]);
  }

  /** It is pushed and stands in a block. */
  async done(account: string, ...args: string[]): Promise<Invoked> {
    const result = await this.by(account, ...args);
    assert.equal(result.code, 0, `${args.join(' ')}: ${result.stderr}`);
    assert.match(result.stdout, /^[0-9a-f]{64}\n$/);
    return result;
  }

  /** It is refused: exit code 1, one sentence like this, and nothing on standard output. */
  async refused(says: RegExp, account: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.by(account, ...args);
    const sentences = stderr.split('\n').filter((line) => line.startsWith('pool: '));
    assert.deepEqual([code, stdout, sentences.length], [1, '', 1], `${args.join(' ')}: ${stdout}${stderr}`);
    assert.match(sentences[0] ?? '', says);
  }

  /** What a verb that shows something says as JSON. */
  async shown(...args: string[]) {
    const { code, stdout, stderr } = await invoked([...args, '--json', ...this.place]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  }

  /** The id of the proposal that a verb makes, whose hash the verb told before. */
  async proposed(account: string, ...args: string[]): Promise<number> {
    const id = Number((await this.pool.rows('state'))[0]?.next_proposal);
    const { stderr } = await this.done(account, 'propose', ...args);
    const [, hash] = /with the hash ([0-9a-f]{64})/.exec(stderr) ?? [];
    assert.equal((await this.pool.proposal(id)).hash, hash, args.join(' '));
    return id;
  }

  /** Each is proposed by a verb; all members with a vote on all of them say yes, the time passes, and they are executed in their order. */
  async carried(...kinds: string[][]): Promise<void> {
    const { pool } = this;
    const { chain, dac, founders } = pool;
    const [first = ''] = founders;
    const ids: number[] = [];
    for (const [i, kind] of kinds.entries())
      ids.push(await this.proposed(founders[i % founders.length] ?? '', ...kind));
    const hashes = await Promise.all(ids.map(async (id) => ({ id, hash: (await pool.proposal(id)).hash })));
    const concerned = kinds.filter(([kind]) => kind === 'expel' || kind === 'suspend').map(([, account]) => account);
    for (const voter of founders.filter((one) => !concerned.includes(one)))
      await chain.push(hashes.map((one) => action(dac, 'vote', { voter, ...one, yes: true }, voter)));
    await chain.pass(this.voteSeconds + 1);
    const all = (name: string) => ids.map((id) => action(dac, name, { id }, first));
    await chain.push(all('tally'));
    await chain.push(all('execute'));
    // The head is older than the block that they were executed in, until there is one more.
    await chain.pass(1);
  }

  /** A member as `./pool members` shows it. */
  async member(account: string): Promise<Row | undefined> {
    return ((await this.shown('members', account)).members as Row[])[0];
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
