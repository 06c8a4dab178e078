import { Command } from 'commander';
import { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { type Member, readMember } from '../../common/governance/members.ts';
import { type PoolConfig, readConfig, requireChain } from '../../common/governance/pool.ts';
import { cleosLine } from '../../common/wallet/cleos-line.ts';
import { isProof, signJoin } from '../../contracts/proof.ts';
import { accountName } from '../oracle/chain-view.ts';
import { requireAdmissible } from '../run/application.ts';
import { integer } from '../run/options.ts';
import { type SigningKey, signingKey } from '../run/signing-key.ts';
import { requireText } from '../verbs/checks.ts';
import { fileHash } from '../verbs/file-hash.ts';
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
  for (const what of ['url', 'owners'] as const) requireText(what, options[what]);
  if (options.terms !== undefined) requireTerms(options.terms, config);
  requireFits(member, dac, account, config, options.setkey === true);
  const key = signingKey(options.keyFile);
  const name = options.setkey ? 'setkey' : 'join';
  const data = actionData(account, key, config, options);
  const command = cleosLine(client.url, { account: dac, name, data, actor: account });
  tell(options, key, config);
  const { chainId: chain_id, terms, termsVersion: terms_version } = config;
  const parts = { dac, action: name, data, key: key.public, chain_id, terms, terms_version, command };
  await write(options, parts, () => [command]);
}

function actionData(account: string, key: SigningKey, config: PoolConfig, options: JoinOptions): unknown[] {
  const { terms, chainId } = config;
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

async function poolConfig(client: ChainClient, dac: string): Promise<PoolConfig> {
  const [info, config] = await Promise.all([client.info(), readConfig(client, dac)]);
  requireChain(config, info.chain_id, client.url);
  return config;
}

function requireTerms(file: string, config: PoolConfig): void {
  const hash = fileHash(file, 'the constitution');
  if (hash === config.terms) return;
  const text = `${file} has sha256 ${hash}, and the pool's terms (version ${config.termsVersion}) are ${config.terms}`;
  throw new PoolError('join', `${text}: read those first`);
}

/** What the contract would refuse, said before a proof is made. */
function requireFits(member: Member | null, dac: string, account: string, config: PoolConfig, isMember: boolean): void {
  if (isMember) {
    if (member && member.status !== 'left' && member.status !== 'expelled') return;
    throw new PoolError('join', `${account} is no member of ${dac}: leave --setkey out to join`);
  }
  if (config.phase === 'dissolving' || config.phase === 'dissolved')
    throw new PoolError('join', `the pool of ${dac} is being dissolved: nobody joins it any more`);
  if (member?.status === 'expelled')
    throw new PoolError('join', `${account} was expelled from ${dac}: it cannot join again`);
  if (member && member.status !== 'left') {
    throw new PoolError(
      'join',
      `${account} has joined ${dac} already: --setkey makes the proof for another signing key`,
    );
  }
}

/** For people, beside the line that is to be copied. */
function tell(options: JoinOptions, key: SigningKey, config: PoolConfig): void {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  if (key.isNew) say(`A new signing key is in ${options.keyFile}; keep it, your nodeos signs blocks with it.`);
  say(`Signing key ${key.public}`);
  if (options.terms === undefined && !options.setkey) {
    say(`You agree to version ${config.termsVersion} of the terms: the constitution whose sha256 is ${config.terms}`);
  }
}
