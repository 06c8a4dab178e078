import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PoolEvent } from '../../common/events.ts';
import { SqliteStore } from '../../emitter/log/store.ts';

/** Time to hold one decision and to bring it into the log, in ms, for both durabilities, on the disk of the temporary folder. */
const N = 1000;
for (const durability of ['process', 'machine'] as const) {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-fence-'));
  const store = new SqliteStore(path.join(dir, 'events.sqlite'), durability);
  const held: number[] = [];
  const logged: number[] = [];
  for (let i = 0; i < N; i++) {
    const ids = { id: 'ab'.repeat(32), num: i, signer: `0:${'02'.repeat(33)}`, member: 'member1' };
    const event: PoolEvent = { type: 'decision', at: i, slot: i, ...ids, reason: 'extend', replaces: [] };
    const start = performance.now();
    store.hold([{ window: 1, event }]);
    const between = performance.now();
    store.append([{ window: 1, event }]);
    held.push(between - start);
    logged.push(performance.now() - between);
  }
  store.close();
  rmSync(dir, { recursive: true });
  for (const [what, times] of Object.entries({ held, logged })) {
    times.sort((a, b) => a - b);
    const at = (p: number) => (times[Math.floor(N * p)] as number).toFixed(3);
    process.stdout.write(`${durability}, ${what}: n ${N}, p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms\n`);
  }
}
