import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { readConfig } from '../../common/governance/pool.ts';
import { readRoles } from '../../common/governance/roles.ts';
import { countryName, isCountry } from '../bpjson/countries.ts';
import { problemsOf } from '../bpjson/problems.ts';
import { addressesIn } from '../check/place.ts';
import { type ChainOptions, withChain } from '../verbs/options.ts';
import { patiently } from '../verbs/patience.ts';
import { jsonText, write } from '../verbs/show.ts';

interface BpJsonOptions extends ChainOptions {
  write?: string;
  check?: string;
  offline?: true;
  name?: string;
  country?: string;
  city?: string;
  website?: string;
  email?: string;
  codeOfConduct?: string;
  ownership?: string;
  apiEndpoint: string[];
  seed: string[];
  force?: true;
}

const many = (one: string, all: string[]) => [...all, one];

export function bpjsonCommand(): Command {
  return withChain(
    new Command('bpjson')
      .description("write the pool's bp.json from the chain and the options, or check one")
      .option('--write <file>', 'write it there (without: to standard output)')
      .option('--check <file>', 'check this one: a sentence for each problem, exit code 3')
      .option('--offline', 'with --check: ask no node for the name of the producer')
      .option('--name <name>', "the pool's name, for people (default: the producer's account)")
      .option('--country <code>', 'ISO 3166-1, two letters', country)
      .option('--city <name>', 'place, for people')
      .option('--website <url>', "(default: the producer's url on the chain)")
      .option('--email <address>', 'for contact')
      .option('--code-of-conduct <url>', 'as the constitution')
      .option('--ownership <url>', 'who owns the pool')
      .option('--api-endpoint <url>', 'a public API, http:// or https://; may be given again', many, [])
      .option('--seed <host:port>', 'a public p2p address, no emitter and no member; may be given again', many, [])
      .option('--force', 'with --write: replace a file that is there'),
  )
    .addHelpText(
      'after',
      `
It has one producing node without an address: where blocks are made is nobody's business. Emitters are for members; a seed that is one is refused. The standard is
https://github.com/eosrio/bp-info-standard.

Examples:
  ./pool bpjson --country DE --city Berlin --email ops@pool.example --seed seed.pool.example:9876 --write bp.json
  ./pool bpjson --check bp.json
  ./pool bpjson --check bp.json --offline --json`,
    )
    .action(bpjson);
}

async function bpjson(options: BpJsonOptions): Promise<void> {
  if (options.check !== undefined) return check(options, options.check);
  const client = new ChainClient(options.api);
  const config = await patiently(`asking ${options.api}`, readConfig(client, options.dac));
  const emitters = (await readRoles(client, options.dac)).flatMap(({ endpoints }) => addressesIn(endpoints));
  const emitter = options.seed.find((seed) => emitters.includes(seed));
  if (emitter)
    throw new PoolError('bpjson', `${emitter} is an emitter, which is for members: name a public node with --seed`);
  if (options.country === undefined) throw new PoolError('options', "name the pool's country: --country DE");
  const text = jsonText(compose(options, config, options.country));
  const problems = problemsOf(text, config.producer);
  if (problems.length > 0) throw new PoolError('bpjson', `it would not be good: ${problems.join('; ')}`);
  if (options.write === undefined) {
    process.stdout.write(`${text}\n`);
    return;
  }
  try {
    writeFileSync(options.write, `${text}\n`, { flag: options.force ? 'w' : 'wx' });
  } catch (thrown) {
    const why =
      (thrown as NodeJS.ErrnoException).code === 'EEXIST'
        ? 'it is there already; --force replaces it'
        : sentence(thrown);
    throw new PoolError('bpjson', `${options.write} cannot be written: ${why}`);
  }
  await write(options, { file: options.write }, () => [`${options.write} is written`]);
}

function compose(options: BpJsonOptions, { producer, url }: { producer: string; url: string }, code: string): object {
  const place = [options.city, countryName(code)].filter(Boolean).join(', ');
  const location = { name: place, country: code };
  const { name = producer, website = url.replace(/\/+$/, ''), email, codeOfConduct, ownership } = options;
  const endpoint = (address: string) =>
    address.startsWith('https:') ? { ssl_endpoint: address } : { api_endpoint: address };
  return {
    producer_account_name: producer,
    org: {
      ...{ candidate_name: name, website, location },
      ...(email && { email }),
      ...(codeOfConduct && { code_of_conduct: codeOfConduct }),
      ...(ownership && { ownership_disclosure: ownership }),
    },
    nodes: [
      { location, node_type: 'producer' },
      ...options.apiEndpoint.map((address) => ({ location, node_type: 'query', ...endpoint(address) })),
      ...options.seed.map((address) => ({ location, node_type: 'seed', p2p_endpoint: address })),
    ],
  };
}

async function check(options: BpJsonOptions, file: string): Promise<void> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new PoolError('file', `${file} cannot be read: ${sentence(thrown)}`);
  }
  const client = new ChainClient(options.api);
  const producer = options.offline
    ? null
    : (await patiently(`asking ${options.api}`, readConfig(client, options.dac))).producer;
  const problems = problemsOf(text, producer);
  await write(options, { ok: problems.length === 0, problems }, () =>
    problems.length === 0 ? [`${file} is good`] : problems.map((one) => `${file}: ${one}`),
  );
  process.exitCode = problems.length === 0 ? 0 : 3;
}

function country(text: string): string {
  const code = text.toUpperCase();
  if (/^[A-Z]{2}$/.test(code) && isCountry(code)) return code;
  throw new InvalidArgumentError('It takes a country by ISO 3166-1, two letters, as DE.');
}
