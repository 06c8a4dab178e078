/**
 * What Node is told when it runs the emitter: 16 MB for young objects from the start. With the 0.5 MB that V8 begins with, and comes back to after
 * each full collection, it collects 5 ms after it did at the beginning of the moment that a block is expected in: into the last 3 ms before the
 * block left fell a collection, of 0.5 ms, in 17 of 169 slots, with 16 MB in 2.
 * And no more: V8 begins a full collection by itself as soon as the room that is left for old objects is less than the room for young ones, and leaves some 24 MB after each. With the 32 MB
 * to which it grows, such a one, of 4 to 9 ms, came at any moment, once in 100 to 150 slots; with 16 MB in none of 250.
 *
 * V8 compiles to fast code after 40 calls in place of 400, and of the 500 since it last saw something new: half of a block's way is called once a block. Of 20 kB p50 went from 0.72 to 0.58 ms and p90 from 1.4 to
 * 0.85, a decision's p50 from 1.9 to 1.5 (120 blocks each, one after the other); after 10 calls it was slower again. Not `--single-threaded-gc`, by which V8's helpers leave the other core to others: a full collection
 * then takes 35 to 54 ms in place of 15.
 */
export const EMITTER_NODE_FLAGS = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--invocation-count-for-maglev=40',
  '--minimum-invocations-after-ic-update=40',
];

/**
 * What Node is told when it runs an oracle: without a bound near what it needs V8 lets garbage lie, and the same quarter of a day of a pool of 100 took 270 MB in one run and
 * 419 in another; with it 254 to 262 in eight. An oracle that reads such a log for the first time keeps some 100 MB.
 */
export const ORACLE_NODE_FLAGS = ['--max-old-space-size=512'];
