import { signatureId } from '../../common/keys.ts';
import { stringToName } from '../../common/name.ts';
import { slotOfTimestamp } from '../../common/slot.ts';

/** A block as `get_block` gives it: the parts of its header. */
export interface HeaderJson {
  timestamp: string;
  producer: string;
  confirmed: number;
  previous: string;
  transaction_mroot: string;
  action_mroot: string;
  schedule_version: number;
  new_producers?: object | null;
  producer_signature: string;
}

/** With neither a schedule of the old form nor extensions. */
export const PLAIN_HEADER_BYTES = 4 + 8 + 2 + 32 + 32 + 32 + 4 + 1 + 1;

/** A block's packed header in hex, '' when it carries a schedule of the old form, and its signature as "type:hex", '' for one of another form. */
export interface SignedHeaderOf {
  header: string;
  signature: string;
}

/** Source: EOSIO block_header.hpp, FC_REFLECT of block_header. */
export function packHeader(block: HeaderJson): string {
  if (block.new_producers) return '';
  const fixed = Buffer.alloc(PLAIN_HEADER_BYTES);
  fixed.writeUInt32LE(slotOfTimestamp(block.timestamp), 0);
  fixed.writeBigUInt64LE(stringToName(block.producer), 4);
  fixed.writeUInt16LE(block.confirmed, 12);
  fixed.write(block.previous, 14, 32, 'hex');
  fixed.write(block.transaction_mroot, 46, 32, 'hex');
  fixed.write(block.action_mroot, 78, 32, 'hex');
  fixed.writeUInt32LE(block.schedule_version, 110);
  // No extensions: of those nodeos tells what they mean, and not their bytes, so that the packed header of a block with some does not give its id.
  return fixed.toString('hex');
}

/** Both of what `get_block` gave. */
export function signedHeader(block: HeaderJson): SignedHeaderOf {
  return { header: packHeader(block), signature: signatureOf(block.producer_signature) };
}

function signatureOf(text: string): string {
  try {
    return signatureId(text);
  } catch {
    // WebAuthn and whatever comes: no member signs so.
    return '';
  }
}
