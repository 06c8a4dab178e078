import { EventLogReader } from '../../common/event-log.ts';
import { keyId } from '../../common/keys.ts';
import { firstSlot, lastSlot } from '../../common/slot.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { blockOf, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver } from './lab/turns.ts';

/** A K1 signature with its type. */
const SIGNATURE_BYTES = 66;

/**
 * Whether a block has one more signature, in extension 2 (additional_block_signatures) as its only extension: the frame then ends with a count of
 * one, the type, the length, the number of signatures and that one.
 */
function additionalSignatures(frame: Buffer): number {
  const head = Buffer.from([1, 2, 0, 1 + SIGNATURE_BYTES, 1]);
  const start = frame.length - (head.length + SIGNATURE_BYTES);
  return frame.subarray(start, start + head.length).equals(head) ? 1 : 0;
}

async function run(lab: Lab, options: { latency: string }): Promise<Findings> {
  const keysOf = (name: string) => [lab.keys.pair(name), lab.keys.pair(`${name}@next`)];
  // One member alone, so that the emitter can choose no other block.
  const memberKeys = () => keysOf('member1');
  const pool = await startPool(lab, { latencyMs: Number(options.latency), members: 1, memberKeys });
  const additional = new Map<string, number>();
  pool.members[0]?.proxy.taps.add((frame) => {
    const block = blockOf(frame);
    if (block?.pool) additional.set(block.id, additionalSignatures(frame));
  });
  const window = pool.turns.next(POOL, 2000);
  await untilOver(window, 2500);
  const chain = await blocksBetween(pool.bp2.api, firstSlot(window), lastSlot(window));
  const log = new EventLogReader(pool.eventLog);
  const records = log.window(window);
  log.close();
  const keys = keysOf('member1').map((key) => keyId(key.public));
  const rows: Row[] = [];
  for (const { id, slot, producer } of chain.filter((block) => block.producer === POOL)) {
    const said = records.find(({ event }) => event.type === 'candidate' && event.id === id)?.event;
    const candidate = said?.type === 'candidate' ? said : null;
    rows.push({
      slot: slot - firstSlot(window),
      producer,
      headerKey: candidate?.signer ? keys.indexOf(candidate.signer) + 1 : null,
      additional: additional.get(id) ?? null,
      verdict: candidate?.verdict ?? null,
    });
  }
  const refused = records.filter(({ event }) => event.type === 'candidate' && event.verdict === 'invalid').length;
  rows.push({ slot: 'window', producer: POOL, refused, missed: 12 - rows.length });
  const blocks = rows.filter((row) => typeof row.slot === 'number');
  return {
    rows,
    claims: [
      { claim: 'nodeos takes the blocks as valid', holds: blocks.length + refused >= 12 },
      { claim: 'each has one additional signature', holds: blocks.every((row) => row.additional === 1) },
    ],
  };
}

await experiment({
  name: '12-two-keys',
  question: "How does a member's block look that holds two keys of the pool's authority?",
  options: { '--latency <ms>': ['one-way delay between relay node and producers', '20'] },
  run,
});
