import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChainClient } from '../../common/chain.ts';
import { keyId } from '../../common/keys.ts';
import { apply, type Outcome, type Work } from '../../deploy/apply/apply.ts';
import { Journal } from '../../deploy/apply/journal.ts';
import { type Deployment, loadDeployment } from '../../deploy/file.ts';
import { type Fixed, readGiven } from '../../deploy/given.ts';
import { loadNetwork, type Network } from '../../deploy/network.ts';
import { makePlan, type Plan } from '../../deploy/plan/plan.ts';
import { recordedHash, wantedCode } from '../../deploy/wanted.ts';
import { CORE } from '../../devnet/config.ts';
import { ROOT } from '../../devnet/tools.ts';
import { TestChain } from './chain.ts';

const TARGET = path.join(ROOT, 'contracts/target/pool');

/** A time to vote that lasts long enough for a busy machine, and is over soon. */
export const VOTE_SECONDS = 6;

/** A deployment on the chain that tests share: its files in a folder of its own, and what a plan and an apply make of them. */
export class ChainDeployment {
  readonly chain = new TestChain();
  /** In the chain's own folder, which goes with the chain, also when a run is interrupted. */
  readonly dir = mkdtempSync(path.join(process.env.POOL_CHAIN ?? tmpdir(), 'deploy-'));
  readonly prefix: string;
  /** As it is written into the file. */
  content: Record<string, unknown>;
  terms = 'a constitution for tests\n';
  contract = TARGET;
  hash = recordedHash(path.join(ROOT, 'contracts/pool.wasm.sha256')).hash;
  /** Accounts whose keys the key file does not have. */
  readonly withoutKeys = new Set<string>();
  readonly said: string[] = [];

  constructor(prefix: string) {
    this.prefix = prefix;
    const key = (label: string) => this.chain.key(label).public;
    const named = (name: string) => prefix + name;
    const live = { cpu: '100000.0000 EOS', net: '100000.0000 EOS' };
    this.content = {
      creator: 'eosio',
      dac: {
        account: this.dac,
        key: key(this.dac),
        ramBytes: 3_000_000,
        cpu: '500000.0000 EOS',
        net: '100000.0000 EOS',
      },
      producer: { account: this.producer, url: 'https://pool.example', location: 276, ramBytes: 50_000, ...live },
      terms: 'terms.md',
      founders: this.founders.map((account) => ({ account, signingKey: key(`${account}@signing`) })),
      figures: { votetime: VOTE_SECONDS, locktime: 0, changegap: 0, probation: 0, mingap: 1, monthlimit: 1_000_000 },
      roles: {
        emitters: [{ account: named('emit'), logKey: key(`${named('emit')}@log`), endpoints: '127.0.0.1:9876' }],
        oracles: [
          {
            account: this.oracle,
            key: key(this.oracle),
            reportKey: key(`${this.oracle}@report`),
            ramBytes: 100_000,
            ...live,
          },
        ],
        arbitrators: [named('judge')],
      },
    };
  }

  get dac(): string {
    return `${this.prefix}dac`;
  }

  get producer(): string {
    return `${this.prefix}bp`;
  }

  get oracle(): string {
    return `${this.prefix}oracle`;
  }

  get founders(): string[] {
    return ['alice', 'bob', 'carol'].map((name) => this.prefix + name);
  }

  /** The accounts that others make. */
  async people(): Promise<void> {
    await this.chain.accounts(...this.founders, `${this.prefix}emit`, `${this.prefix}judge`);
  }

  /** Writes the files; to be called again when the content has changed. */
  write(): { network: string; file: string; keys: string } {
    const { chainId, api } = this.chain.file;
    const at = (name: string) => path.join(this.dir, name);
    const network = {
      name: 'test',
      chainId,
      api: [api],
      token: { contract: 'eosio.token', symbol: CORE },
      claims: [{ code: 'eosio', name: 'claimrewards' }],
      consensus: 'legacy',
      explorer: null,
      tried: true,
    };
    writeFileSync(at('network.json'), JSON.stringify(network));
    writeFileSync(at('terms.md'), this.terms);
    writeFileSync(at('deploy.json'), JSON.stringify(this.content, null, 2));
    const labels = [
      'eosio',
      this.dac,
      this.oracle,
      ...this.founders,
      ...this.founders.map((name) => `${name}@signing`),
    ];
    const keys = labels
      .filter((label) => !this.withoutKeys.has(label))
      .map((label) => [label, this.chain.key(label).private]);
    writeFileSync(at('keys.json'), JSON.stringify(Object.fromEntries(keys)), { mode: 0o600 });
    return { network: at('network.json'), file: at('deploy.json'), keys: at('keys.json') };
  }

  #fixed(): { fixed: Fixed; held: Set<string> } {
    const files = this.write();
    const network: Network = loadNetwork(files.network, this.dir);
    const deployment: Deployment = loadDeployment(files.file, network);
    const labels = [
      'eosio',
      this.dac,
      this.oracle,
      ...this.founders,
      ...this.founders.map((name) => `${name}@signing`),
    ];
    const pairs = labels.filter((label) => !this.withoutKeys.has(label)).map((label) => this.chain.key(label));
    const client = new ChainClient(
      this.chain.file.api,
      pairs.map((pair) => pair.private),
    );
    const privateKeys = new Map(pairs.map((pair) => [keyId(pair.public), pair.private]));
    const code = wantedCode(client, this.contract, { hash: this.hash, from: 'the test' });
    return {
      fixed: { client, network, deployment, code, again: false, privateKeys },
      held: new Set(privateKeys.keys()),
    };
  }

  async plan(): Promise<Plan> {
    return makePlan(await readGiven(this.#fixed().fixed));
  }

  async apply(changes: Partial<Work> = {}): Promise<Outcome> {
    const { fixed, held } = this.#fixed();
    const journal = new Journal(path.join(this.dir, 'deploy.json.journal'));
    const say = (line: string) => void this.said.push(line);
    const read = () => readGiven(fixed);
    return apply({ client: fixed.client, read, journal, held, wait: true, say, confirm: async () => true, ...changes });
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What each step of a plan is about. */
export function idsOf({ steps }: Plan): string[] {
  return steps.map(({ id }) => id);
}
