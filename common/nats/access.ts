import { readFileSync } from 'node:fs';
import {
  type Authenticator,
  credsAuthenticator,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  nkeys,
} from '@nats-io/transport-node';
import { PoolError } from '../errors.ts';
import { requireOwnerOnly } from '../key-file.ts';

/** Files that let a program in; each may be left out. */
export interface NatsFiles {
  /** A credentials file as `nsc` writes it, or the seed of an nkey alone. Only its owner may read it. */
  creds?: string | undefined;
  /** Certificate of the authority that signed the nodes' own (PEM). With it no connection without TLS is taken. */
  ca?: string | undefined;
}

/** What is in the address of a cluster. */
export interface Address {
  /** "host:port" of each node. */
  servers: string[];
  user?: string;
  pass?: string;
}

type Options = Pick<NodeConnectionOptions, 'authenticator' | 'tls' | 'user' | 'pass'>;

/**
 * What a connection has to show, and to ask for. Throws PoolError `key_file` or `config` with one sentence, which never shows what a
 * file holds.
 */
export function accessOptions({ servers, user, pass }: Address, { creds, ca }: NatsFiles): Options {
  const options: Options = {};
  if (user !== undefined) {
    if (creds !== undefined) {
      const todo = 'leave user and password out, or the file';
      throw new PoolError('config', `the NATS address has a user and ${creds} names one too: ${todo}`);
    }
    Object.assign(options, { user, pass: pass ?? '' });
  }
  if (creds !== undefined) options.authenticator = authenticatorOf(creds);
  if (ca !== undefined) options.tls = { ca: certificateIn(ca, servers) };
  return options;
}

function authenticatorOf(file: string): Authenticator {
  requireOwnerOnly(file);
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8').trim();
  const [seed] = /^SU[A-Z2-7]+$/m.exec(text) ?? [];
  try {
    nkeys.fromSeed(Buffer.from(seed ?? ''));
  } catch {
    const right = 'credentials as "nsc generate creds" writes them, or the seed of an nkey (SU…) alone';
    throw new PoolError('key_file', `the file ${file} lets no one into a NATS cluster: it has to hold ${right}`);
  }
  return text === seed ? nkeyAuthenticator(Buffer.from(seed)) : credsAuthenticator(bytes);
}

function certificateIn(file: string, servers: readonly string[]): string {
  // Node checks the certificate of an address that is no name against the name "localhost", whoever that is.
  const numeric = servers.find((server) => /^[\d.]+:\d+$/.test(server));
  if (numeric !== undefined) {
    const right = 'with a certificate authority each node is called by the host name in its certificate';
    throw new PoolError('config', `${numeric} is an address without a name: ${right}`);
  }
  const text = readText(file);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new PoolError(
    'config',
    `${file} has no certificate in it: name the PEM file of the authority that signed the nodes'`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new PoolError('config', `the certificate ${file} cannot be read: ${(thrown as Error).message}`);
  }
}
