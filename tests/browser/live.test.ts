import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { slotInWindow, windowOf } from '../../common/slot.ts';
import { openPage, startBrowser, type WatchedPage } from './support/browser.ts';
import { fakeColumn, fakeRows } from './support/fake-grid.ts';
import { type FakeServer, fakeHistory } from './support/fake-server.ts';
import { lettersInGrid } from './support/grid-pixels.ts';

const MEMBERS = 100;
/** First slot of a window. */
const NEXT = 1_700_000_004;

describe('the live view of 100 members', () => {
  let browser: Browser;
  let server: FakeServer;
  let url: string;
  let watched: WatchedPage;

  before(async () => {
    browser = await startBrowser();
    server = fakeHistory(MEMBERS, NEXT, 60);
    url = await server.start();
    watched = await openPage(browser, url);
    await watched.page.getByRole('application').waitFor();
  });
  after(async () => {
    await watched?.close();
    await browser?.close();
    await server?.stop();
  });

  test('every cell of the canvas shows the letter that the server told, also while columns move in', async () => {
    const { page } = watched;
    const columns = 4;
    for (let i = 0; i < columns; i++) server.tell(fakeColumn(NEXT + i, MEMBERS));
    const fit = Math.floor((await page.locator('.grid-frame').evaluate(({ clientWidth }) => clientWidth)) / 14);
    await expectGrid(Array.from({ length: fit }, (_, i) => fakeColumn(NEXT + columns - fit + i, MEMBERS).cells));
  });

  test('a column that changes is painted anew in its place', async () => {
    const before = fakeColumn(NEXT + 2, MEMBERS);
    const changed = { ...before, cells: 'I'.repeat(MEMBERS) };
    server.tell(changed);
    await untilLetters((letters) => letters.at(-2) === changed.cells);
    server.tell(before);
    await untilLetters((letters) => letters.at(-2) === before.cells);
  });

  test('keys go from cell to cell; the cell is told in words and with its block', async () => {
    const { page } = watched;
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    const slot = NEXT + 3;
    const name = fakeRows(MEMBERS)[0]?.account;
    const words = page.locator('#grid-cell');
    await words
      .filter({ hasText: `${name}, slot ${slotInWindow(slot)} of window ${windowOf(slot)}` })
      .waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowDown');
    await words.filter({ hasText: fakeRows(MEMBERS)[1]?.account ?? '' }).waitFor({ state: 'attached' });
    await page.getByRole('cell', { name: '12,346 B' }).first().waitFor();
    await page.keyboard.press('Control+End');
    await words.filter({ hasText: fakeRows(MEMBERS)[MEMBERS - 1]?.account ?? '' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await page.locator('.grid-ring').waitFor({ state: 'hidden' });
  });

  test('the pointer tells a cell, and a tap does', async () => {
    const { page } = watched;
    await page.locator('.grid-scroll').evaluate((element) => element.scrollTo(0, 0));
    const box = await page.locator('.grid-cells').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 3 * 14 + 5, box.y + 2 * 16 + 5);
    await page
      .locator('#grid-cell')
      .filter({ hasText: fakeRows(MEMBERS)[2]?.account ?? '' })
      .waitFor({ state: 'attached' });
    assert.equal(await page.locator('.grid-ring').isVisible(), true);
  });

  test('history is loaded when it is scrolled to, and Live comes back', async () => {
    const { page } = watched;
    const older = page.getByRole('button', { name: 'Older' });
    for (let i = 0; i < 12 && (await older.isEnabled()); i++) await older.click();
    const first = NEXT - 60 * 12;
    await untilLetters((letters) => letters[0] === fakeColumn(first, MEMBERS).cells);
    assert.equal(await older.isEnabled(), false);
    await page.getByRole('button', { name: 'Live' }).click();
    await untilLetters((letters) => letters.at(-1) === fakeColumn(NEXT + 3, MEMBERS).cells);
    const asked = server.requests.filter((request) => request.startsWith('GET /api/columns'));
    assert.equal(new Set(asked).size, asked.length, 'no page of the history is asked for twice');
  });

  test('the view of one emitter shows what it alone saw', async () => {
    const { page } = watched;
    await page.getByLabel('Seen by').selectOption('emitter2');
    await untilLetters((letters) => letters.at(-1) === fakeColumn(NEXT + 3, MEMBERS).views.emitter2);
    await page.getByLabel('Seen by').selectOption('');
    await untilLetters((letters) => letters.at(-1) === fakeColumn(NEXT + 3, MEMBERS).cells);
  });

  test('a stream that breaks is said, taken up again, and nothing is missing', async () => {
    const { page } = watched;
    server.dropStreams();
    server.columns.push(fakeColumn(NEXT + 4, MEMBERS));
    await page.getByText('connection to the page’s server is away').waitFor();
    await untilLetters((letters) => letters.at(-1) === fakeColumn(NEXT + 4, MEMBERS).cells);
    await page.getByText('connection to the page’s server is away').waitFor({ state: 'hidden' });
  });

  test('while far more columns come than a strip of the picture holds, one, some or many at once, every cell stays in its place', async () => {
    const fit = (await lettersInGrid(watched.page)).length;
    let next = NEXT + 5;
    for (const count of [1, 1, 3, 11, 12, 13, 25, 1, 2 * fit, 1]) {
      server.tell(...Array.from({ length: count }, (_, i) => fakeColumn(next + i, MEMBERS)));
      next += count;
      await expectGrid(Array.from({ length: fit }, (_, i) => fakeColumn(next - fit + i, MEMBERS).cells));
    }
  });

  test('the plot is not drawn while nobody sees it, and shows the newest when somebody does', async () => {
    const { page, faults, close } = await openPage(browser, url, { viewport: { width: 1280, height: 400 } });
    await page.getByRole('application').waitFor();
    const plot = page.locator('.plot canvas');
    const picture = () => plot.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await page.locator('.plot').scrollIntoViewIfNeeded();
    const note = page.locator('.plot + .note');
    await note.filter({ hasText: 'blocks arrive' }).waitFor();
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const before = await picture();
    const { slot } = server.columns.at(-1) ?? assert.fail('no column');
    const slow = fakeColumn(slot + 1, MEMBERS);
    const emitted = slow.emitted ?? assert.fail('nothing left');
    server.tell({ ...slow, emitted: { ...emitted, arrivedMs: 480, addedUs: 9_000 } });
    await untilLetters((letters) => letters.at(-1) === slow.cells, page);
    assert.equal(await picture(), before, 'drawn out of sight');
    await page.locator('.plot').scrollIntoViewIfNeeded();
    const end = Date.now() + 15_000;
    while ((await picture()) === before) assert.ok(Date.now() < end, 'the plot still shows what was before');
    await close();
    assert.deepEqual(faults, []);
  });

  test('on a screen whose pixels are no whole part of a cell the pointer tells the cell under it', async () => {
    const { page, faults, close } = await openPage(browser, url, { deviceScaleFactor: 1.25 });
    await page.getByRole('application').waitFor();
    const box = await page.locator('.grid-cells').boundingBox();
    assert.ok(box);
    const count = Math.round(box.width / 14);
    await page.mouse.move(box.x + (count - 1) * 14 + 5, box.y + 3 * 16 + 5);
    const words = page.locator('#grid-cell').filter({ hasText: fakeRows(MEMBERS)[3]?.account ?? '' });
    await words.waitFor({ state: 'attached' });
    const { slot } = server.columns.at(-1) ?? assert.fail('no column');
    const place = `slot ${slotInWindow(slot)} of window ${windowOf(slot)}`;
    assert.ok((await words.textContent())?.includes(place), `${await words.textContent()} is not the last, ${place}`);
    // The ring lies around the cell as it is painted: it ends where the grid does.
    const ring = await page.locator('.grid-ring').boundingBox();
    assert.ok(ring && Math.abs(ring.x + ring.width - (box.x + box.width)) < 1, `${JSON.stringify({ ring, box })}`);
    await close();
    assert.deepEqual(faults, []);
  });

  test('nothing violated the policy, went elsewhere or threw', () => {
    assert.deepEqual(watched.faults, []);
  });

  async function untilLetters(wanted: (letters: string[]) => boolean, page = watched.page): Promise<void> {
    const end = Date.now() + 15_000;
    for (;;) {
      const letters = await lettersInGrid(page);
      if (wanted(letters)) return;
      if (Date.now() > end) assert.fail(`the last column is ${letters.at(-1)}`);
    }
  }

  async function expectGrid(wanted: string[]): Promise<void> {
    const end = Date.now() + 15_000;
    let letters = await lettersInGrid(watched.page);
    while (letters.join() !== wanted.join() && Date.now() < end) letters = await lettersInGrid(watched.page);
    assert.deepEqual(letters, wanted);
  }
});
