import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { LONG } from '../support/nats.ts';
import { PoolCommand, scratch, until } from '../support/processes.ts';
import { type RunFile, readRunFile } from '../support/run-file.ts';
import { openPage, startBrowser, type WatchedPage } from './support/browser.ts';
import { lettersInGrid } from './support/grid-pixels.ts';
import { closedWindows, lettersInLog } from './support/log-letters.ts';

const WINDOWS = 2;

describe('the page of a pool with two emitters and three oracles', { timeout: 600_000, ...LONG }, () => {
  const endings: (() => unknown)[] = [];
  let command: PoolCommand;
  let run: RunFile;
  let browser: Browser;
  let watched: WatchedPage;

  before(async () => {
    const dir = path.join(scratch({ after: (end) => endings.push(end) }), 'run');
    command = new PoolCommand(['up', '--emitters', '2', '--oracles', '3', '--producers', '1', '--dir', dir]);
    browser = await startBrowser();
    await command.said(/running in/);
    run = readRunFile(dir);
    watched = await openPage(browser, run.dashboard ?? '');
    await watched.page.getByRole('application').waitFor();
  });
  after(async () => {
    await browser?.close();
    await command.stop();
    for (const end of endings) await end();
  });

  /** The run with another emitter's log in the place of the first one's. */
  const seenBy = (name: string): RunFile => ({
    ...run,
    eventLog: run.emitters.find((one) => one.name === name)?.eventLog ?? '',
  });

  test('tells of both, with their relay nodes and members', async () => {
    const rows = watched.page.getByRole('region', { name: 'State of the emitters' }).locator('tbody tr');
    for (const { name } of run.emitters) {
      const row = rows.filter({ has: watched.page.getByRole('rowheader', { name, exact: true }) });
      await row.filter({ hasText: 'ready' }).filter({ hasText: 'connected' }).waitFor();
    }
    assert.equal(await rows.count(), run.emitters.length);
  });

  test('each emitter’s view of the grid is what its own log has, slot by slot', async () => {
    const { page } = watched;
    await until(`${WINDOWS} windows in both logs`, () =>
      run.emitters.every(({ name }) => closedWindows(seenBy(name)).length >= WINDOWS),
    );
    const accounts = await page.locator('.grid-names li').allTextContents();
    for (const { name } of run.emitters) {
      await page.getByLabel('Seen by').selectOption({ label: `${name} alone` });
      const log = seenBy(name);
      const wanted = closedWindows(log)
        .slice(0, WINDOWS)
        .flatMap((window) => lettersInLog(log, window, accounts));
      assert.ok(wanted.join('').includes('E') || wanted.join('').includes('V'), wanted.join(' '));
      let seen: string[] = [];
      const isThere = () => seen.some((_, at) => wanted.every((letters, k) => seen[at + k] === letters));
      await until(
        `the grid has what ${name} has: ${wanted.join(' ')}`,
        async () => {
          seen = await lettersInGrid(page);
          return isThere();
        },
        20_000,
      ).catch((thrown: Error) => assert.fail(`${thrown.message}; it has ${seen.join(' ')}`));
    }
  });

  test('nothing came from elsewhere and no policy was broken', () => assert.deepEqual(watched.faults, []));
});
