import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { openPage } from './browser.ts';

export const FOLDER = path.join(import.meta.dirname, '../../../docs/screenshots');
const WIDE = { width: 1100, height: 760 };
const NARROW = { width: 360, height: 740 };

/** `hash`: the part of the address behind "#". */
const PICTURES = [
  { name: 'live-light', hash: '#/live', viewport: WIDE, colorScheme: 'light' },
  { name: 'live-dark', hash: '#/live', viewport: WIDE, colorScheme: 'dark' },
  { name: 'pay', hash: '#/pay', viewport: WIDE, colorScheme: 'light' },
  { name: 'governance', hash: '#/governance', viewport: WIDE, colorScheme: 'light' },
  { name: 'join', hash: '#/join', viewport: WIDE, colorScheme: 'light' },
  { name: 'narrow', hash: '#/live', viewport: NARROW, colorScheme: 'light' },
] as const;

/** Takes pictures of the page for the docs, with this account as the visitor's. */
export async function takeScreenshots(browser: Browser, url: string, account: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, hash, viewport, colorScheme } of PICTURES) {
    const { page, close } = await openPage(browser, url, { viewport, colorScheme });
    await page.evaluate((text) => localStorage.setItem('bppool.account', text), account);
    await page.evaluate((text) => {
      window.location.hash = text;
    }, hash);
    await page.reload({ waitUntil: 'load' });
    await page.waitForFunction(() => !document.body.textContent?.includes('Reading the chain'));
    if (hash === '#/live') {
      await page.getByRole('application').focus();
      await page.keyboard.press('ArrowRight');
      await page.locator('section[aria-label="Candidates"]').waitFor();
    } else await page.locator('table, .checks li').first().waitFor();
    await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
    await close();
  }
}
