import type { SignatureProvider } from 'eosjs/dist/eosjs-api-interfaces.js';
import { type Action, ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { untilInBlock } from '../../common/inclusion.ts';
import { cleosLine } from '../../common/wallet/cleos-line.ts';
import { signerOf } from '../../common/wallet/signer.ts';
import { linkFor } from '../../common/wallet/signing-request.ts';
import type { ActOptions } from './options.ts';
import { patiently } from './patience.ts';
import { requireRoom } from './room.ts';
import { write } from './show.ts';

/** An action that somebody wants to push. */
export interface Act {
  /** Account with the contract; the pool's when left out. */
  account?: string;
  name: string;
  data: Record<string, unknown>;
  /** Sentences for people, on standard error: what it does. */
  says?: string[];
  /** RAM that it takes of who acts, in bytes. */
  bytes?: number;
}

/** Who acts. Throws PoolError `options` when nobody is named. */
export function actorOf({ as }: ActOptions): string {
  if (as !== undefined) return as;
  throw new PoolError(
    'options',
    'name the account that acts: --as ACCOUNT, or BPPOOL_ACCOUNT in the environment or .env',
  );
}

/**
 * Prints the cleos line of an action, and with `--esr` a link for a wallet; with `--push` signs and pushes it and waits until it stands in a block.
 * Throws PoolError `options` for a push without a key, `room`, `chain` with the contract's sentence, `expired`, `wallet`, `key_file`.
 */
export async function act(
  client: ChainClient,
  options: ActOptions,
  { account = options.dac, name, data, says = [], bytes = 0 }: Act,
): Promise<void> {
  const actor = actorOf(options);
  const signer = signerFor(options);
  const { permission } = options;
  await requireRoom(client, actor, bytes);
  const authorization = [{ actor, permission }];
  const action = { account, name, authorization, data };
  const cleos = cleosLine(options.api, { account, name, data, actor, permission });
  const chainId = (await client.info()).chain_id;
  // The wallet may sign with another permission of the account.
  const esr = options.esr
    ? await linkFor(client, chainId, [{ ...action, authorization: [{ actor, permission: '............2' }] }])
    : null;
  for (const line of says) process.stderr.write(`${line}\n`);
  const pushed = signer ? await push(new ChainClient(options.api, signer), action) : null;
  if (pushed && !options.json)
    process.stderr.write(`${account}::${name} is done: transaction ${pushed.transaction} in block ${pushed.block}\n`);
  const shown = pushed ? [pushed.transaction] : [cleos];
  await write(options, { chainId, action, cleos, esr, pushed, says }, () => [...shown, ...(esr === null ? [] : [esr])]);
}

/** Null without `--push`. */
function signerFor({ push: pushes, keyFile, wallet }: ActOptions): SignatureProvider | null {
  const given = [keyFile, wallet].filter((one) => one !== undefined).length;
  if (pushes && given === 1) return signerOf({ file: keyFile, wallet, setting: '--wallet' });
  if (pushes) {
    throw new PoolError('options', '--push needs the key: --key-file FILE, or --wallet URL of a keosd, one of the two');
  }
  if (given === 0) return null;
  throw new PoolError('options', '--key-file and --wallet are for --push: add it, or leave them out');
}

async function push(client: ChainClient, action: Action) {
  const what = `${action.account}::${action.name}`;
  try {
    const sent = await patiently(`pushing ${what}`, client.transact([action]));
    const block = await patiently(
      `waiting for a block with transaction ${sent.transaction_id}`,
      untilInBlock(client, sent),
    );
    return { transaction: sent.transaction_id, block };
  } catch (thrown) {
    throw refusal(what, thrown);
  }
}

/** The contract's own sentence, without what nodeos says around it. */
function refusal(what: string, thrown: unknown): unknown {
  if (!(thrown instanceof PoolError) || thrown.code !== 'chain') return thrown;
  const [first = sentence(thrown)] = String(thrown.fields.text ?? '').split('; ');
  return new PoolError('refused', `${what} was refused: ${first.replace(/^assertion failure with message: /, '')}`);
}
