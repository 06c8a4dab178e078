import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { missedOracleGoals, type OracleResult, oracleTable } from '../../../bench/oracle/result.ts';
import { writeLog } from '../../../bench/oracle/write.ts';
import { SIGNER_SAMPLE } from '../../../oracle/logs/signers.ts';

const day = { events: 900_000, seconds: 16, peakRss: 200_000_000, cpuSeconds: 15, signers: 90_000 };
const growth = [
  { events: 200_000, seconds: 4 },
  { events: 900_000, seconds: 16 },
];

test('a goal that is missed is one sentence', () => {
  const good: OracleResult = { ...day, growth };
  assert.deepEqual(missedOracleGoals(good), []);
  assert.match(missedOracleGoals({ ...good, seconds: 20.5 }).join(), /a day took 20.5 s, above 20/);
  assert.match(missedOracleGoals({ ...good, peakRss: 301e6 }).join(), /a day took 301 MB of memory, above 300/);
  const steep = [...growth, { events: 900_000, seconds: 25 }];
  assert.match(missedOracleGoals({ ...good, growth: steep }).join(), /27.8 us for each of 900000 events, above 26.0/);
  const full = { events: 900_000, seconds: 60, signers: 822_900, peakRss: 310e6 };
  assert.match(missedOracleGoals({ ...good, full }).join(), /a day with all signers took 310 MB/);
  assert.match(
    oracleTable({ ...good, full }),
    /a day: 16.00 s .*90000 signers[\s\S]*all 822900 signers: 60.00 s, 310 MB/,
  );
});

test('the logs that are written are good ones: the oracle makes every window of them', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'bench-oracle-'));
  try {
    const file = path.join(dir, 'day.sqlite');
    await writeLog(file, { members: 20, windows: 2, missed: 3 }, () => {});
    const program = path.join(import.meta.dirname, '../../../bench/oracle/measured.ts');
    const said = JSON.parse(execFileSync(process.execPath, [program, file, dir]).toString()) as Record<string, number>;
    // 21 slots: 20 candidates, two records of receipts, decision and emission; two closings and roots, and the start.
    assert.deepEqual([said.windows, said.events, said.candidates], [2, 21 * 24 + 5, 21 * 20]);
    assert.equal(said.signers, 21 + 2 * SIGNER_SAMPLE);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
