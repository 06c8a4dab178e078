import { measureDecisions, type Placement } from './distance/decisions.ts';
import { startFarCluster } from './distance/far-cluster.ts';
import { measureRecords } from './distance/records.ts';
import { measureTransfer } from './distance/transfer.ts';

/**
 * `node tests/experiments/15-distance.ts near|far|records|transfer [SEED]`: what distance and loss do to decisions, records and candidates,
 * on loopback with real nats-servers and delay and loss between them and the emitters (tests/support/tcp-path.ts). `near`: decisions without distance, on a quiet
 * machine. Prints rows of tables. See docs/decisions/experiment-15-distance.md.
 */
const [what = 'far', seedText = '15'] = process.argv.slice(2);
const seed = Number(seedText);
const say = (rows: string[]) => process.stdout.write(`${rows.join('\n')}\n`);
const LOSSES = [0, 0.01];

const NEAR: Placement[] = [{ name: 'all at 0', one: [0, 0, 0], other: [0, 0, 0] }];
const FAR: Placement[] = [
  ...[80, 250].map((x) => ({ name: `nodes near each other, emitters ${x} away`, one: [x, x, x], other: [x, x, x] })),
  ...[80, 250].map((x) => ({ name: `emitter at its node, other nodes ${x} away`, one: [0, x, x], other: [x, 0, x] })),
  { name: 'one node per continent: 0, 80, 250', one: [0, 80, 250], other: [80, 0, 250] },
];

async function decisions(placements: Placement[]): Promise<void> {
  say(['| placement (ms) | loss | decided by | p50 | p99 | most | n | unsure | not decided |']);
  const { cluster, stop } = await startFarCluster();
  const cells = placements.flatMap((placement, i) =>
    LOSSES.map((loss, k) => ({ placement, loss, seed: seed + 2 * i + k })),
  );
  const samples = { alone: 100, other: 20, deaths: 8 };
  try {
    // Their time goes by in waiting: all at once disturbs none of them.
    await Promise.all(
      cells.map(async (cell) => say(await measureDecisions(cluster, cell.placement, cell.loss, cell.seed, samples))),
    );
  } finally {
    await stop();
  }
}

if (what === 'near') await decisions(NEAR);
else if (what === 'far') await decisions(FAR);
else if (what === 'records') {
  say(['| between nodes (ms) | loss | the stream leads | p50 | p99 | most | n |']);
  for (const roundTripMs of [0, 80, 250])
    for (const loss of LOSSES) say([await measureRecords({ roundTripMs, loss, seed }, 100)]);
} else if (what === 'transfer') {
  say(['| block | round trip (ms) | loss | block of the window | p50 | p99 | most | n |']);
  for (const bytes of [20_000, 300_000])
    for (const roundTripMs of [80, 250])
      for (const loss of LOSSES) say(await measureTransfer(bytes, { roundTripMs, loss, seed }, 20));
} else throw new Error(`${what} is none of near, far, records, transfer`);
