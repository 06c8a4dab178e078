import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../devnet/wait.ts';
import type { DelayProxy } from '../support/delay-proxy.ts';
import { POOL, startChain } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';

const CLEANUP_SECONDS = [5, 30];
const GAPS_MS = [0, 50, 500];

/** Ms from the cut until the node's next handshake, the proxy being away for `gapMs` of them. */
async function reconnect(proxy: DelayProxy, gapMs: number): Promise<number> {
  await eventually('a connection', async () => proxy.link?.agent || undefined, 60_000);
  const from = performance.now();
  proxy.stop();
  if (gapMs > 0) await sleep(gapMs);
  await proxy.start();
  await eventually('the next connection', async () => proxy.link?.agent || undefined, 60_000, 5);
  return Math.round(performance.now() - from);
}

async function member(lab: Lab, relay: string, cleanup: number): Promise<DelayProxy> {
  const proxy = await lab.proxy({ target: relay });
  const config = [`connection-cleanup-period = ${cleanup}`];
  await lab.node(`member${cleanup}`, { producers: [POOL], peers: [proxy.address], config });
  return proxy;
}

async function run(lab: Lab, options: { times: string }): Promise<Findings> {
  const relay = await startChain(lab, 'bp1', { producers: ['bp1'], accounts: ['bp1', POOL] });
  const tests = CLEANUP_SECONDS.map(async (cleanup) => {
    const proxy = await member(lab, relay.p2p, cleanup);
    const rows: Row[] = [];
    for (const gapMs of GAPS_MS) {
      const took: number[] = [];
      for (let i = 0; i < Number(options.times); i++) took.push(await reconnect(proxy, gapMs));
      rows.push({ cleanupSeconds: cleanup, awayMs: gapMs, backAfterMs: took.join(' '), worst: Math.max(...took) });
    }
    return rows;
  });
  const rows = (await Promise.all(tests)).flat();
  const quick = rows.filter((row) => Number(row.awayMs) < 100);
  const slow = (cleanup: number) => rows.find((row) => row.cleanupSeconds === cleanup && row.awayMs === 500);
  return {
    rows,
    claims: [
      {
        claim: 'back within 100 ms: the node is back within 300 ms',
        holds: quick.every((row) => Number(row.worst) < 300),
      },
      { claim: 'away for longer: it takes up to connection-cleanup-period', holds: Number(slow(30)?.worst) > 5500 },
      { claim: 'with 5 s it is back within 5.5 s', holds: Number(slow(5)?.worst) < 5500 },
    ],
  };
}

await experiment({
  name: '10-reconnect',
  question: 'How soon does a node connect again to an emitter that was away for a moment?',
  options: { '--times <n>': ['cuts for each length', '3'] },
  run,
});
