import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, slotInWindow, slotOfTimestamp, windowOf } from '../../../common/slot.ts';
import { Box } from '../../support/box.ts';
import { LONG } from '../../support/nats.ts';
import { until } from '../../support/processes.ts';

const box = new Box();

/** Slots of the pool's window on the irreversible chain. */
async function finalSlots(window: number): Promise<number[]> {
  const { chain } = box;
  const slotOf = async (num: number) => slotOfTimestamp((await chain.block(num)).timestamp);
  await until('the window to be final', async () => {
    return (await slotOf((await chain.info()).last_irreversible_block_num)) > lastSlot(window);
  });
  const slots: number[] = [];
  for (let num = (await chain.info()).last_irreversible_block_num; ; num--) {
    const block = await chain.block(num);
    const slot = slotOfTimestamp(block.timestamp);
    if (slot < firstSlot(window)) return slots.reverse();
    if (windowOf(slot) === window && block.producer === box.run.pool) slots.push(slot);
  }
}

for (const slot of [0, 8, 11]) {
  test(`the leader is killed after slot ${slot}: no slot is missed, and its node comes back`, {
    timeout: 300_000,
    ...(slot === 8 ? {} : LONG),
  }, async () => {
    const from = box.lastSeq;
    const { signer, slot: at } = await box.event(from, 'emission', (event) => slotInWindow(event.slot) === slot);
    const pid = box.nodeOf(signer)?.pid as number;
    process.kill(pid, 'SIGKILL');
    const window = windowOf(at);
    await box.event(from, 'window', (event) => event.window === window);
    const rescues = box.eventsAfter(from).filter(({ event }) => event.type === 'rescue' && event.window === window);
    assert.equal(rescues.length, slot === 11 ? 0 : 1);
    const expected = Array.from({ length: 12 }, (_, i) => firstSlot(window) + i);
    assert.deepEqual(await finalSlots(window), expected);
    // Back with what it had of the chain, in sync, and proposing in a whole window again.
    const again = (event: { signer: string | null; slot: number; verdict: string }) =>
      event.signer === signer && event.verdict === 'valid' && windowOf(event.slot) > window;
    await box.event(from, 'candidate', again);
    assert.notEqual(box.nodeOf(signer)?.pid, pid);
  });
}
