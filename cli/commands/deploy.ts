import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { apply, type Outcome } from '../../deploy/apply/apply.ts';
import { Journal } from '../../deploy/apply/journal.ts';
import { type Deployment, loadDeployment } from '../../deploy/file.ts';
import { type Fixed, readGiven } from '../../deploy/given.ts';
import { loadNetwork, NETWORKS, type Network } from '../../deploy/network.ts';
import { makePlan } from '../../deploy/plan/plan.ts';
import { recordedHash, wantedCode } from '../../deploy/wanted.ts';
import { ROOT } from '../../devnet/tools.ts';
import { exampleFile } from '../deploy/example.ts';
import { type Keys, readKeys } from '../deploy/keys.ts';
import { planLines, type ShownPlan, showPlan } from '../deploy/show.ts';
import { writeLines } from '../log/output.ts';
import { interruption, unlessStopped } from '../run/signals.ts';
import { patiently } from '../verbs/patience.ts';

interface DeployOptions {
  network: string;
  file?: string;
  dir: string;
  api?: string;
  keyFile?: string;
  wallet?: string;
  contract: string;
  hash?: string;
  again?: true;
  cleos?: true;
  json?: true | string;
  yes?: true;
  wait?: true;
}

/** Something is left that this call could not do: a difference, another's signature, the end of a vote. */
const LEFT = 3;

const CODES = `
Exit codes: 0 nothing is left to do; 3 something is left (plan: there are differences; apply: what others sign, or what waits for a vote);
1 a problem, each one sentence, and nothing was changed after it; 2 wrong options; 130 stopped by a signal.`;

const EXAMPLES = `
With the network local (a ./pool up that runs in --dir) the file and the keys are those of that folder, when no others are named.
${CODES}

Examples:
  ./pool deploy init > deploy.json
  ./pool deploy plan --network jungle4 --file deploy.json
  ./pool deploy plan --network jungle4 --file deploy.json --cleos     # lines for those who sign offline
  ./pool deploy apply --network jungle4 --file deploy.json --wallet http://127.0.0.1:8900
  ./pool deploy apply --network local --yes`;

export function deployCommand(): Command {
  const command = new Command('deploy').description(
    "make a pool's accounts, permissions, contract and roles what a file says",
  );
  common(
    command
      .command('plan')
      .description('show what differs between the file and the chain, and what it takes; changes nothing'),
  )
    .option('--cleos', 'with the cleos lines of each step')
    .action(plan);
  common(command.command('apply').description('carry the plan out, step by step; what is done is not done again'))
    .option('--yes', 'do not ask')
    .option('--wait', 'wait for the ends of votes and lock times')
    .action(applyPlan);
  command
    .command('init')
    .description('write an example of a deployment file with comments')
    .option('--json', 'without the comments')
    .addHelpText('after', '\nExamples:\n  ./pool deploy init > deploy.json')
    .action(({ json }: { json?: true }) => {
      const lines = exampleFile().split('\n');
      return writeLines(json ? lines.filter((line) => !line.trimStart().startsWith('//')) : lines);
    });
  return command;
}

function common(command: Command): Command {
  const names = ['local', ...NETWORKS].join(', ');
  return command
    .requiredOption('--network <name>', `${names}, or a JSON file`)
    .option('--file <file>', 'what the pool shall be (default: deploy.json; with local: that of --dir)')
    .option('--dir <dir>', 'with local: folder of the ./pool up', '.pool')
    .option('--api <url>', "a node's HTTP API, instead of the network's")
    .option('--key-file <file>', 'private keys, a file of mode 600 (with local: that of --dir)')
    .option('--wallet <url>', 'a keosd, http://host:port or unix:///path, instead of the key file')
    .option('--contract <path>', 'compiled contract, without .wasm and .abi', 'contracts/target/pool')
    .option('--hash <sha256>', 'what the contract must be (default: contracts/pool.wasm.sha256)')
    .option('--again', 'propose anew what members have voted down')
    .option('--json [file]', 'print JSON, or write it to a file')
    .addHelpText('after', EXAMPLES);
}

interface Prepared extends Fixed {
  keys: Keys;
  file: string;
}

async function prepare(options: DeployOptions): Promise<Prepared> {
  const network = loadNetwork(options.network, options.dir);
  const isLocal = options.network === 'local';
  const file = options.file ?? (isLocal ? path.join(options.dir, 'deploy.json') : 'deploy.json');
  const deployment = loadDeployment(file, network);
  const keys = await readKeys(keyFileOf(options, isLocal), options.wallet);
  const client = await connect(network, options.api, keys);
  const expected = options.hash
    ? { hash: options.hash.toLowerCase(), from: '--hash' }
    : recordedHash(path.join(ROOT, 'contracts/pool.wasm.sha256'));
  // The one that comes with the program lies beside it, wherever it is called from.
  const contract = options.contract === 'contracts/target/pool' ? path.join(ROOT, options.contract) : options.contract;
  const code = wantedCode(client, contract, expected);
  const { privateKeys } = keys;
  return { client, network, deployment, code, again: options.again === true, privateKeys, keys, file };
}

function keyFileOf({ keyFile, wallet, dir }: DeployOptions, isLocal: boolean): string | undefined {
  if (keyFile !== undefined && wallet !== undefined)
    throw new PoolError('options', '--key-file and --wallet are both given: the keys are in one of the two');
  const own = path.join(dir, 'keys.json');
  return keyFile ?? (isLocal && wallet === undefined && existsSync(own) ? own : undefined);
}

/** The first of the network's nodes that answers. Throws PoolError `chain_unreachable` with what each said. */
async function connect(network: Network, api: string | undefined, keys: Keys): Promise<ChainClient> {
  const failures: string[] = [];
  for (const url of api === undefined ? network.api : [api]) {
    const client = new ChainClient(url, keys.signer);
    try {
      await client.info();
      return client;
    } catch (thrown) {
      failures.push(sentence(thrown));
    }
  }
  throw new PoolError(
    'chain_unreachable',
    `no node of ${network.name} answers (${failures.join('; ')}): name one with --api`,
  );
}

async function plan(options: DeployOptions): Promise<void> {
  const prepared = await patiently('connecting', prepare(options));
  const given = await patiently(`reading ${prepared.client.url}`, readGiven(prepared));
  const made = await makePlan(given);
  const shown = await showPlan(prepared.client, given, made, prepared.keys.held);
  await show(shown, options, options.cleos === true);
  process.exitCode = shown.problems.length > 0 ? 1 : shown.steps.length > 0 ? LEFT : 0;
}

async function applyPlan(options: DeployOptions): Promise<void> {
  const prepared = await patiently('connecting', prepare(options));
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const work = apply({
    client: prepared.client,
    read: () => readGiven(prepared),
    journal: new Journal(`${prepared.file}.journal`),
    held: prepared.keys.held,
    wait: options.wait === true,
    say,
    confirm: async (made, given) => {
      const shown = await showPlan(prepared.client, given, made, prepared.keys.held);
      for (const line of planLines(shown, false)) say(line);
      return options.yes === true || ask(prepared.deployment);
    },
  });
  const outcome = await unlessStopped('the plan was carried out: called again, it goes on where it was', work);
  if (!outcome.confirmed) throw new PoolError('deployment', 'nothing was changed: the answer was not yes');
  const shown = await showPlan(prepared.client, outcome.given, outcome.plan, prepared.keys.held);
  await report(outcome, shown, options);
  process.exitCode = shown.steps.length > 0 ? LEFT : 0;
}

async function report({ done }: Outcome, shown: ShownPlan, options: DeployOptions): Promise<void> {
  if (options.json !== undefined) return show({ ...shown, done }, options, true);
  // What is left has its lines: somebody else signs it, or it waits.
  await show(shown, options, true);
  const sum = (field: 'cpuUs' | 'netBytes') => done.reduce((all, each) => all + each[field], 0);
  const count = `${done.length} transaction${done.length === 1 ? '' : 's'}`;
  process.stderr.write(`${count}, ${sum('cpuUs')} µs of CPU, ${sum('netBytes')} bytes of NET\n`);
}

async function show(
  shown: ShownPlan & { done?: Outcome['done'] },
  { json }: DeployOptions,
  withCleos: boolean,
): Promise<void> {
  if (json === undefined) return writeLines(planLines(shown, withCleos));
  const text = JSON.stringify(shown, null, 2);
  if (json === true) return writeLines([text]);
  try {
    writeFileSync(json, `${text}\n`);
  } catch (thrown) {
    throw new PoolError('options', `the file ${json} cannot be written: ${sentence(thrown)}`);
  }
}

async function ask({ dac }: Deployment): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new PoolError(
      'options',
      'nobody can be asked here, for standard input is no terminal: look at the plan, and call it with --yes',
    );
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and the end of input leave a question without an answer.
  const none = Promise.withResolvers<string>();
  lines.once('SIGINT', () => none.reject(interruption('stopped at the question, and nothing was changed')));
  lines.once('close', () => none.resolve('no'));
  try {
    const answer = lines.question(`Carry this out for ${dac.account}? [yes/no] `);
    return /^y(es)?$/i.test((await Promise.race([answer, none.promise])).trim());
  } finally {
    lines.close();
  }
}
