import { Numeric } from 'eosjs';

/** A public key in its text form (EOS… or PUB_K1_…) as "type:hex", the form that logs and headers use. */
export function keyId(text: string): string {
  const { type, data } = Numeric.stringToPublicKey(text);
  return `${type}:${Buffer.from(data).toString('hex')}`;
}

/** The text form PUB_K1_… of "type:hex". */
export function keyText(id: string): string {
  const [type, hex] = id.split(':');
  return Numeric.publicKeyToString({ type: Number(type), data: Buffer.from(hex ?? '', 'hex') });
}

/** The 32 bytes of a K1 private key in text form. */
export function privateKeyBytes(text: string): Uint8Array {
  return Numeric.stringToPrivateKey(text).data.slice(0, 32);
}

/** A signature in its text form (SIG_K1_…) as "type:hex". Throws for what is none. */
export function signatureId(text: string): string {
  const { type, data } = Numeric.stringToSignature(text);
  return `${type}:${Buffer.from(data).toString('hex')}`;
}
