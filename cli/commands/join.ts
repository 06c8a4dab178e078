import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { readTable } from '../../common/tables.ts';
import { cleosLine } from '../../common/wallet/cleos-line.ts';
import { isProof, signJoin } from '../../contracts/proof.ts';
import { accountName } from '../oracle/chain-view.ts';
import { type Applicant, requireAdmissible } from '../run/application.ts';
import { integer } from '../run/options.ts';
import { type SigningKey, signingKey } from '../run/signing-key.ts';
import { withPool } from '../verbs/options.ts';
import { patiently } from '../verbs/patience.ts';
import { write } from '../verbs/show.ts';

interface JoinOptions {
  api: string;
  dac: string;
  keyFile: string;
  terms?: string;
  setkey?: true;
  check?: true;
  payee?: string;
  url: string;
  location: number;
  owners: string;
  json?: true;
}

interface Config {
  phase: number;
  chain_id: string;
  terms: string;
  terms_version: number;
}

const LEFT = 4;
const EXPELLED = 5;
const DISSOLVING = 2;

const EXAMPLES = `
It signs nothing that it is given: the proof is for this account, this pool, this chain and these terms alone. The private
key stays in its file; put it into the member's nodeos as a signature-provider. Where members vote the contract keeps the proof and checks
it when an admission is proposed: this command checks it before it prints the line, and with --check once more on the chain.

Examples:
  ./pool join alice --api http://127.0.0.1:8888 --terms docs/constitution.md --url https://alice.example --location 840
  ./pool join alice --setkey --key-file new.key
  eval "$(./pool join alice)"
  ./pool join alice --check`;

export function joinCommand(): Command {
  return withPool(new Command('join'))
    .description("make a member's proof that it holds its signing key, and print the cleos line that joins with it")
    .argument('<account>', 'account that joins', accountName)
    .option(
      '--key-file <file>',
      'file with the private signing key, mode 600; made when it is not there',
      'signing.key',
    )
    .option('--terms <file>', "the constitution you have read; its sha256 must be the pool's")
    .option('--payee <account>', 'account that is paid (default: the one that joins)', accountName)
    .option('--url <url>', "the member's page", '')
    .option('--location <n>', 'country by ISO 3166-1 number', integer(0, 65_535), 0)
    .option('--owners <text>', 'other members that you own, control or share machines with', '')
    .option('--setkey', 'a member changes its signing key: print the line with setkey')
    .option('--check', 'say whether an application that is on the chain has a good proof, and print no line')
    .option('--json', 'print JSON with all parts instead of the line')
    .addHelpText('after', EXAMPLES)
    .action(join);
}

async function join(account: string, options: JoinOptions): Promise<void> {
  const { dac, api } = options;
  const client = new ChainClient(api);
  const config = await patiently(`asking ${api}`, poolConfig(client, dac));
  const member = await patiently(`asking ${api}`, readMember(client, dac, account));
  if (options.check) {
    await requireAdmissible(client, dac, config, member, account);
    const says = `the application of ${account} is good: a member can propose its admission (propadmit)`;
    return write(options, { account, good: true }, () => [says]);
  }
  if (options.terms !== undefined) requireTerms(options.terms, config);
  requireFits(member, dac, account, config, options.setkey === true);
  const key = signingKey(options.keyFile);
  const name = options.setkey ? 'setkey' : 'join';
  const data = actionData(account, key, config, options);
  const command = cleosLine(client.url, { account: dac, name, data, actor: account });
  tell(options, key, config);
  const { chain_id, terms, terms_version } = config;
  const parts = { dac, action: name, data, key: key.public, chain_id, terms, terms_version, command };
  await write(options, parts, () => [command]);
}

function actionData(account: string, key: SigningKey, config: Config, options: JoinOptions): unknown[] {
  const { terms, chain_id: chainId } = config;
  const membership = { chainId, dac: options.dac, account, key: key.public, terms };
  const proof = signJoin(membership, key.private);
  if (!isProof(membership, proof)) {
    throw new PoolError(
      'join',
      `the proof made with ${options.keyFile} does not fit ${key.public}: the contract would refuse it`,
    );
  }
  if (options.setkey) return [account, key.public, proof];
  const { payee = account, url, location, owners } = options;
  return [account, key.public, terms, proof, payee, url, location, owners];
}

async function poolConfig(client: ChainClient, dac: string): Promise<Config> {
  const info = await client.info();
  let row: Config | undefined;
  try {
    [row] = await client.rows<Config>(dac, dac, 'config');
  } catch (thrown) {
    if (!(thrown instanceof PoolError) || thrown.code !== 'chain') throw thrown;
    throw new PoolError('join', `${dac} carries no pool on this chain (${sentence(thrown)}); name it with --dac`);
  }
  if (!row) throw new PoolError('join', `the pool of ${dac} is not set up yet: its founders call init first`);
  if (row.chain_id !== info.chain_id) {
    const text = `the pool of ${dac} is set up for chain ${row.chain_id}, and ${client.url} serves ${info.chain_id}`;
    throw new PoolError('join', `${text}: no proof would be taken`);
  }
  return row;
}

function requireTerms(file: string, config: Config): void {
  let hash: string;
  try {
    hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (thrown) {
    throw new PoolError('join', `the constitution ${file} cannot be read: ${sentence(thrown)}`);
  }
  if (hash === config.terms) return;
  const text = `${file} has sha256 ${hash}, and the pool's terms (version ${config.terms_version}) are ${config.terms}`;
  throw new PoolError('join', `${text}: read those first`);
}

async function readMember(client: ChainClient, dac: string, account: string): Promise<Applicant | undefined> {
  const bounds = { lower_bound: account, upper_bound: account };
  const [row] = await readTable<Applicant>(client, dac, dac, 'members', bounds);
  return row;
}

/** What the contract would refuse, said before a proof is made. */
function requireFits(
  member: Applicant | undefined,
  dac: string,
  account: string,
  config: Config,
  isMember: boolean,
): void {
  if (isMember) {
    if (member && member.status !== LEFT && member.status !== EXPELLED) return;
    throw new PoolError('join', `${account} is no member of ${dac}: leave --setkey out to join`);
  }
  if (config.phase >= DISSOLVING)
    throw new PoolError('join', `the pool of ${dac} is being dissolved: nobody joins it any more`);
  if (member?.status === EXPELLED)
    throw new PoolError('join', `${account} was expelled from ${dac}: it cannot join again`);
  if (member && member.status !== LEFT) {
    throw new PoolError(
      'join',
      `${account} has joined ${dac} already: --setkey makes the proof for another signing key`,
    );
  }
}

/** For people, beside the line that is to be copied. */
function tell(options: JoinOptions, key: SigningKey, config: Config): void {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  if (key.isNew) say(`A new signing key is in ${options.keyFile}; keep it, your nodeos signs blocks with it.`);
  say(`Signing key ${key.public}`);
  if (options.terms === undefined && !options.setkey) {
    say(`You agree to version ${config.terms_version} of the terms: the constitution whose sha256 is ${config.terms}`);
  }
}
