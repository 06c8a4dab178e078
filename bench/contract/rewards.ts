import { action } from '../../common/chain.ts';
import { stringToName } from '../../common/name.ts';
import { codeAuthority } from '../../deploy/accounts.ts';
import { TOKEN_CONTRACT } from '../../devnet/config.ts';
import type { BenchChain } from './chain.ts';

/** What one claim pays, in units of the core token. */
const REWARD = 10_000n;
const I32 = 0x7f;
const I64 = 0x7e;
const FUNCTION = 0x60;

/**
 * Puts a contract on `account` that stands in for the chain's: eosio.system pays a producer once a day, and that only after
 * it has made blocks. Every action of this one takes a producer's name and sends it a token.
 */
export async function deployRewards(chain: BenchChain, account: string, key: string): Promise<void> {
  const auth = codeAuthority(account, key);
  const code = rewardsCode(account).toString('hex');
  await chain.push([
    action('eosio', 'updateauth', { account, permission: 'active', parent: 'owner', auth }, account),
    action('eosio', 'setcode', { account, vmtype: 0, vmversion: 0, code }, account),
  ]);
}

/** `apply`: the action's data, a name, is read into the transfer that lies ready in memory, and that is sent. */
function rewardsCode(account: string): Buffer {
  const { bytes, receiver } = packedTransfer(account);
  const isOwn = [0x20, 0, 0x20, 1, 0x51]; // receiver == code: not when eosio.token only tells of the transfer
  const read = [0x41, receiver, 0x41, 8, 0x10, 0, 0x1a];
  const send = [0x41, 0, 0x41, ...signed(bytes.length), 0x10, 1];
  const apply = [0, ...isOwn, 0x04, 0x40, ...read, ...send, 0x0b, 0x0b];
  const imported = (name: string, type: number) => [...text('env'), ...text(name), 0, type];
  return Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [3, FUNCTION, 3, I64, I64, I64, 0, FUNCTION, 2, I32, I32, 1, I32, FUNCTION, 2, I32, I32, 0]),
    ...section(2, [2, ...imported('read_action_data', 1), ...imported('send_inline', 2)]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [1, ...text('apply'), 0, 2]),
    ...section(10, [1, apply.length, ...apply]),
    ...section(11, [1, 0, 0x41, 0, 0x0b, bytes.length, ...bytes]),
  ]);
}

/** An inline transfer as `send_inline` takes it, and where in it the receiver belongs. */
function packedTransfer(from: string): { bytes: number[]; receiver: number } {
  const head = [...name(TOKEN_CONTRACT), ...name('transfer'), 1, ...name(from), ...name('active')];
  const core = [4, ...Buffer.from('EOS'), 0, 0, 0, 0];
  const data = [...name(from), ...name(''), ...uint64(REWARD), ...core, 0];
  return { bytes: [...head, data.length, ...data], receiver: head.length + 1 + 8 };
}

function section(id: number, bytes: number[]): number[] {
  return [id, bytes.length, ...bytes];
}

function text(value: string): number[] {
  return [value.length, ...Buffer.from(value)];
}

/** A number from 64 to 8191 as WASM's constants have it; below 64 it is one byte. */
function signed(value: number): number[] {
  return [(value & 0x7f) | 0x80, value >> 7];
}

function name(value: string): number[] {
  return uint64(stringToName(value));
}

function uint64(value: bigint): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return [...bytes];
}
