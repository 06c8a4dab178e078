import { request } from 'node:http';
import { PoolError } from '../errors.ts';

/** A wallet signs in some ms; one that waits for a person is locked in effect. */
const TIMEOUT_MS = 5000;
const MOST_READ = 1024 * 1024;

/** Where a keosd listens: "http://127.0.0.1:8900", or "unix:///home/me/eosio-wallet/keosd.sock". */
export interface WalletPlace {
  /** For people. */
  text: string;
  host: string;
  port: number;
  /** Instead of host and port. */
  socketPath?: string;
}

/** `setting`: what names it. Throws PoolError `config` for anything else: what a wallet signs goes over no network without encryption but one's own machine's. */
export function parseWallet(text: string, setting = 'ORACLE_WALLET'): WalletPlace {
  if (text.startsWith('unix:///'))
    return { text, host: 'localhost', port: 0, socketPath: text.slice('unix://'.length) };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' || url.username || url.password) {
    throw new PoolError('config', `${setting} must be http://host:port or unix:///path of a keosd`);
  }
  return { text: url.origin, host: url.hostname, port: Number(url.port || 80) };
}

/** keosd's answer to one call; a refusal is thrown as it is. */
export class WalletRefusal extends Error {
  /** Of nodeos' exceptions: https://github.com/AntelopeIO/leap/blob/main/libraries/chain/include/eosio/chain/exceptions.hpp */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** POSTs to a keosd; `body` undefined: nothing. Throws WalletRefusal, or PoolError `wallet` when it does not answer within `timeoutMs`. */
export async function askWallet<T>(
  place: WalletPlace,
  path: string,
  body: unknown,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const { status, text } = await exchange(place, path, body === undefined ? '' : JSON.stringify(body), timeoutMs);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new PoolError(
      'wallet',
      `the wallet at ${place.text} answered ${status} with something that is no JSON: is it a keosd?`,
    );
  }
  if (status >= 200 && status < 300) return answer as T;
  const { error } = answer as { error?: { code?: number; what?: string; details?: { message?: string }[] } };
  throw new WalletRefusal(Number(error?.code ?? 0), String(error?.details?.[0]?.message ?? error?.what ?? status));
}

function exchange(
  place: WalletPlace,
  path: string,
  body: string,
  timeoutMs: number,
): Promise<{ status: number; text: string }> {
  const { host, port, socketPath } = place;
  return new Promise((resolve, reject) => {
    const away = (why: string) => reject(new PoolError('wallet', `the wallet at ${place.text} ${why}`));
    // The time for all of it: a timeout of the socket would begin anew with each byte.
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const target = socketPath === undefined ? { host, port } : { socketPath, host };
    const sent = request({ ...target, path, method: 'POST', headers, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MOST_READ) sent.destroy(new Error('too much'));
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.once('error', (error) => away(lost(error, timeoutMs)));
    });
    sent.once('error', (error) => away(lost(error, timeoutMs)));
    sent.end(body);
  });
}

function lost(error: Error & { code?: string }, timeoutMs: number): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return `did not answer within ${timeoutMs / 1000} s`;
  return `cannot be reached (${error.code ?? error.message}): start keosd, or correct its address`;
}
