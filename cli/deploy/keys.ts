import type { SignatureProvider } from 'eosjs/dist/eosjs-api-interfaces.js';
import { JsSignatureProvider } from 'eosjs/dist/eosjs-jssig.js';
import { readKeyFile } from '../../common/key-file.ts';
import { keyId } from '../../common/keys.ts';
import { signingKeyOf } from '../../common/signature.ts';
import { parseWallet } from '../../common/wallet/keosd.ts';
import { KeosdSigner } from '../../common/wallet/keosd-signer.ts';

export interface Keys {
  signer: SignatureProvider;
  /** Public keys that can sign, "type:hex". */
  held: Set<string>;
  /** By the same form; a wallet gives none out. */
  privateKeys: Map<string, string>;
}

/** From a file of mode 600, or from a keosd; neither: nothing can be signed. Throws PoolError `key_file` or `wallet`. */
export async function readKeys(file: string | undefined, wallet: string | undefined): Promise<Keys> {
  if (wallet !== undefined) {
    const signer = new KeosdSigner(parseWallet(wallet, '--wallet'));
    const held = new Set((await signer.getAvailableKeys()).map(keyId));
    return { signer, held, privateKeys: new Map() };
  }
  const texts = file === undefined ? [] : readKeyFile(file);
  const privateKeys = new Map(texts.flatMap((text) => pair(text)));
  return { signer: new JsSignatureProvider(texts), held: new Set(privateKeys.keys()), privateKeys };
}

/** Keys of other types sign as well, and are no founder's signing key. */
function pair(text: string): [string, string][] {
  const id = signingKeyOf(text)?.id;
  return id === undefined ? [] : [[id, text]];
}
