import type { Page } from 'playwright-core';

/**
 * Reads the grid off its canvas: for each column that is seen a letter a row. Each cell's pixels are compared with those of the legend's
 * samples, which the page paints beside it; a cell that is like none of them is "?".
 */
export function lettersInGrid(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pixels = (canvas: HTMLCanvasElement) =>
      canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) as ImageData;
    const samples = [...document.querySelectorAll<HTMLCanvasElement>('.legend canvas')].map((canvas) => {
      return { letter: canvas.dataset.cell ?? '?', image: pixels(canvas) };
    });
    const grid = document.querySelector<HTMLCanvasElement>('.grid-cells');
    const [first] = samples;
    if (!grid || !first) return [];
    const { width, height } = first.image;
    const whole = pixels(grid);
    // The first pixels of a column may be a window's border.
    const left = 2 * Math.ceil(window.devicePixelRatio);
    const difference = (image: ImageData, x: number, y: number) => {
      let sum = 0;
      for (let row = 0; row < height; row++) {
        for (let column = left; column < width; column++) {
          const [a, b] = [(row * width + column) * 4, ((y + row) * whole.width + x + column) * 4];
          for (let i = 0; i < 3; i++) sum += Math.abs((image.data[a + i] ?? 0) - (whole.data[b + i] ?? 0));
        }
      }
      return sum / (height * (width - left));
    };
    const rows = Math.floor(whole.height / height);
    return Array.from({ length: Math.floor(whole.width / width) }, (_, column) => {
      return Array.from({ length: rows }, (_, row) => {
        const found = samples.map(({ letter, image }) => ({
          letter,
          by: difference(image, column * width, row * height),
        }));
        const best = found.reduce((a, b) => (b.by < a.by ? b : a));
        return best.by < 3 ? best.letter : '?';
      }).join('');
    });
  });
}
