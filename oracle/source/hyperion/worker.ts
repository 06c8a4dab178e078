import { parentPort, workerData } from 'node:worker_threads';
import type { HyperionStreamClient } from '@eosrio/hyperion-stream-client';
import { sentence } from '../../../common/errors.ts';
import type { WorkerMessage, WorkerTask } from './messages.ts';

/** A pool's oracles make a handful of reports a minute; a server that sends more is not listened to. */
const MOST_A_SECOND = 50;
/** How often the client is asked whether it is still online. */
const LOOK_MS = 500;

/**
 * Hyperion's own client, in a thread of its own: a message that is no JSON, an action without `act` or a handler that fails end the
 * thread that it runs in. It is used for one connection only: what it does when it connects again is not relied on.
 */
const { url, dac } = workerData as WorkerTask;
const say = (message: WorkerMessage) => parentPort?.postMessage(message);

let told = 0;
let left = 0;

/** Tells a second's worth at most, and how many more there were. */
function sayBounded(message: WorkerMessage): void {
  if (told++ < MOST_A_SECOND) say(message);
  else left++;
}

function leave(why: string): void {
  say({ kind: 'gone', why });
  process.exit(0);
}

async function load(): Promise<typeof HyperionStreamClient | null> {
  try {
    return (await import('@eosrio/hyperion-stream-client')).HyperionStreamClient;
  } catch (thrown) {
    say({ kind: 'missing', why: sentence(thrown) });
    return null;
  }
}

function takeAction(content: unknown): void {
  const { block_num: num, trx_id: trx, action_ordinal, act } = content as Record<string, unknown>;
  const { account, name } = (act ?? {}) as Record<string, unknown>;
  if (account !== dac || name !== 'report') left++;
  else
    sayBounded({
      kind: 'action',
      num: Number(num),
      trx: String(trx).toLowerCase(),
      ordinal: Number(action_ordinal ?? 0),
    });
}

const Client = await load();
if (Client) {
  // Without libStream: what it calls irreversible is what it was sent, forked or not.
  const client = new Client({ endpoint: url, libStream: false });
  client.setAsyncDataHandler(async ({ content }: { content: unknown }) => {
    try {
      takeAction(content);
    } catch {
      left++; // A handler that rejects stalls the client's queue for good.
    }
  });
  client.on('libUpdate' as never, (data: unknown) => {
    const { block_num: num, block_id: id } = (data ?? {}) as Record<string, unknown>;
    sayBounded({ kind: 'lib', num: Number(num), id: String(id).toLowerCase() });
  });
  client.on('fork' as never, (data: unknown) => {
    sayBounded({ kind: 'fork', from: Number(((data ?? {}) as Record<string, unknown>).starting_block) });
  });
  // Never settles when nobody answers: who started this thread waits for `subscribed` and ends it.
  await client.connect();
  const everything = { contract: dac, action: 'report', account: '', filters: [], start_from: 0, read_until: 0 };
  try {
    const { status } = (await client.streamActions(everything)) as { status: string };
    if (status !== 'OK') leave(`it answered ${status}`);
    say({ kind: 'subscribed' });
  } catch (thrown) {
    leave(`it took no subscription: ${JSON.stringify(thrown)}`);
  }
  setInterval(() => {
    // Offline for a moment, it would subscribe again by itself, and keep silent when that is refused.
    if (!client.online) leave('it went offline');
  }, LOOK_MS);
  setInterval(() => {
    if (left > 0) say({ kind: 'left', count: left });
    told = 0;
    left = 0;
  }, 1000);
}
