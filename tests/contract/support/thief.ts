import { stringToName } from '../../../common/name.ts';
import type { Box } from './box.ts';
import { thiefCode } from './contracts.ts';

export const NOTHING = 0;
export const REFUSE = 1;
export const CLAIM = 2;
export const WITHDRAW = 3;
export const FORWARD = 4;

/** The thief's contract as `thief`, on top of an account that may exist already. */
export function deployThief(box: Box, name = 'thief'): void {
  box.deploy(name, thiefCode());
}

export async function plan(box: Box, deed: number, account: string, quantity = '0.0000 EOS', token = 0): Promise<void> {
  await box.chain.accounts.thief?.actions.plan?.(['dac', deed, account, token, quantity]).send('thief');
}

/** What the thief's token says that somebody has. */
export async function pretend(box: Box, owner: string, balance: string): Promise<void> {
  await box.chain.accounts.thief?.actions.setbalance?.([owner, balance]).send('thief');
}

/** Writes units into a balance that its token has, also more than any library makes of an asset. */
export function pretendBeyond(box: Box, owner: string, units: bigint): void {
  const row = box.chain.store
    .findTable(stringToName('thief'), stringToName(owner), stringToName('accounts'))
    ?.lowerbound(0n);
  if (!row) throw new Error(`${owner} has no balance in the thief's token`);
  new DataView(row.value.buffer, row.value.byteOffset).setBigInt64(0, units, true);
}

export async function fakeTransfer(box: Box, from: string, to: string, quantity: string, memo: string): Promise<void> {
  await box.chain.accounts.thief?.actions.transfer?.([from, to, quantity, memo]).send('thief');
}

/** The accounts that pay for rows of a table: the emulator keeps them, although it limits nobody. */
export function payers(box: Box, table: string, scope?: bigint): string[] {
  const found = box.chain.store.findTable(stringToName('dac'), scope ?? stringToName('dac'), stringToName(table));
  const names: string[] = [];
  for (let row = found?.lowerbound(0n); row; row = found?.next(row.primaryKey)) names.push(nameOf(row.payer));
  return names;
}

function nameOf(value: bigint): string {
  const letters = '.12345abcdefghijklmnopqrstuvwxyz';
  let text = '';
  for (let i = 0; i < 12; i++) text += letters[Number((value >> BigInt(59 - 5 * i)) & 31n)];
  return text.replace(/\.+$/, '');
}
