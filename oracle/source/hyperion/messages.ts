import { z } from 'zod';

const blockNum = z.number().int().min(1).max(0xffffffff);

/** What the worker around Hyperion's client tells. Everything in it was said by a server: nothing is to be relied on. */
export const workerMessage = z.discriminatedUnion('kind', [
  /** The package is not installed. */
  z.object({ kind: z.literal('missing'), why: z.string().max(1000) }),
  z.object({ kind: z.literal('subscribed') }),
  /** A `report` of the pool's contract, in a block that may be on no chain at all. */
  z.object({
    kind: z.literal('action'),
    num: blockNum,
    trx: z.string().regex(/^[0-9a-f]{64}$/),
    ordinal: z.number().int(),
  }),
  z.object({ kind: z.literal('lib'), num: blockNum, id: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.object({ kind: z.literal('fork'), from: blockNum }),
  /** Messages that were more than anybody needs, or no action of this contract. */
  z.object({ kind: z.literal('left'), count: z.number().int().positive() }),
  /** The client is of no use any more. */
  z.object({ kind: z.literal('gone'), why: z.string().max(1000) }),
]);

export type WorkerMessage = z.infer<typeof workerMessage>;
export type ActionHint = Extract<WorkerMessage, { kind: 'action' }>;
export type LibHint = Extract<WorkerMessage, { kind: 'lib' }>;

export interface WorkerTask {
  /** Of the Hyperion API with streaming. */
  url: string;
  dac: string;
}
