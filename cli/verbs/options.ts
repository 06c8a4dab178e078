import { type Command, InvalidArgumentError, Option } from 'commander';
import dotenv from 'dotenv';
import { PoolError, sentence } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { accountName } from '../oracle/chain-view.ts';

/** Where the pool is. */
export interface ChainOptions {
  api: string;
  dac: string;
  json?: true;
}

/** Who acts, and how: the line is printed, or the action pushed. */
export interface ActOptions extends ChainOptions {
  as?: string;
  permission: string;
  esr?: true;
  push?: true;
  keyFile?: string;
  wallet?: string;
}

/**
 * A setting that stands for an option which people would have to repeat: from the environment, completed by .env (or the file ENV_FILE). Throws
 * PoolError `config` for what the option would not take.
 */
export function setting<T>(name: string, parse: (text: string) => T): T | undefined {
  const values: Record<string, string> = {};
  dotenv.config({ path: process.env.ENV_FILE ?? '.env', quiet: true, processEnv: values });
  const text = process.env[name] || values[name];
  if (!text) return undefined;
  try {
    return parse(text);
  } catch (thrown) {
    throw new PoolError('config', `${name} is "${text}" (in the environment or .env): ${sentence(thrown)}`);
  }
}

/** `--api`, `--dac` and `--json`. */
export function withChain(command: Command): Command {
  return withPool(command).option('--json', 'write JSON to standard output; an error as JSON to standard error');
}

/** `--api` and `--dac`, with their defaults from BPPOOL_API and BPPOOL_DAC. */
export function withPool(command: Command): Command {
  return command
    .addOption(
      new Option('--api <url>', "any node's HTTP API (BPPOOL_API)")
        .argParser(nodeUrl)
        .default(setting('BPPOOL_API', nodeUrl) ?? 'http://127.0.0.1:8888'),
    )
    .addOption(
      new Option('--dac <account>', "account with the pool's contract (BPPOOL_DAC)")
        .argParser(accountName)
        .default(setting('BPPOOL_DAC', accountName) ?? 'pooldac'),
    );
}

/** The same, and who acts and how. */
export function withAct(command: Command): Command {
  const account = setting('BPPOOL_ACCOUNT', accountName);
  return withChain(
    command
      .addOption(
        new Option('--as <account>', 'account that acts (BPPOOL_ACCOUNT)').argParser(accountName).default(account),
      )
      .addOption(new Option('--permission <name>', 'its permission').argParser(accountName).default('active'))
      .option('--esr', 'print a link for a wallet as well')
      .option('--push', 'push it, and wait until it is in a block')
      .option('--key-file <file>', 'with --push: file with the private key, mode 600')
      .option('--wallet <url>', 'with --push: a keosd, http://127.0.0.1:8900 or unix:///path/keosd.sock'),
  );
}

/** An option parser for the address of a node. */
export function nodeUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('It takes the address of a node, as http://127.0.0.1:8888.');
}

/** An option parser for a public key. A private one is not shown again. */
export function publicKey(text: string): string {
  try {
    keyId(text);
    return text;
  } catch {
    throw new InvalidArgumentError('It takes a public key, as EOS6MRy… or PUB_K1_6MRy….');
  }
}

/** An option parser for a sha256 in hex. */
export function sha256Hex(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It takes a sha256: 64 hex digits.');
}

/** An option parser for one of some words. */
export function oneOfWords(...words: string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`It takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`);
  };
}

const SIZES: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** An option parser for a time: seconds, or as 90m, 12h, 3d. Gives seconds. */
export function duration(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * (SIZES[unit] ?? 1);
  throw new InvalidArgumentError('It takes seconds, or a time as 90m, 12h or 3d.');
}

/** An option parser for "on" and "off". */
export function onOff(text: string): string {
  if (text === 'on' || text === 'off') return text;
  throw new InvalidArgumentError('It takes on or off.');
}
