import type { Page } from 'playwright-core';

/**
 * Reads the grid off its canvases: for each column that is seen a letter a row. Each cell's pixels are compared with those of the legend's
 * samples, which the page paints beside it; a cell that is not exactly one of them is "?".
 */
export function lettersInGrid(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pixels = (canvas: HTMLCanvasElement) => {
      const image = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
      return new Uint32Array(image?.data.buffer ?? new ArrayBuffer(0));
    };
    const samples = [...document.querySelectorAll<HTMLCanvasElement>('.legend canvas')];
    const known = samples.map((canvas) => ({ letter: canvas.dataset.cell ?? '?', image: pixels(canvas) }));
    const grid = document.querySelector<HTMLElement>('.grid-cells');
    const [first] = samples;
    if (!grid || !first) return [];
    const { width, height } = first;
    const whole = document.createElement('canvas');
    const ratio = width / 14;
    [whole.width, whole.height] = [grid.clientWidth * ratio, grid.clientHeight * ratio];
    // As the strips lie: what hangs over the grid's sides is cut off.
    for (const strip of grid.querySelectorAll('canvas')) {
      const x = strip.getBoundingClientRect().left - grid.getBoundingClientRect().left;
      whole.getContext('2d')?.drawImage(strip, Math.round(x * ratio), 0);
    }
    const seen = pixels(whole);
    // The first pixels of a column may be a window's border.
    const left = 2 * Math.ceil(window.devicePixelRatio);
    const isAt = (image: Uint32Array, x: number, y: number) => {
      for (let row = 0; row < height; row++) {
        for (let column = left; column < width; column++) {
          if (image[row * width + column] !== seen[(y + row) * whole.width + x + column]) return false;
        }
      }
      return true;
    };
    return Array.from({ length: Math.floor(whole.width / width) }, (_, column) => {
      return Array.from({ length: Math.floor(whole.height / height) }, (_, row) => {
        return known.find(({ image }) => isAt(image, column * width, row * height))?.letter ?? '?';
      }).join('');
    });
  });
}
