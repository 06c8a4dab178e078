import { Reader, type Signature } from './reader.ts';

/** The only type of block extension up to Leap 5. Source: Leap block.hpp, `block_extension_types`. */
const ADDITIONAL_SIGNATURES = 2;

export interface BlockExtensions {
  /** Signatures beside the header's: a node signs with all keys of the authority that it holds. */
  additionalSignatures: Signature[];
  /** False when nodeos refuses the list: repeated or unknown types, signatures it cannot unpack, none or one twice. */
  extensionsWellFormed: boolean;
}

/**
 * Reads the extensions behind a block's receipts. Bytes that are too short set the reader's `failed`.
 * Source: Leap block.cpp, `validate_and_extract_extensions` and `additional_block_signatures_extension::reflector_init`.
 */
export function readBlockExtensions(reader: Reader): BlockExtensions {
  const found: BlockExtensions = { additionalSignatures: [], extensionsWellFormed: true };
  let last = -1;
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) {
    const type = reader.u16();
    const bytes = reader.view(reader.varuint());
    const signatures = type === ADDITIONAL_SIGNATURES ? readSignatures(bytes) : [];
    found.additionalSignatures = signatures;
    if (signatures.length === 0 || type <= last) found.extensionsWellFormed = false;
    last = type;
  }
  return found;
}

/** None for bytes that are no list of different signatures. */
function readSignatures(bytes: Buffer): Signature[] {
  const reader = new Reader(bytes);
  const signatures: Signature[] = [];
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) signatures.push(reader.signature());
  const different = new Set(signatures.map(({ type, bytes: data }) => `${type}${data.toString('hex')}`));
  return reader.done && different.size === signatures.length ? signatures : [];
}
