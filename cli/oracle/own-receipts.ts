import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { readReceiptFile } from '../../agent/receipts.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { type GivenReceipt, receiptProblem } from '../../common/receipt-bundle.ts';
import { checkBundle } from '../../oracle/receipts/source.ts';
import type { ChainView } from './chain-view.ts';

export interface OwnReceipts {
  /** Those that prove something. */
  good: GivenReceipt[];
  refused: string[];
}

/** What is known of keys: who signs, and whose the members' are. */
export interface Keys {
  chainId: string;
  emitters: { account: string; key: string }[];
  members: Map<string, string>;
}

/** Receipts of a window out of an agent's SQLite file or a bundle. Throws PoolError `receipts` for a file that is neither. */
export function ownReceipts(file: string, window: number, { pool }: ChainView, keys: Keys): OwnReceipts {
  const identity = { chain: keys.chainId, pool };
  const emitters = keys.emitters.map(({ key }) => key);
  if (!isSqlite(file)) {
    const { receipts, refused } = checkBundle(readFileSync(file, 'utf8'), file, window, {
      ...{ identity, emitters, members: keys.members },
    });
    return { good: receipts, refused: refused.map(({ why }) => why) };
  }
  const good: GivenReceipt[] = [];
  const refused: string[] = [];
  for (const receipt of readReceiptFile(file, window)) {
    const why = keys.members.has(receipt.signer) ? null : `${receipt.signer} never was a member's key`;
    const problem = why ?? receiptProblem(receipt, identity, window, emitters);
    if (problem === null) good.push(receipt);
    else refused.push(`slot ${receipt.slot}: ${problem}`);
  }
  return { good, refused };
}

function isSqlite(file: string): boolean {
  try {
    const opened = openSync(file, 'r');
    try {
      const head = Buffer.alloc(15);
      readSync(opened, head);
      return head.toString() === 'SQLite format 3';
    } finally {
      closeSync(opened);
    }
  } catch (thrown) {
    throw new PoolError(
      'receipts',
      `the receipts ${file} cannot be read: ${sentence(thrown)}; name them with --receipts`,
    );
  }
}
