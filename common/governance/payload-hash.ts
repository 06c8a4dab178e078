import { Numeric, Serialize } from 'eosjs';
import { sha256 } from '../canonical.ts';
import type { Proposal } from './proposals.ts';

/** What a proposal says: the columns that its hash covers. */
export type Payload = Pick<
  Proposal,
  | 'kind'
  | 'subject'
  | 'target'
  | 'token'
  | 'value'
  | 'option'
  | 'amount'
  | 'key'
  | 'digest'
  | 'data'
  | 'detail'
  | 'text'
>;

/**
 * The hash that a vote names, computed from what is shown: a node that shows something else than stands on the chain does not match it. Hex.
 * Source: contracts/pool/proposals.ts, `payloadHash`; docs/contract.md, What a proposal carries.
 */
export function payloadHash(of: Payload): string {
  const buffer = new Serialize.SerialBuffer({ textEncoder: new TextEncoder(), textDecoder: new TextDecoder() });
  for (const name of [of.kind, of.subject, of.target, of.token]) buffer.pushName(name);
  for (const number of [of.value, of.option]) buffer.pushArray(uint64(number));
  buffer.pushAsset(of.amount);
  const { type, data } = Numeric.stringToPublicKey(of.key);
  buffer.push(type);
  buffer.pushArray(data);
  buffer.pushArray(Buffer.from(of.digest, 'hex'));
  buffer.pushBytes(Buffer.from(of.data, 'hex'));
  buffer.pushString(of.detail);
  buffer.pushString(of.text);
  return sha256(Buffer.from(buffer.asUint8Array())).toString('hex');
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
