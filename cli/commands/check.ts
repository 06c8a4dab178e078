import { readFileSync, statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { ChainClient, type ChainInfo } from '../../common/chain.ts';
import { clockFrom } from '../../common/clock.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { readFacts } from '../../common/governance/facts.ts';
import { withoutKeys } from '../../common/secrets.ts';
import type { Finding } from '../check/finding.ts';
import { wrong } from '../check/finding.ts';
import { parseIni } from '../check/ini.ts';
import { nodeFindings } from '../check/node.ts';
import { type Place, placeOf } from '../check/place.ts';
import { formFindings } from '../check/rules-form.ts';
import { netFindings } from '../check/rules-net.ts';
import { signingFindings } from '../check/rules-signing.ts';
import { VERSIONS, type Version, versionsOf } from '../check/versions.ts';
import { accountName } from '../oracle/chain-view.ts';
import { nodeUrl, oneOfWords, setting } from '../verbs/options.ts';
import { patiently } from '../verbs/patience.ts';
import { styled, write } from '../verbs/show.ts';

interface CheckOptions {
  config?: string;
  api?: string;
  dac: string;
  pool?: string;
  account?: string;
  mode?: 'propose' | 'standby';
  nodeos?: string;
  json?: true;
}

/** Exit code when something is risky and nothing wrong. */
const RISKY = 3;

const EXAMPLES = `
With --api it asks the member's running node, and reads on the chain who the pool's emitters are, its mode, and the member's key. Without a node only the file is read, for the
version that --nodeos names. No private key is ever printed. Exit codes: 0 fine, 3 something is risky, 1 something is wrong or could not be read.

Examples:
  ./pool check --config config.ini --api http://127.0.0.1:8888 --account alice
  ./pool check --config config.ini --nodeos leap-5 --pool poolbp --mode propose
  ./pool check --api http://127.0.0.1:8888 --account alice --json`;

export function checkCommand(): Command {
  return new Command('check')
    .description("name each wrong or risky line of a member's config.ini, and what is wrong with its running node")
    .option('--config <file>', "the member's config.ini")
    .addOption(new Option('--api <url>', "the member's own node, running").argParser(nodeUrl))
    .addOption(
      new Option('--dac <account>', "account with the pool's contract (BPPOOL_DAC)")
        .argParser(accountName)
        .default(setting('BPPOOL_DAC', accountName) ?? 'pooldac'),
    )
    .option('--pool <account>', "the pool's producer account, where there is no node to ask", accountName)
    .addOption(
      new Option('--account <account>', "the member's (BPPOOL_ACCOUNT)")
        .argParser(accountName)
        .default(setting('BPPOOL_ACCOUNT', accountName)),
    )
    .option('--mode <mode>', 'propose or standby, where there is no node to ask', oneOfWords('propose', 'standby'))
    .option('--nodeos <version>', `${VERSIONS.join(', ')} (default: what the node says)`, oneOfWords(...VERSIONS))
    .option('--json', 'write JSON to standard output; an error as JSON to standard error')
    .addHelpText('after', EXAMPLES)
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const { config, api, account, dac } = options;
  if (config === undefined && api === undefined) {
    throw new PoolError('options', 'name what to check: --config FILE, --api URL of the running node, or both');
  }
  const found: Finding[] = [];
  let place: Place = {
    pool: options.pool ?? null,
    mode: options.mode ?? null,
    member: null,
    keyOwners: new Map(),
    emitters: [],
  };
  let info: ChainInfo | null = null;
  if (api !== undefined) {
    const client = new ChainClient(api);
    const node = await patiently(`asking ${api}`, client.info());
    info = node;
    const facts = await patiently(`asking ${api}`, readFacts(client, dac));
    place = { ...(await placeOf(client, facts, account)), ...(options.mode && { mode: options.mode }) };
    if (account !== undefined && !place.member)
      found.push(wrong(null, `${account} is unknown to ${dac} on this chain`, './pool join applies'));
    found.push(
      ...(await patiently(
        `asking ${api}`,
        nodeFindings(client, node, facts, place, clockFrom(process.env.CLOCK_SHIFT_FILE)),
      )),
    );
  }
  if (config !== undefined) found.push(...fileFindings(config, place, versionOf(options, info)));
  found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  await tell(options, found);
}

function versionOf({ nodeos }: CheckOptions, info: ChainInfo | null): Version[] {
  if (nodeos !== undefined) return [nodeos as Version];
  if (info) return versionsOf(info.server_version_string);
  throw new PoolError(
    'options',
    `say which nodeos the file is for: --nodeos ${VERSIONS.join('|')}, or --api of the running node`,
  );
}

function fileFindings(file: string, place: Place, versions: Version[]): Finding[] {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(file, 'utf8');
    mode = statSync(file).mode & 0o777;
  } catch (thrown) {
    throw new PoolError('file', `the configuration ${file} cannot be read: ${sentence(thrown)}`);
  }
  const { settings, findings } = parseIni(text);
  const openFile = (mode & 0o077) === 0 ? null : mode.toString(8);
  return [
    ...findings,
    ...formFindings(settings, versions, place.mode === 'standby'),
    ...signingFindings(settings, place, openFile),
    ...netFindings(settings, place),
  ];
}

async function tell(options: CheckOptions, found: Finding[]): Promise<void> {
  const clean = found.map((one) => ({
    ...one,
    says: withoutKeys(one.says),
    right: one.right && withoutKeys(one.right),
  }));
  const isWrong = found.some(({ severity }) => severity === 'wrong');
  await write(options, { ok: found.length === 0, findings: clean }, () => {
    if (clean.length === 0) return ['nothing wrong and nothing risky was found'];
    return clean.flatMap(({ severity, line, says, right }) => {
      const where = line === null ? '' : `${options.config}:${line}: `;
      const word = styled(severity === 'wrong' ? 'red' : 'yellow', severity);
      return [`${where}${word}: ${says}`, ...(right === null ? [] : [`  right: ${right}`])];
    });
  });
  process.exitCode = isWrong ? 1 : found.length > 0 ? RISKY : 0;
}
