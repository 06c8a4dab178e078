import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { action, ChainClient } from '../../../common/chain.ts';
import { untilInBlock } from '../../../common/inclusion.ts';
import { createAccount, keyAuthority } from '../../../deploy/accounts.ts';
import { PERSON } from '../../../devnet/accounts.ts';
import { KeyRing } from '../../../devnet/keys.ts';
import { type PortBlock, reservePorts } from '../../../devnet/ports.ts';
import { type Supervisor, whenReady } from '../../../devnet/supervisor.ts';
import { findTools } from '../../../devnet/tools.ts';
import { PoolCommand } from '../../support/processes.ts';
import type { RunFile } from '../../support/run-file.ts';

/** Somebody who is no member yet: an account, a signing key that only `bppool join` made, a node of its own. */
export class Newcomer {
  readonly account: string;
  readonly dir: string;
  readonly chain: ChainClient;
  /** Public signing key, and the line that `bppool join` printed. */
  key = '';
  line = '';
  private readonly run: RunFile;
  private readonly runDir: string;
  private ports: PortBlock | null = null;

  constructor(account: string, dir: string, run: RunFile, runDir: string) {
    this.account = account;
    this.dir = dir;
    this.run = run;
    this.runDir = runDir;
    const keys = JSON.parse(readFileSync(run.keys, 'utf8')) as Record<string, string>;
    const own = new KeyRing(undefined).pair(account);
    this.chain = new ChainClient(run.publicApi, [...Object.values(keys), own.private]);
    this.ownKey = own.public;
  }

  private readonly ownKey: string;

  async makeAccount(): Promise<void> {
    const actions = createAccount('eosio', this.account, keyAuthority(this.ownKey), PERSON);
    await untilInBlock(this.chain, await this.chain.transact(actions));
  }

  /** On its own machine: makes signing key and proof. */
  async makeProof(): Promise<void> {
    const { account, run, dir } = this;
    const files = ['--key-file', path.join(dir, 'signing.key'), '--terms', 'docs/constitution.md'];
    const { code, stdout, stderr } = await new PoolCommand([
      ...['join', account, '--api', run.publicApi, '--dac', run.dac, '--json'],
      ...files,
    ]).ended;
    if (code !== 0) throw new Error(stderr);
    const { key, command } = JSON.parse(stdout) as { key: string; command: string };
    this.key = key;
    this.line = command;
  }

  /** What a wallet does with the cleos line that the page shows. */
  async push(line: string): Promise<void> {
    const [, contract = '', name = '', json = '', actor = ''] =
      /push action (\S+) (\S+) '(.*)' -p ([a-z1-5.]+)@active$/s.exec(line.trim()) ?? [];
    const data = JSON.parse(json) as object;
    await untilInBlock(this.chain, await this.chain.transact([action(contract, name, data, actor)]));
  }

  /** Starts a nodeos with the lines that the page gave; only its own ports are added, and the private key where the lines say so. */
  async startNode(supervisor: Supervisor, lines: string): Promise<void> {
    const { dir, runDir } = this;
    this.ports = await reservePorts(2);
    const api = this.ports.base;
    const secret = readFileSync(path.join(dir, 'signing.key'), 'utf8').trim();
    const home = path.join(dir, 'node');
    mkdirSync(home, { recursive: true });
    const own = [
      `http-server-address = 127.0.0.1:${api}`,
      'plugin = eosio::chain_api_plugin',
      'http-validate-host = false',
      // Says nothing about the chain: the disk of the machine that tests may be nearly full.
      'resource-monitor-not-shutdown-on-threshold-exceeded = true',
    ];
    const isOwn = (line: string) =>
      !/^(http-server-address|http-validate-host|plugin = eosio::(chain_api|http)_plugin)/.test(line);
    const given = lines
      .split('\n')
      .filter(isOwn)
      .map((line) => withSecret(line, secret));
    writeFileSync(path.join(home, 'config.ini'), `${[...own, ...given].join('\n')}\n`, { mode: 0o600 });
    const tools = findTools();
    const process = await supervisor.start({
      name: 'newcomer',
      command: tools.nodeos.command,
      args: [
        ...tools.nodeos.args,
        `--config-dir=${home}`,
        `--data-dir=${path.join(home, 'data')}`,
        `--genesis-json=${path.join(runDir, 'genesis.json')}`,
      ],
      env: { SHIM_CLOCK_FILE: path.join(runDir, 'clock') },
      log: path.join(dir, 'newcomer.log'),
    });
    await whenReady(process, () => new ChainClient(`http://127.0.0.1:${api}`).info());
  }

  async end(): Promise<void> {
    await this.ports?.release();
  }
}

/** The page never has the private key: its line has a place for it. */
function withSecret(line: string, secret: string): string {
  return /^\s*#?\s*signature-provider/.test(line)
    ? line.replace(/^\s*#\s*/, '').replace(/KEY(OSD)?:.*$/, `KEY:${secret}`)
    : line;
}
