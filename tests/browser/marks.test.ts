import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openPage, startBrowser } from './support/browser.ts';
import { DEFICIENCIES, lightness, type Pixel, seenWith } from './support/colour-vision.ts';
import { type FakeServer, fakeHistory } from './support/fake-server.ts';

/** Of 255: two marks whose pixels differ by less on average could be taken for each other. Between 5 and 10 a difference is seen when one looks for it. */
const LEAST_DIFFERENCE = 20;

describe('the marks of the grid', () => {
  let browser: Browser;
  let server: FakeServer;
  let url: string;

  before(async () => {
    browser = await startBrowser();
    server = fakeHistory(3, 1_700_000_004, 2);
    url = await server.start();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`are told apart with every kind of colour vision, and by lightness alone (${colorScheme})`, async () => {
      const { page, close } = await openPage(browser, url, { colorScheme });
      await page.locator('.legend canvas').first().waitFor();
      const samples = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLCanvasElement>('.legend canvas')].map((canvas) => ({
          cell: canvas.dataset.cell ?? '',
          data: [...(canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [])],
        })),
      );
      await close();
      assert.deepEqual(samples.map(({ cell }) => cell).sort(), ['.', 'E', 'I', 'L', 'S', 'V']);
      for (const kind of ['none', ...DEFICIENCIES, 'lightness'] as const) {
        const seen = samples.map(({ cell, data }) => ({
          cell,
          pixels: pixelsOf(data).map((pixel) => look(pixel, kind)),
        }));
        for (const [i, one] of seen.entries()) {
          for (const other of seen.slice(i + 1)) {
            const by = difference(one.pixels, other.pixels);
            assert.ok(by >= LEAST_DIFFERENCE, `${one.cell} and ${other.cell} differ by ${by.toFixed(1)} with ${kind}`);
          }
        }
      }
    });
  }

  test('a simulated red and green of equal lightness are one colour to who lacks one of the two', () => {
    const [red, green]: [Pixel, Pixel] = [
      [200, 80, 60],
      [110, 117, 60],
    ];
    const apart = (kind: (typeof DEFICIENCIES)[number]) => difference([seenWith(red, kind)], [seenWith(green, kind)]);
    assert.ok(difference([red], [green]) > 35);
    assert.ok(apart('deuteranopia') < 25, `${apart('deuteranopia')}`);
  });
});

function look(pixel: Pixel, kind: 'none' | 'lightness' | (typeof DEFICIENCIES)[number]): Pixel {
  if (kind === 'none') return pixel;
  if (kind !== 'lightness') return seenWith(pixel, kind);
  const level = lightness(pixel);
  return [level, level, level];
}

function pixelsOf(data: readonly number[]): Pixel[] {
  return Array.from({ length: data.length / 4 }, (_, i) => data.slice(i * 4, i * 4 + 3) as unknown as Pixel);
}

function difference(a: readonly Pixel[], b: readonly Pixel[]): number {
  const sums = a.map((pixel, i) => pixel.reduce((sum, value, at) => sum + Math.abs(value - (b[i]?.[at] ?? 0)), 0) / 3);
  return sums.reduce((sum, value) => sum + value, 0) / a.length;
}
