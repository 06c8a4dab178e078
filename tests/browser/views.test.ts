import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openPage, seriousFindings, startBrowser } from './support/browser.ts';
import { answers } from './support/fake-answers.ts';
import { type FakeServer, fakeHistory } from './support/fake-server.ts';

const ACCOUNT = 'member.aa';
/** Each view, and what is there when its answers came. */
const VIEWS = [
  { path: '#/live', title: 'Live', there: 'Latency of emitted blocks' },
  { path: '#/pay', title: 'Windows & pay', there: 'Closed epochs' },
  { path: '#/pay/141489299', title: 'Windows & pay', there: 'Window 141489299' },
  { path: '#/governance', title: 'Governance', there: 'Treasury' },
  { path: '#/join', title: 'Join', there: '5. How far you are' },
] as const;
const LOOKS = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: '360 px', options: { colorScheme: 'light', viewport: { width: 360, height: 740 }, hasTouch: true } },
] as const;

describe('the views', () => {
  let browser: Browser;
  let server: FakeServer;
  let url: string;

  before(async () => {
    browser = await startBrowser();
    server = fakeHistory(100, 1_700_000_004, 20, answers);
    url = await server.start();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const look of LOOKS) {
    test(`have nothing serious in them for axe-core, fit their window and keep the policy (${look.name})`, async () => {
      const { page, faults, close } = await openPage(browser, url, look.options);
      await remember(page, ACCOUNT);
      for (const view of VIEWS) {
        await show(page, view);
        await page.getByText(view.there, { exact: true }).first().waitFor();
        if (view.path === '#/governance') await openPanels(page);
        const found = await seriousFindings(page);
        assert.deepEqual(found, [], view.path);
        const { scrolls, inner } = await page.evaluate(() => {
          return { scrolls: document.documentElement.scrollWidth, inner: window.innerWidth };
        });
        assert.ok(scrolls <= inner, `${view.path} is ${scrolls} px wide in ${inner}`);
        assert.ok((await page.title()).startsWith(`${view.title} · poolbp`), await page.title());
      }
      await close();
      assert.deepEqual(faults, []);
    });
  }

  test('a window that is made narrow takes the grid with it: the newest slots stay in sight, and nothing scrolls sideways', async () => {
    const { page, close } = await openPage(browser, url);
    await page.getByRole('application').waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    const measured = () =>
      page.evaluate(() => {
        const right = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().right ?? 0;
        const widths = { scrolls: document.documentElement.scrollWidth, inner: window.innerWidth };
        return { ...widths, canvas: right('.grid-cells'), frame: right('.grid-scroll') };
      });
    await page.waitForFunction(() => {
      const right = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().right ?? 0;
      return right('.grid-cells') <= right('.grid-scroll');
    });
    const { scrolls, inner, frame } = await measured();
    assert.equal(inner, 360);
    assert.ok(scrolls <= inner, `${scrolls} px wide in ${inner}`);
    assert.ok(frame <= inner, `the grid ends at ${frame} px of ${inner}`);
    await close();
  });

  test('what is wider than 360 px scrolls inside of its own frame, by keyboard too', async () => {
    const { page, close } = await openPage(browser, url, { viewport: { width: 360, height: 740 } });
    let wider = 0;
    for (const view of VIEWS) {
      await show(page, view);
      await page.getByText(view.there, { exact: true }).first().waitFor();
      const frames = await page.locator('.wide').evaluateAll((all) =>
        all.map((one) => {
          const { left, right } = one.getBoundingClientRect();
          return { left, right, tab: (one as HTMLElement).tabIndex, hides: one.scrollWidth > one.clientWidth };
        }),
      );
      for (const { left, right, tab } of frames) assert.ok(left >= 0 && right <= 360 && tab === 0, view.path);
      wider += frames.filter(({ hides }) => hides).length;
      const found = await page.evaluate(() => {
        const isOut = (one: Element) => one.getBoundingClientRect().right > window.innerWidth + 0.5;
        const isHeld = (one: Element) => one.closest('.wide, .grid-scroll, .hidden, .skip') !== null;
        const out = [...document.querySelectorAll('main *')].filter((one) => isOut(one) && !isHeld(one));
        const { scrollWidth } = document.documentElement;
        const sideways = scrollWidth > window.innerWidth ? [`the page is ${scrollWidth} px wide`] : [];
        return [...sideways, ...out.map((one) => `${one.tagName} ${one.className}`)];
      });
      assert.deepEqual(found, [], view.path);
    }
    assert.ok(wider > 0, 'nothing of the test is wide');
    await close();
  });

  test('Copy puts the lines into the clipboard, and says so; where the browser forbids it, it says what to do', async () => {
    const { page, close } = await openPage(browser, url, { permissions: ['clipboard-read', 'clipboard-write'] });
    const lines = () => page.getByRole('figure', { name: 'Lines for config.ini' });
    await show(page, VIEWS[4]);
    await lines().getByRole('button', { name: 'Copy' }).click();
    await lines().getByText('Copied.').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await lines().locator('pre').last().textContent());
    assert.match(copied, /^producer-name = poolbp$/m);
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    });
    await lines().getByRole('button', { name: 'Copy' }).click();
    await lines().getByText('mark the text and copy it').waitFor();
    await close();
  });

  test('an answer that fails is one sentence, and the next good one takes its place', async () => {
    const { page, close } = await openPage(browser, `${url}#/governance`);
    server.answers = {};
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'there is no /api/pool here' }).waitFor();
    server.answers = answers;
    await page.getByRole('heading', { name: '4: changes the time of votes' }).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
    await close();
  });

  test('a proposal shows what would change, its tally and the time left, and the panel gives line, link and code', async () => {
    const { page, close } = await openPage(browser, url);
    await remember(page, ACCOUNT);
    await show(page, VIEWS[3]);
    const card = page.getByRole('article', { name: '4: changes the time of votes' });
    await card.getByText('1 of 3 say yes, 2 needed').waitFor();
    assert.equal(await card.locator('del').textContent(), '259,200 s (3 days)');
    assert.equal(await card.locator('ins').textContent(), '86,400 s (1 day)');
    assert.match((await card.locator('time').textContent()) ?? '', /^1 d 1? ?h? ?.*left$|^24 h .*left$|^1 d left$/);
    await card.getByRole('button', { name: 'Vote no' }).click();
    await card.getByText('cleos -u http').waitFor();
    const asked = server.requests.findLast((request) => request.startsWith('GET /api/action'));
    const query = new URLSearchParams(asked?.split('?')[1]);
    assert.equal(query.get('name'), 'vote');
    assert.equal(query.get('actor'), ACCOUNT);
    assert.equal(JSON.parse(query.get('data') ?? '{}').yes, false);
    assert.match((await card.getByRole('link', { name: /wallet/ }).getAttribute('href')) ?? '', /^esr:/);
    await card.getByRole('img', { name: /QR code/ }).waitFor();
    await close();
  });

  test('the whole page can be gone through by keyboard, and a new view takes the focus', async () => {
    const { page, close } = await openPage(browser, url);
    await page.getByRole('application').waitFor();
    const reached: string[] = [];
    for (let i = 0; i < 16; i++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(
          () => document.activeElement?.textContent || document.activeElement?.getAttribute('aria-label') || '',
        ),
      );
    }
    for (const wanted of ['Skip', 'Live', 'Windows & pay', 'Governance', 'Join', 'Older', 'Blocks, a row a member'])
      assert.ok(
        reached.some((text) => text.startsWith(wanted)),
        `${wanted} is not in ${reached.join(' | ')}`,
      );
    await page.getByRole('link', { name: 'Join' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Join' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    await close();
  });

  test('the theme is the system’s until the switch says otherwise, which is kept', async () => {
    const { page, close } = await openPage(browser, url, { colorScheme: 'dark' });
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), 'dark');
    await page.getByRole('button', { name: 'Light' }).click();
    assert.equal(await theme(), 'light');
    await page.reload();
    assert.equal(await theme(), 'light');
    await close();
  });

  test('the last slot is told in words, and not when that is switched off', async () => {
    const { page, close } = await openPage(browser, url);
    const told = page.locator('.announcer [role=status]');
    await told.filter({ hasText: /^slot \d+ of window \d+: .* emitted/ }).waitFor({ timeout: 15_000 });
    await page.getByLabel('Tell the last slot in words').uncheck();
    await told.filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
    await close();
  });
});

async function remember(page: Page, account: string): Promise<void> {
  await page.evaluate((value) => localStorage.setItem('bppool.account', value), account);
  await page.reload();
}

async function show(page: Page, { path, title }: (typeof VIEWS)[number]): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, path);
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

/** With a panel and everything that can be unfolded open. */
async function openPanels(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Vote yes' }).first().click();
  await page.getByText('cleos -u http').first().waitFor();
  await page.evaluate(() => {
    for (const one of document.querySelectorAll('details')) one.open = true;
  });
}
