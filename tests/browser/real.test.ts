import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { amountText } from '../../common/amount.ts';
import { action, ChainClient } from '../../common/chain.ts';
import { readSeats } from '../../common/governance/members.ts';
import { readClaims } from '../../common/governance/pool.ts';
import { type Credit, readCredits } from '../../common/governance/treasury.ts';
import { namesIn, readWindows } from '../../common/governance/windows.ts';
import { keyId } from '../../common/keys.ts';
import { firstSlot, SLOTS_PER_WINDOW } from '../../common/slot.ts';
import type { PayAnswer, WindowsAnswer } from '../../dashboard/api.ts';
import { decide, propose } from '../../deploy/govern.ts';
import { admit, chooseBy } from '../../deploy/motions.ts';
import { Supervisor } from '../../devnet/supervisor.ts';
import { LONG } from '../support/nats.ts';
import { PoolCommand, scratch, until } from '../support/processes.ts';
import { type RunFile, readRunFile } from '../support/run-file.ts';
import { openPage, startBrowser, type WatchedPage } from './support/browser.ts';
import { lettersInGrid } from './support/grid-pixels.ts';
import { noteHeard } from './support/heard.ts';
import { closedWindows, hasRescue, lettersInLog, signers } from './support/log-letters.ts';
import { Newcomer } from './support/newcomer.ts';
import { takeScreenshots } from './support/screenshots.ts';

const ACCOUNT = 'newcomer';

/** Rows of a CSV by the names in its head. Nothing in these has quotes. */
function csvRows(text: string): Record<string, string>[] {
  const [head = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
}

describe('the page of a running pool', { timeout: 600_000 }, () => {
  const endings: (() => unknown)[] = [];
  const supervisor = new Supervisor();
  let command: PoolCommand;
  let dir: string;
  let base: string;
  let run: RunFile;
  let browser: Browser;
  let watched: WatchedPage;
  let newcomer: Newcomer;

  before(async () => {
    base = scratch({ after: (end) => endings.push(end) });
    dir = path.join(base, 'run');
    command = new PoolCommand(['up', '--producers', '1', '--kill', 'leader@2:5', '--dir', dir]);
    browser = await startBrowser();
    await command.said(/running in/);
    run = readRunFile(dir);
    watched = await openPage(browser, run.dashboard ?? '', {}, noteHeard);
    await watched.page.getByRole('application').waitFor();
  });
  after(async () => {
    await browser?.close();
    await supervisor.stopAll();
    await newcomer?.end();
    await command.stop();
    for (const end of endings) await end();
  });

  /** Accounts in the order of the grid's rows. */
  function rows(): Promise<string[]> {
    return watched.page.locator('.grid-names li').evaluateAll((items) => items.map((item) => item.textContent ?? ''));
  }

  /** Waits until the grid has these columns side by side. */
  async function expectColumns(wanted: readonly string[]): Promise<void> {
    let seen: string[] = [];
    const isThere = () => seen.some((_, at) => wanted.every((letters, k) => seen[at + k] === letters));
    const end = performance.now() + 20_000;
    do seen = await lettersInGrid(watched.page);
    while (!isThere() && performance.now() < end);
    assert.ok(isThere(), `the log has\n${wanted.join(' ')}\nand the grid\n${seen.join(' ')}`);
  }

  function untilClosed(count: number): Promise<void> {
    return until(`${count} windows`, () => closedWindows(run).length >= count);
  }

  test('the grid’s marks are the log’s for three windows, one with a member killed', async () => {
    await untilClosed(3);
    const windows = closedWindows(run).slice(0, 3);
    assert.ok(
      windows.some((window) => hasRescue(run, window)),
      'a window has a rescue',
    );
    const accounts = await rows();
    assert.deepEqual([...accounts].sort(), run.members.map(({ account }) => account).sort());
    await expectColumns(windows.flatMap((window) => lettersInLog(run, window, accounts)));
  });

  test('a server killed in the middle comes back, and the page hears each slot, each change once and in order', async () => {
    const before = closedWindows(run).length;
    const pid = run.others.find(({ name }) => name === 'dashboard')?.pid;
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await watched.page.getByText('connection to the page’s server is away').waitFor();
    await until('the server again', () => {
      const now = readRunFile(dir).others.find(({ name }) => name === 'dashboard')?.pid;
      return typeof now === 'number' && now !== pid;
    });
    await untilClosed(before + 2);
    const windows = closedWindows(run).slice(before - 1);
    const accounts = await rows();
    await expectColumns(windows.flatMap((window) => lettersInLog(run, window, accounts)));
    const heard = await watched.page.evaluate(() => window.heard);
    const slots = new Set(heard.flatMap((event) => event.slots));
    const wanted = windows.flatMap((window) =>
      Array.from({ length: SLOTS_PER_WINDOW }, (_, k) => firstSlot(window) + k),
    );
    assert.deepEqual(
      wanted.filter((slot) => !slots.has(slot)),
      [],
    );
    assert.deepEqual(
      heard.map(({ type }) => type).filter((type) => type === 'reset').length,
      1,
      'it went on where it stopped',
    );
    const changes = heard.map(({ id }) => Number(id.split('.')[1]));
    assert.deepEqual(
      changes,
      [...new Set(changes)].sort((a, b) => a - b),
    );
  });

  test('the CSV that the page links is the chain’s: windows with their shares, and what each member is owed', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Windows & pay' }).click();
    const text = async (name: string) => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name }).click();
      return csvRows(readFileSync(await (await download).path(), 'utf8'));
    };
    const chain = new ChainClient(run.publicApi);
    const decided = (await readWindows(chain, run.dac)).slice(0, 3);
    assert.equal(decided.length, 3);
    const seats = await readSeats(chain, run.dac);
    const wanted = decided.map(({ window, hash, eligible }) => ({
      window,
      hash,
      eligible: namesIn(eligible, seats).sort(),
    }));
    await untilServed<WindowsAnswer>('/api/windows', ({ windows }) =>
      decided.every(({ window }) => windows.some(({ id, isFinal }) => id === window && isFinal)),
    );
    const rows = await text('Windows as CSV');
    const got = decided.map(({ window }) => {
      const own = rows.filter((row) => Number(row.window) === window);
      return {
        window,
        hash: own[0]?.report,
        eligible: own
          .filter((row) => row.eligible === 'true')
          .map((row) => row.member)
          .sort(),
      };
    });
    assert.deepEqual(got, wanted);
    await payday();
    let credits: Credit[] = [];
    const asOnChain = (members: Record<string, unknown>[]) =>
      credits.length === run.members.length &&
      credits.every(({ account, ...credit }) => {
        const row = members.find((one) => one.account === account);
        const names = ['owed', 'credited', 'paid'] as const;
        return names.every((name) => row?.[name] === amountText(credit[name], run.coreSymbol));
      });
    await untilServed<PayAnswer>('/api/pay', async ({ members }) => {
      credits = await readCredits(chain, run.dac);
      return asOnChain(members.map((member) => ({ ...member })));
    });
    const pay = await text('Pay as CSV');
    assert.ok(asOnChain(pay), `the CSV has ${JSON.stringify(pay)}`);
    assert.ok(credits.some(({ paid }) => paid > 0n));
    await page.getByRole('link', { name: 'Live' }).click();
  });

  test('who is no member yet comes from nothing to its first green slot by what the page gives', LONG, async () => {
    const { page } = watched;
    const home = path.join(base, 'newcomer');
    mkdirSync(home);
    newcomer = new Newcomer(ACCOUNT, home, run, dir);
    await newcomer.makeAccount();
    await newcomer.makeProof();
    await page.getByRole('link', { name: 'Join' }).click();
    await page.getByLabel('Account').fill(ACCOUNT);
    await page.getByLabel('What it printed').fill(newcomer.line);
    await page.getByLabel('Version of nodeos').selectOption('leap4');
    const config = page
      .getByRole('figure', { name: 'Lines for config.ini' })
      .locator('pre')
      .filter({ hasText: newcomer.key });
    await newcomer.startNode(supervisor, (await config.textContent()) ?? '');
    const line = page.getByRole('figure', { name: 'For a shell' }).locator('pre');
    await newcomer.push((await line.textContent()) ?? '');
    await check('application', 'done');
    await check('admitted', 'waiting');
    await decide(
      newcomer.chain,
      run.dac,
      run.members.map(({ account }) => account),
      [admit(ACCOUNT)],
    );
    for (const name of ['application', 'agreement', 'reachable', 'admitted', 'key', 'synced', 'session'])
      await check(name, 'done');
    await page.getByRole('link', { name: 'Live' }).click();
    await until('a green slot of the newcomer', async () => {
      const row = (await rows()).indexOf(ACCOUNT);
      return row >= 0 && (await lettersInGrid(page)).some((letters) => letters[row] === 'E');
    });
    const accounts = await rows();
    const keys = signers(run).set(keyId(newcomer.key), ACCOUNT);
    const last = closedWindows(run).at(-1) ?? 0;
    await expectColumns(lettersInLog(run, last, accounts, keys));
  });

  test('pictures for the docs', {
    skip: process.env.BROWSER_SCREENSHOTS ? false : 'BROWSER_SCREENSHOTS asks for them',
  }, async () => {
    const [member = ''] = run.members.map(({ account }) => account);
    const keys = JSON.parse(readFileSync(run.keys, 'utf8')) as Record<string, string>;
    const chain = new ChainClient(run.publicApi, Object.values(keys));
    await propose(chain, run.dac, member, [chooseBy('sticky:hold=3', 'propose')]);
    await takeScreenshots(browser, run.dashboard ?? '', member);
  });

  test('nothing violated the policy, went elsewhere or threw', () => {
    assert.deepEqual(watched.faults, []);
  });

  /** Anybody may push these; what a keeper did before is refused. One member claims. */
  async function payday(): Promise<void> {
    const keys = JSON.parse(readFileSync(run.keys, 'utf8')) as Record<string, string>;
    const chain = new ChainClient(run.publicApi, Object.values(keys));
    const [member = ''] = run.members.map(({ account }) => account);
    const push = (name: string, data: object) =>
      chain.transact([action(run.dac, name, data, member)]).catch(() => null);
    await until('a member paid', async () => {
      for (const { id } of await readClaims(chain, run.dac)) await push('harvest', { id });
      await push('cut', {});
      await push('close', {});
      await push('claim', { account: member, token: 0 });
      return (await readCredits(chain, run.dac)).some(({ paid }) => paid > 0n);
    });
  }

  /** Waits until the page's server knows something, asking it once a second: it lets 20 CSV files out a minute. */
  async function untilServed<T>(url: string, isThere: (answer: T) => boolean | Promise<boolean>): Promise<void> {
    await until(url, async () => {
      const answer = await fetch(new URL(url, run.dashboard ?? undefined));
      if (answer.ok && (await isThere((await answer.json()) as T))) return true;
      await sleep(1000);
      return false;
    });
  }

  async function check(name: string, state: string): Promise<void> {
    await watched.page.locator(`[data-check="${name}"][data-state="${state}"]`).waitFor({ timeout: 120_000 });
  }
});
