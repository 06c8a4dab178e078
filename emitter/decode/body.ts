import type { Decoded } from './message.ts';
import { Reader } from './reader.ts';

export interface BodySummary {
  transactions: number;
  /** Billed CPU of all transactions in microseconds: how long other nodes need to apply the block, about. */
  cpuUs: number;
}

/**
 * Walks the transaction receipts of a `signed_block` frame from the header's end and checks that the frame ends with the
 * block's extensions. Source: Leap `transaction_receipt`, `packed_transaction`.
 */
export function summarizeBody(frame: Buffer, bodyOffset: number): Decoded<BodySummary> {
  const reader = new Reader(frame, bodyOffset);
  const transactions = reader.varuint();
  let cpuUs = 0;
  for (let n = transactions; n > 0 && !reader.failed; n--) {
    reader.skip(1);
    cpuUs += reader.u32();
    reader.varuint();
    skipTransaction(reader);
  }
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) {
    reader.skip(2);
    reader.skip(reader.varuint());
  }
  return reader.done ? { ok: true, value: { transactions, cpuUs } } : { ok: false, code: 'bad_block_body' };
}

function skipTransaction(reader: Reader): void {
  const kind = reader.u8();
  if (kind === 0) return reader.skip(32);
  if (kind !== 1) {
    reader.failed = true;
    return;
  }
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) skipSignature(reader);
  reader.skip(1);
  reader.skip(reader.varuint());
  reader.skip(reader.varuint());
}

/** K1 and R1 signatures are 65 bytes; a WebAuthn one carries authenticator data and client JSON behind them. */
function skipSignature(reader: Reader): void {
  const type = reader.u8();
  reader.skip(65);
  if (type === 2) {
    reader.skip(reader.varuint());
    reader.skip(reader.varuint());
  } else if (type > 2) reader.failed = true;
}
