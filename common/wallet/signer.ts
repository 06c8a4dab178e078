import type { SignatureProvider } from 'eosjs/dist/eosjs-api-interfaces.js';
import { JsSignatureProvider } from 'eosjs/dist/eosjs-jssig.js';
import { readKeyFile } from '../key-file.ts';
import { parseWallet } from './keosd.ts';
import { KeosdSigner } from './keosd-signer.ts';

/** Where a key is: one of the two. `setting`: what names the wallet, for the sentence when it is none. */
export interface KeyPlace {
  /** A file of mode 600. */
  file: string | undefined;
  /** A keosd. */
  wallet: string | undefined;
  setting?: string;
}

/** What signs transactions. Throws PoolError `key_file` for a file that is not safe; a wallet is asked when something is to be signed. */
export function signerOf({ file, wallet, setting }: KeyPlace): SignatureProvider {
  return wallet === undefined
    ? new JsSignatureProvider(readKeyFile(file ?? ''))
    : new KeosdSigner(parseWallet(wallet, setting));
}
