import type { SignatureProvider } from 'eosjs/dist/eosjs-api-interfaces.js';
import { JsSignatureProvider } from 'eosjs/dist/eosjs-jssig.js';
import { readKeyFile } from '../../common/key-file.ts';
import { KeosdSigner } from './keosd-signer.ts';
import { parseWallet } from './wallet-http.ts';

/** Where the oracle's key is: one of the two. */
export interface KeyPlace {
  /** A file of mode 600. */
  file: string | undefined;
  /** A keosd. */
  wallet: string | undefined;
}

/** What signs the oracle's transactions. Throws PoolError `key_file` for a file that is not safe; a wallet is asked when something is to be signed. */
export function signerOf({ file, wallet }: KeyPlace): SignatureProvider {
  return wallet === undefined ? new JsSignatureProvider(readKeyFile(file ?? '')) : new KeosdSigner(parseWallet(wallet));
}
