import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PoolError, sentence } from '../common/errors.ts';
import { keyId } from '../common/keys.ts';
import { type Token, tokenOf, unitsOf } from './amount.ts';
import { FIGURES, type Figure } from './founding.ts';
import type { Network } from './network.ts';
import { isAccountName } from './words.ts';

const account = z
  .string()
  .refine(isAccountName, 'must be an account name: up to 12 of the characters a-z, 1-5 and dots');
const key = z.string().refine(isK1Key, 'must be a public key of type K1 (EOS… or PUB_K1_…)');
const text = z.string().refine((each) => Buffer.byteLength(each) <= 255, 'must have at most 255 bytes');
const location = z.number().int().min(0).max(65_535);
const ram = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const amount = z.string();

const resources = { ramBytes: ram, cpu: amount, net: amount };

const founder = z.strictObject({
  account,
  payee: account.optional(),
  url: text.default(''),
  location: location.default(0),
  owners: text.default(''),
  /** What its nodeos signs blocks with. Joined here when the key file has the private key; otherwise the founder joins with ./pool join. */
  signingKey: key.optional(),
});

const emitter = z.strictObject({ account, logKey: key, endpoints: text });
const oracle = z.strictObject({
  account,
  /** Owner and active, for an account that is made; one that is there keeps its keys. */
  key: key.optional(),
  /** Of the permission `report`, all that the running oracle holds; left out, the oracle's operator sees to it. */
  reportKey: key.optional(),
  ramBytes: ram.optional(),
  cpu: amount.optional(),
  net: amount.optional(),
});

const figureNames = z.partialRecord(z.enum(FIGURES as [Figure, ...Figure[]]), z.number().int().min(0));

const fileSchema = z.strictObject({
  /** Pays for accounts, RAM and stakes, and pushes what anybody may. */
  creator: account,
  dac: z.strictObject({
    account,
    /** In owner and active beside the code until the hand-over takes it out. */
    key,
    ...resources,
  }),
  producer: z.strictObject({ account, url: text, location, ...resources }),
  /** The constitution: a file, relative to this one. */
  terms: z.string().min(1),
  founders: z.array(founder).min(1).max(100),
  figures: figureNames.default({}),
  strategy: z.string().min(1).max(32).default('first-delivered'),
  mode: z.enum(['propose', 'standby']).default('propose'),
  roles: z
    .strictObject({
      emitters: z.array(emitter).max(21).default([]),
      oracles: z.array(oracle).max(21).default([]),
      arbitrators: z.array(account).max(9).default([]),
    })
    .default({ emitters: [], oracles: [], arbitrators: [] }),
  /** Whether the founders take over when all have joined. */
  handover: z.boolean().default(true),
  /** Whether the producer is to be registered, by the members' vote. */
  register: z.boolean().default(true),
});

/** What a pool shall be on its chain. */
export interface Deployment extends z.infer<typeof fileSchema> {
  /** sha256 of the constitution, hex. */
  termsHash: string;
  token: Token;
}

/** Reads a deployment file: JSON in which lines that begin with // are comments. Throws PoolError `deployment` with one sentence a problem. */
export function loadDeployment(file: string, network: Network): Deployment {
  let content: unknown;
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    content = JSON.parse(lines.map((line) => (/^\s*\/\//.test(line) ? '' : line)).join('\n'));
  } catch (thrown) {
    const advice = 'write one with "./pool deploy init", or name it with --file';
    throw new PoolError('deployment', `the deployment file ${file} cannot be read (${sentence(thrown)}): ${advice}`);
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || 'it'}: ${message}`);
    throw new PoolError('deployment', wrong.map((each) => `${file}: ${each}`).join('\n'));
  }
  const termsFile = path.resolve(path.dirname(file), parsed.data.terms);
  const deployment = { ...parsed.data, termsHash: hashOf(file, termsFile), token: tokenOf(network.token.symbol) };
  const problems = [...contradictions(deployment)];
  if (problems.length > 0) throw new PoolError('deployment', problems.map((each) => `${file}: ${each}`).join('\n'));
  return deployment;
}

function hashOf(file: string, terms: string): string {
  try {
    return createHash('sha256').update(readFileSync(terms)).digest('hex');
  } catch (thrown) {
    throw new PoolError('deployment', `${file}: terms: the constitution cannot be read: ${sentence(thrown)}`);
  }
}

/** What each value alone does not show; one sentence each. */
export function* contradictions(one: Deployment): Generator<string> {
  const { dac, producer, founders, roles, token } = one;
  if (dac.account === producer.account)
    yield `producer.account: ${dac.account} must be another account than the contract's`;
  for (const place of ['creator', 'dac', 'producer'] as const) {
    const own = { creator: one.creator, dac: dac.account, producer: producer.account }[place];
    const at = founders.findIndex((each) => each.account === own);
    if (at >= 0 && place !== 'creator')
      yield `founders.${at}.account: ${own} is the pool itself and cannot be a member`;
    if (place !== 'creator' && own === one.creator)
      yield `creator: ${own} is made by this file, so another account has to pay for it`;
  }
  yield* doubles(
    'founders',
    founders.map((each) => each.account),
  );
  yield* doubles(
    'founders (signingKey)',
    founders.flatMap((each) => (each.signingKey ? [keyId(each.signingKey)] : [])),
  );
  yield* doubles(
    'roles.emitters',
    roles.emitters.map((each) => each.account),
  );
  yield* doubles(
    'roles.oracles',
    roles.oracles.map((each) => each.account),
  );
  yield* doubles('roles.arbitrators', roles.arbitrators);
  for (const [place, value] of amounts(one)) {
    if (value === undefined || unitsOf(value, token) !== null) continue;
    const example = `${token.precision === 0 ? '10' : `10.${'0'.repeat(token.precision)}`} ${token.symbol}`;
    yield `${place}: "${value}" is no amount of the chain's token: it must be like "${example}"`;
  }
  for (const [i, { key: own, reportKey, cpu, net, ramBytes }] of roles.oracles.entries()) {
    if (own && reportKey && keyId(own) === keyId(reportKey))
      yield `roles.oracles.${i}.reportKey: it must be another key than the account's, for it lies on a machine that is always on`;
    if (own && (cpu === undefined || net === undefined || ramBytes === undefined))
      yield `roles.oracles.${i}: an account that is made (key) needs ramBytes, cpu and net`;
  }
  if (one.figures.open === 1 && !one.figures.bond) yield 'figures.open: an open pool needs a bond above 0';
}

function amounts({ dac, producer, roles }: Deployment): [string, string | undefined][] {
  return [
    ['dac.cpu', dac.cpu],
    ['dac.net', dac.net],
    ['producer.cpu', producer.cpu],
    ['producer.net', producer.net],
    ...roles.oracles.flatMap((each, i): [string, string | undefined][] => [
      [`roles.oracles.${i}.cpu`, each.cpu],
      [`roles.oracles.${i}.net`, each.net],
    ]),
  ];
}

function* doubles(place: string, values: string[]): Generator<string> {
  for (const [i, value] of values.entries()) if (values.indexOf(value) < i) yield `${place}: ${value} is named twice`;
}

function isK1Key(each: string): boolean {
  try {
    return keyId(each).startsWith('0:');
  } catch {
    return false;
  }
}
