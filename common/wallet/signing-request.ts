import { deflateRawSync } from 'node:zlib';
import { Serialize } from 'eosjs';
import type { ChainClient } from '../chain.ts';
import { PoolError } from '../errors.ts';

/**
 * Links that a wallet signs: EEP-7, revision 2. Source: https://github.com/eosio-eps/EEPs/blob/master/EEPS/eep-7.md
 * (header, payload's ABI, placeholders); the vectors of the test are by the package eosio-signing-request.
 */

/** Stands for the account, and for the permission, that the wallet signs with: in an authorization, and in an action's data. */
export const SIGNER = '............1';
export const SIGNER_PERMISSION = '............2';

/** An action whose data is packed by its contract's ABI. */
export interface PackedAction {
  account: string;
  name: string;
  authorization: { actor: string; permission: string }[];
  data: Uint8Array;
}

const VERSION = 2;
const COMPRESSED = 0x80;
/** The wallet is to push what it signed. */
const BROADCAST = 1;
/** Places in the payload's variants. */
const VARIANT = { chainId: 1, action: 0, actions: 1 } as const;

/** A link "esr://…" that has a wallet sign and push these actions on the chain with this id (64 hex digits). */
export function signingLink(chainId: string, actions: PackedAction[]): string {
  const payload = packRequest(chainId, actions);
  const small = deflateRawSync(payload, { level: 9 });
  const isSmaller = small.length < payload.length;
  const head = VERSION | (isSmaller ? COMPRESSED : 0);
  return `esr://${Buffer.from([head, ...(isSmaller ? small : payload)]).toString('base64url')}`;
}

/**
 * The same for actions with plain data, packed by the ABI that the chain has of their contracts. Throws PoolError `action` for data that the
 * ABI does not fit, `chain_unreachable`, or `chain` for an account without contract.
 */
export async function linkFor(client: ChainClient, chainId: string, actions: Unpacked[]): Promise<string> {
  const packed: PackedAction[] = [];
  for (const one of actions) packed.push({ ...one, data: await packData(client, one) });
  return signingLink(chainId, packed);
}

/** An action with its data by name. */
export interface Unpacked {
  account: string;
  name: string;
  authorization: { actor: string; permission: string }[];
  data: object;
}

async function packData(client: ChainClient, { account, name, data }: Unpacked): Promise<Uint8Array> {
  const contract = await client.api.getContract(account);
  const type = contract.actions.get(name);
  if (!type) throw new PoolError('action', `the contract of ${account} has no action ${name}`);
  const buffer = emptyBuffer();
  try {
    type.serialize(buffer, data);
  } catch (thrown) {
    throw new PoolError('action', `the data does not fit ${account}::${name}: ${(thrown as Error).message}`);
  }
  return buffer.asUint8Array();
}

/** The payload: chain id, request, flags, callback, info. */
function packRequest(chainId: string, actions: PackedAction[]): Uint8Array {
  const buffer = emptyBuffer();
  buffer.push(VARIANT.chainId);
  buffer.pushArray(Buffer.from(chainId, 'hex'));
  const [only, ...more] = actions;
  if (only && more.length === 0) {
    buffer.push(VARIANT.action);
    pushAction(buffer, only);
  } else {
    buffer.push(VARIANT.actions);
    buffer.pushVaruint32(actions.length);
    for (const each of actions) pushAction(buffer, each);
  }
  buffer.push(BROADCAST);
  buffer.pushString(''); // no callback
  buffer.pushVaruint32(0); // no info
  return buffer.asUint8Array();
}

function pushAction(buffer: Serialize.SerialBuffer, { account, name, authorization, data }: PackedAction): void {
  buffer.pushName(account);
  buffer.pushName(name);
  buffer.pushVaruint32(authorization.length);
  for (const { actor, permission } of authorization) {
    buffer.pushName(actor);
    buffer.pushName(permission);
  }
  buffer.pushBytes(data);
}

function emptyBuffer(): Serialize.SerialBuffer {
  return new Serialize.SerialBuffer({ textEncoder: new TextEncoder(), textDecoder: new TextDecoder() });
}
