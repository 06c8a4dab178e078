import { Numeric } from 'eosjs';
import { Api } from 'eosjs/dist/eosjs-api.js';
import type { SignatureProvider, SignatureProviderArgs } from 'eosjs/dist/eosjs-api-interfaces.js';
import { sha256 } from '../canonical.ts';
import { PoolError } from '../errors.ts';
import { keyId } from '../keys.ts';
import { recoverKey } from '../signature.ts';
import { askWallet, type WalletPlace, WalletRefusal } from './keosd.ts';

const NO_WALLET = 3_120_002;
const LOCKED = 3_120_003;
const NO_KEY = 3_120_004;
/** keosd's word for "no wallet is open": https://github.com/AntelopeIO/leap/blob/main/plugins/wallet_plugin/wallet_manager.cpp */
const NONE_OPEN = 3_120_006;

/**
 * Signs with a keosd, which keeps the key: unlocking the wallet is its operator's job. What it gives is checked against the transaction, so that
 * nothing is sent that the wallet signed otherwise. Methods throw PoolError `wallet` with one sentence that says what to do.
 */
export class KeosdSigner implements SignatureProvider {
  private readonly place: WalletPlace;
  private readonly timeoutMs: number | undefined;

  constructor(place: WalletPlace, timeoutMs?: number) {
    this.place = place;
    this.timeoutMs = timeoutMs;
  }

  /** Public keys in all wallets that are unlocked. */
  async getAvailableKeys(): Promise<string[]> {
    const keys = await this.ask<unknown>('get_public_keys');
    if (!Array.isArray(keys)) throw this.failure('gave something else than a list of keys');
    if (keys.length === 0)
      throw this.failure('has no key in an unlocked wallet: import the key with "cleos wallet import"');
    return keys.map(String);
  }

  async sign({ chainId, requiredKeys, serializedTransaction }: SignatureProviderArgs) {
    const digest = sha256(Buffer.concat([Buffer.from(chainId, 'hex'), serializedTransaction, Buffer.alloc(32)]));
    const answer = await this.ask<{ signatures?: unknown }>('sign_transaction', [
      plain(serializedTransaction),
      requiredKeys,
      chainId,
    ]);
    const signatures = Array.isArray(answer.signatures) ? answer.signatures.map(String) : [];
    const signers = new Set(signatures.map((signature) => signerOf(digest, signature)));
    const missing = requiredKeys.find((key) => !signers.has(keyId(key)));
    if (missing || signatures.length !== requiredKeys.length) {
      throw this.failure(
        `did not sign this transaction with ${missing ?? requiredKeys.join(', ')}: its answer is not sent`,
      );
    }
    return { signatures, serializedTransaction };
  }

  private async ask<T>(call: string, body?: unknown): Promise<T> {
    try {
      return await askWallet<T>(this.place, `/v1/wallet/${call}`, body, this.timeoutMs);
    } catch (thrown) {
      if (!(thrown instanceof WalletRefusal)) throw thrown;
      throw this.failure(refusal(thrown));
    }
  }

  private failure(what: string): PoolError {
    return new PoolError('wallet', `the wallet at ${this.place.text} ${what}`);
  }
}

/** Code and words, for versions of keosd differ in the codes. */
function refusal({ code, message }: WalletRefusal): string {
  if (
    code === NO_WALLET ||
    code === NONE_OPEN ||
    /no opened wallets|don't have any open wallet|wallet not found/i.test(message)
  ) {
    return 'has no open wallet: open and unlock it with "cleos wallet open" and "cleos wallet unlock"';
  }
  // Before "locked": its words are "not found in unlocked wallets".
  if (code === NO_KEY || /key not found/i.test(message)) {
    return 'does not hold the key: import it with "cleos wallet import", or unlock the wallet that has it';
  }
  if (code === LOCKED || /locked/i.test(message)) return 'is locked: unlock it with "cleos wallet unlock"';
  return `refused: ${message}`;
}

/** As JSON with the actions' data in hex, as keosd takes it. */
function plain(serialized: Uint8Array): object {
  const codec = new Api({
    rpc: null as never,
    signatureProvider: null as never,
    textDecoder: new TextDecoder(),
    textEncoder: new TextEncoder(),
  });
  return codec.deserializeTransaction(serialized);
}

function signerOf(digest: Buffer, signature: string): string | null {
  try {
    const { type, data } = Numeric.stringToSignature(signature);
    return recoverKey(digest, { type, bytes: Buffer.from(data) });
  } catch {
    return null;
  }
}
