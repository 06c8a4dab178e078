import { Serialize } from 'eosjs';
import { PoolError } from '../../../common/errors.ts';

/** A block's number and id. */
export interface Position {
  num: number;
  id: string;
}

/** `get_status_result_v0`. */
export interface Status {
  irreversible: Position;
  /** The first block with traces, and the one after the last; equal when there are none. */
  traceBegin: number;
  traceEnd: number;
  /** Since Leap 3.1. */
  chainId: string | null;
}

/** `get_blocks_result_v0`. */
export interface BlocksResult {
  irreversible: Position;
  /** null when the node has nothing for this message. */
  block: { at: Position; bytes: Uint8Array } | null;
  traces: Uint8Array | null;
}

export type Types = Map<string, Serialize.Type>;

const encoding = { textEncoder: new TextEncoder(), textDecoder: new TextDecoder() };
/** The last block number there can be: the stream goes on for ever. */
const NO_END = 0xffffffff;

interface RawPosition {
  block_num: number;
  block_id: string;
}

/**
 * The types of a state history, from the ABI that nodeos sends as the first, textual message.
 * Throws PoolError `ship` when it is none.
 */
export function typesOf(abi: string): Types {
  try {
    const initial = Serialize.createInitialTypes();
    const signature = initial.get('signature');
    // Their text form takes longer than all the rest of a block, and of most nobody asks for it.
    if (signature) initial.set('signature', { ...signature, deserialize: rawSignature });
    const types = Serialize.getTypesFromAbi(initial, JSON.parse(abi));
    for (const name of ['request', 'result', 'signed_block', 'transaction_trace']) Serialize.getType(types, name);
    return types;
  } catch (thrown) {
    throw new PoolError('ship', `the first message is not the ABI of a state history: ${(thrown as Error).message}`);
  }
}

export function statusRequest(types: Types): Uint8Array {
  return request(types, ['get_status_request_v0', {}]);
}

/** All blocks from `start` on, as the node applies them; it sends no more than `inFlight` messages ahead of the acknowledgements. */
export function blocksRequest(types: Types, start: number, inFlight: number, traces: boolean): Uint8Array {
  const what = { irreversible_only: false, fetch_block: true, fetch_traces: traces, fetch_deltas: false };
  const range = { start_block_num: start, end_block_num: NO_END, max_messages_in_flight: inFlight, have_positions: [] };
  return request(types, ['get_blocks_request_v0', { ...range, ...what }]);
}

export function ackRequest(types: Types, messages: number): Uint8Array {
  return request(types, ['get_blocks_ack_request_v0', { num_messages: messages }]);
}

/** Throws PoolError `ship` for a message that is no result of either kind. */
export function decodeResult(types: Types, message: Uint8Array): Status | BlocksResult {
  const [kind, value] = decode<[string, never]>(types, 'result', message);
  if (kind === 'get_status_result_v0') return toStatus(value);
  if (kind === 'get_blocks_result_v0') return toBlocks(value);
  throw new PoolError('ship', `the node sent ${kind}, which nobody asked for`);
}

export function isStatus(result: Status | BlocksResult): result is Status {
  return 'traceEnd' in result;
}

/** Bytes as a type of the ABI. Throws PoolError `ship` when they are not of that type. */
export function decode<T>(types: Types, type: string, bytes: Uint8Array): T {
  try {
    const buffer = new Serialize.SerialBuffer({ ...encoding, array: bytes });
    const state = new Serialize.SerializerState({ bytesAsUint8Array: true });
    return Serialize.getType(types, type).deserialize(buffer, state) as T;
  } catch (thrown) {
    throw new PoolError('ship', `${bytes.length} bytes are no ${type}: ${(thrown as Error).message}`);
  }
}

function request(types: Types, value: unknown): Uint8Array {
  const buffer = new Serialize.SerialBuffer(encoding);
  Serialize.getType(types, 'request').serialize(buffer, value);
  return buffer.asUint8Array();
}

function toStatus(value: {
  last_irreversible: RawPosition;
  trace_begin_block: number;
  trace_end_block: number;
  chain_id?: string;
}): Status {
  return {
    irreversible: toPosition(value.last_irreversible),
    traceBegin: value.trace_begin_block,
    traceEnd: value.trace_end_block,
    chainId: value.chain_id?.toLowerCase() ?? null,
  };
}

function toBlocks(value: {
  last_irreversible: RawPosition;
  this_block?: RawPosition | null;
  block?: Uint8Array | null;
  traces?: Uint8Array | null;
}): BlocksResult {
  const { this_block: at, block: bytes, traces } = value;
  const block = at && bytes ? { at: toPosition(at), bytes } : null;
  return { irreversible: toPosition(value.last_irreversible), block, traces: traces ?? null };
}

function toPosition({ block_num: num, block_id }: RawPosition): Position {
  return { num, id: block_id.toLowerCase() };
}

/** As eosjs' getSignature, which keeps the bytes of the K1 and R1 ones and skips through a WebAuthn one. */
function rawSignature(buffer: Serialize.SerialBuffer): { type: number; data: Uint8Array } {
  const type = buffer.get();
  const start = buffer.readPos;
  buffer.skip(65);
  if (type === 2) for (let i = 0; i < 2; i++) buffer.skip(buffer.getVaruint32());
  return { type, data: buffer.array.slice(start, buffer.readPos) };
}
