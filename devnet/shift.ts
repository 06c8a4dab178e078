import { renameSync, writeFileSync } from 'node:fs';
import type { ChainClient } from '../common/chain.ts';
import { eventually } from './wait.ts';

/** 25 hours: eosio.system pays a producer at most once a day. */
const DAY_AND_AN_HOUR = 90_000;

/** eosio.system looks for a new schedule in the first block after the jump, and then only every 60 s of block time. */
const LOOK_EVERY = 60;

/** Sets the seconds by which all processes that read this file are ahead; by rename, so that none reads half of it. */
export function setShift(file: string, seconds: number): void {
  writeFileSync(`${file}.new`, String(seconds));
  renameSync(`${file}.new`, file);
}

/**
 * Lets a day and an hour pass on a chain whose only running node is `client`'s; the last part of it after the block in which eosio.system looks for
 * a new schedule, so that one of its next looks is in `lookIn` seconds. What is voted until then is elected then.
 */
export async function passADay(client: ChainClient, file: string, lookIn: number): Promise<void> {
  const headStart = Math.ceil(lookIn / LOOK_EVERY) * LOOK_EVERY - lookIn;
  for (const seconds of [DAY_AND_AN_HOUR - headStart, DAY_AND_AN_HOUR]) {
    setShift(file, seconds);
    await untilShifted(client, seconds);
  }
}

/** Waits until the chain's head is within 2 s of the shifted time. */
async function untilShifted(client: ChainClient, seconds: number): Promise<void> {
  const follows = async () => {
    const head = Date.parse(`${(await client.info()).head_block_time}Z`);
    return head > Date.now() + seconds * 1000 - 2000 ? true : undefined;
  };
  await eventually(`a block on the clock shifted by ${seconds} s`, follows, 30_000);
}
