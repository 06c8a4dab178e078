import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PoolError, sentence } from '../common/errors.ts';
import { isAccountName } from './words.ts';

const name = z.string().refine(isAccountName, 'must be an account name: up to 12 of the characters a-z, 1-5 and dots');

const claim = z.strictObject({ code: name, name });

const url = z
  .string()
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http:// or https:// address');

const networkSchema = z.strictObject({
  name: z.string().min(1),
  chainId: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits in lower case'),
  /** Tried in this order. */
  api: z.array(url).min(1),
  token: z.strictObject({
    contract: name,
    symbol: z.string().regex(/^(?:[0-9]|1[0-8]),[A-Z]{1,7}$/, 'must be precision and symbol, as "4,EOS"'),
  }),
  /** Actions by which the chain pays a producer; each takes the producer's name and nothing else. */
  claims: z.array(claim).min(1).max(4),
  /** `unknown`: nobody looked; the node is asked in any case. */
  consensus: z.enum(['legacy', 'savanna', 'unknown']),
  /** An address with {trx} in it, or null. */
  explorer: url.refine((text) => text.includes('{trx}'), 'must have {trx} where the transaction belongs').nullable(),
  /** Whether a pool was ever deployed there with this program. */
  tried: z.boolean(),
  notes: z.array(z.string()).default([]),
  /** Where the values are from. */
  sources: z.array(z.string()).default([]),
});

/** What a chain is: everything that differs from one chain to another and that no contract tells. */
export type Network = z.infer<typeof networkSchema>;

const FOLDER = path.join(import.meta.dirname, 'networks');
/** The profiles that come with the program, besides `local`. */
export const NETWORKS = ['jungle4', 'kylin', 'eos', 'telos', 'wax'] as const;

/**
 * A network by its name, or from a JSON file; `local` is the chain of a `./pool up` that runs in `dir`, as its run.json says. Throws
 * PoolError `network` with one sentence.
 */
export function loadNetwork(nameOrFile: string, dir: string): Network {
  if (nameOrFile === 'local') return localNetwork(dir);
  const known = (NETWORKS as readonly string[]).includes(nameOrFile);
  const file = known ? path.join(FOLDER, `${nameOrFile}.json`) : nameOrFile;
  return parse(file, readJson(file, known));
}

function readJson(file: string, isKnown: boolean): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    const names = ['local', ...NETWORKS].join(', ');
    const text = `the network ${file} is none of ${names}, and no JSON file that can be read: ${sentence(thrown)}`;
    throw new PoolError('network', isKnown ? `the profile ${file} cannot be read: ${sentence(thrown)}` : text);
  }
}

function parse(file: string, content: unknown): Network {
  const parsed = networkSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || 'it'}: ${message}`).join('; ');
  throw new PoolError('network', `the network profile ${file} is not right: ${wrong}`);
}

function localNetwork(dir: string): Network {
  const file = path.join(dir, 'run.json');
  let run: { chainId: string; publicApi: string; coreSymbol: string };
  try {
    run = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    const text = `the network local is the chain of a running ./pool up, and ${file} cannot be read (${sentence(thrown)}): start ./pool up, or name its folder with --dir`;
    throw new PoolError('network', text);
  }
  return parse(file, {
    name: 'local',
    chainId: run.chainId,
    api: [run.publicApi],
    token: { contract: 'eosio.token', symbol: run.coreSymbol },
    claims: [{ code: 'eosio', name: 'claimrewards' }],
    consensus: 'legacy',
    explorer: null,
    tried: true,
  });
}
