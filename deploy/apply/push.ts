import { createHash } from 'node:crypto';
import { type Action, type ChainClient, type Pushed, refusal } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';

/** A transaction that has signatures and was not sent yet. */
export interface Signed {
  /** Hex. */
  id: string;
  /** Chain time, ms since 1970, after which it can be in no block. */
  expiresAt: number;
  /** A block that was there before it was sent. */
  after: number;
  body: { signatures: string[]; compression: number; packed_context_free_data: string; packed_trx: string };
}

const EXPIRE_SECONDS = 60;

/** Signs one transaction with the client's keys. Throws PoolError `chain`, or what the wallet throws. */
export async function sign(client: ChainClient, actions: Action[]): Promise<Signed> {
  const { head_block_num } = await client.info();
  const header = await client.transactionHeader(EXPIRE_SECONDS);
  const options = { broadcast: false, sign: true } as const;
  const made = await client.api.transact({ ...header, actions } as never, options).catch((thrown: unknown) => {
    const json = (thrown as { json?: unknown }).json;
    throw json ? refusal(actions.map(({ account, name }) => `${account}::${name}`).join(', '), json) : thrown;
  });
  const { signatures, serializedTransaction } = made as { signatures: string[]; serializedTransaction: Uint8Array };
  return {
    id: createHash('sha256').update(serializedTransaction).digest('hex'),
    expiresAt: Date.parse(`${header.expiration}Z`),
    after: head_block_num,
    body: {
      signatures,
      compression: 0,
      packed_context_free_data: '',
      packed_trx: Buffer.from(serializedTransaction).toString('hex'),
    },
  };
}

/** Sends it. Throws PoolError `chain` with nodeos' words when the node refuses. */
export async function send(client: ChainClient, signed: Signed): Promise<Pushed> {
  const answer = await client.post<Pushed>('/v1/chain/push_transaction', signed.body);
  if (answer?.transaction_id !== signed.id)
    throw new PoolError('chain_unreachable', `${client.url} took another transaction than it was given`);
  return { ...answer, expiresAt: signed.expiresAt };
}
