import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** PEM files of a certificate authority, and of a server's certificate for "localhost" that it signed. */
export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

/** Makes them with openssl, in a folder. */
export function makeCertificates(dir: string, name: string): Certificates {
  const file = (what: string) => path.join(dir, `${name}-${what}.pem`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const [ca, caKey, cert, key, request, extension] = ['ca', 'ca-key', 'cert', 'key', 'request', 'extension'].map(file);
  const made = { ca: ca as string, cert: cert as string, key: key as string };
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...fresh, '-keyout', caKey as string, '-out', made.ca, '-subj', `/CN=${name}`, '-days', '2');
  openssl('req', ...fresh, '-keyout', made.key, '-out', request as string, '-subj', '/CN=node');
  writeFileSync(extension as string, 'subjectAltName=DNS:localhost\n');
  const signed = ['-in', request as string, '-CA', made.ca, '-CAkey', caKey as string, '-CAcreateserial'];
  openssl('x509', '-req', ...signed, '-out', made.cert, '-days', '2', '-extfile', extension as string);
  return made;
}

/** What an operator's nsc would make: lines for the servers' configuration, and the text of a credentials file for one user. */
export function makeCredentials(): { lines: string[]; creds: string } {
  const operator = nkeys.createOperator();
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()];
  const user = nkeys.createUser();
  const all = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const version = 2;
  const accountJwt = token(operator, account, 'pool', { type: 'account', version, limits: { ...all, ...storage } });
  const systemJwt = token(operator, system, 'SYS', { type: 'account', version, limits: all });
  const operatorJwt = token(operator, operator, 'operator', { type: 'operator', version });
  const userJwt = token(account, user, 'emitter1', { type: 'user', version, subs: -1, data: -1, payload: -1 });
  const preload = [account, system].map((pair, i) => `${pair.getPublicKey()}: ${[accountJwt, systemJwt][i]}`);
  return {
    lines: [
      ...[`operator: ${operatorJwt}`, `system_account: ${system.getPublicKey()}`, 'resolver: MEMORY'],
      `resolver_preload: { ${preload.join(', ')} }`,
    ],
    creds: [
      ...['-----BEGIN NATS USER JWT-----', userJwt, '------END NATS USER JWT------', ''],
      ...[
        '-----BEGIN USER NKEY SEED-----',
        Buffer.from(user.getSeed()).toString(),
        '------END USER NKEY SEED------',
        '',
      ],
    ].join('\n'),
  };
}

/** A token as nats-server takes it (its version 2): claims of `subject`, signed by `issuer`. */
function token(issuer: KeyPair, subject: KeyPair, name: string, nats: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const names = { iss: issuer.getPublicKey(), sub: subject.getPublicKey(), name };
  const claims = { iat: Math.floor(Date.now() / 1000), ...names, nats };
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex');
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part({ jti, ...claims })}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}
