import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openPage, startBrowser } from './support/browser.ts';
import { fakeColumn } from './support/fake-grid.ts';
import { type FakeServer, fakeHistory } from './support/fake-server.ts';
import { keepTimes, type Times } from './support/script-times.ts';

const MEMBERS = 100;
const NEXT = 1_700_000_004;
/** Half a minute of them when the suite is named. */
const UPDATES = process.env.POOL_ALL_CASES ? 60 : 20;
/** A frame at 60 Hz, ms. */
const FRAME_MS = 16;

describe('60 columns of 100 members at two updates a second', () => {
  let browser: Browser;
  let server: FakeServer;

  before(async () => {
    browser = await startBrowser();
    server = fakeHistory(MEMBERS, NEXT, 30);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('the page’s script takes less than a frame for each update', async () => {
    const url = await server.start();
    // 110 pixels for the names, 33 for the margins: 60 columns and a bit.
    const { page, faults, close } = await openPage(browser, url, { viewport: { width: 990, height: 900 } }, keepTimes);
    await page.getByRole('application').waitFor();
    assert.ok((await page.locator('.grid-cells').evaluate(({ clientWidth }) => clientWidth)) >= 60 * 14);
    const session = await page.context().newCDPSession(page);
    // The main thread's own time: on a machine that runs other things, time on the wall says how busy those are.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const script = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0);
    };
    await page.evaluate(() => window.times.begin());
    const cpu: number[] = [];
    let before = await script();
    for (let i = 0; i < UPDATES; i++) {
      // An update is a new column and two that changed, as in a running window.
      server.tell(...[2, 1, 0].map((back) => fakeColumn(NEXT + i - back, MEMBERS)));
      await new Promise((resolve) => setTimeout(resolve, 500));
      const now = await script();
      cpu.push(now - before);
      before = now;
    }
    const times: Times = await page.evaluate(() => window.times.end());
    await close();
    const told = describeTimes(times, cpu);
    console.log(told);
    assert.ok(times.updates.length >= UPDATES * 0.9, told);
    assert.ok(quantile(cpu, 0.99) < FRAME_MS, told);
    assert.ok(quantile(times.updates, 0.5) < FRAME_MS / 2, told);
    assert.deepEqual(faults, []);
  });
});

function describeTimes({ updates, deltas, longTasks }: Times, cpu: readonly number[]): string {
  const spread = (values: readonly number[]) => {
    return `p50 ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`;
  };
  const over = (values: readonly number[]) =>
    `${values.filter((ms) => ms > FRAME_MS).length} of ${values.length} over ${FRAME_MS} ms`;
  return [
    `script per update: ${spread(cpu)} of its thread’s time, ${over(cpu)}`,
    `${spread(updates)} on the wall, ${over(updates)}`,
    `between frames: ${spread(deltas)}, ${deltas.filter((ms) => ms > 1.5 * FRAME_MS).length} of ${deltas.length} dropped`,
    `long tasks: ${longTasks}`,
  ].join('; ');
}

/** By nearest rank. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
