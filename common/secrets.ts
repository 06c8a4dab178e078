/**
 * Private keys in text form, wherever they stand: WIF ("5" and 50 characters) and PVT_K1_…, PVT_R1_…. No hash, account or public key has this
 * form. Source: the base58 alphabet, and the lengths of what eosjs-numeric prints.
 */
const PRIVATE_KEYS =
  /(?<![1-9A-HJ-NP-Za-km-z])5[HJK][1-9A-HJ-NP-Za-km-z]{49}(?![1-9A-HJ-NP-Za-km-z])|PVT_(?:K1|R1)_[1-9A-HJ-NP-Za-km-z]{40,60}/g;

/** A text without the private keys in it: somebody may have put one where a path or a name belongs. */
export function withoutKeys(text: string): string {
  return text.replace(PRIVATE_KEYS, '(a private key)');
}
