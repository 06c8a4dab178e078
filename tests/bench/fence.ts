import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SqliteStore } from '../../emitter/log/store.ts';

/** Time of one durable decision, in ms, for both durabilities, on the disk of the temporary folder. */
const N = 1000;
for (const durability of ['process', 'machine'] as const) {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-fence-'));
  const store = new SqliteStore(path.join(dir, 'events.sqlite'), durability);
  const times: number[] = [];
  for (let i = 0; i < N; i++) {
    const ids = { id: 'ab'.repeat(32), num: i, signer: `0:${'02'.repeat(33)}`, member: 'member1' };
    const start = performance.now();
    store.append([{ window: 1, event: { type: 'decision', at: i, slot: i, ...ids, reason: 'extend', replaces: [] } }]);
    times.push(performance.now() - start);
  }
  store.close();
  rmSync(dir, { recursive: true });
  times.sort((a, b) => a - b);
  const at = (p: number) => (times[Math.floor(N * p)] as number).toFixed(3);
  process.stdout.write(`${durability}: n ${N}, p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms\n`);
}
