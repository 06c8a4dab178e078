import { action, type ChainClient } from '../common/chain.ts';
import { eventually } from './wait.ts';

interface Schedule {
  active: { producers: { producer_name: string }[] };
}

/** Registers a network producer with its signing key. */
export async function registerProducer(client: ChainClient, producer: string, signingKey: string): Promise<void> {
  const data = { producer, producer_key: signingKey, url: `https://${producer}.example`, location: 0 };
  await client.transact([action('eosio', 'regproducer', data, producer)]);
}

/** Votes with all the stake of `voter` for exactly these producers. */
export async function vote(client: ChainClient, voter: string, producers: string[]): Promise<void> {
  const data = { voter, proxy: '', producers: [...producers].sort(byName) };
  await client.transact([action('eosio', 'voteproducer', data, voter)]);
}

/** eosio.system wants ascending names; the text order of names without dots is the same. */
function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/**
 * Waits until exactly these producers make up the active schedule. eosio.system proposes a schedule at most every 60
 * seconds of block time, so this takes that long at worst, and a little more until it is irreversible.
 */
export async function untilActive(client: ChainClient, producers: string[]): Promise<void> {
  const wanted = [...producers].sort(byName).join();
  await eventually(
    `the schedule of ${wanted}`,
    async () => {
      const { active } = await client.post<Schedule>('/v1/chain/get_producer_schedule');
      const names = active.producers.map((producer) => producer.producer_name);
      return names.sort(byName).join() === wanted ? true : undefined;
    },
    120_000,
    250,
  );
}

/** Waits until this producer has made a block. */
export async function untilProduces(client: ChainClient, producer: string): Promise<void> {
  const made = async () => ((await client.info()).head_block_producer === producer ? true : undefined);
  await eventually(`a block of ${producer}`, made, 120_000, 200);
}
