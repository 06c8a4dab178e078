/** Quiet zone around a QR code, in modules. Source: ISO/IEC 18004, 5.3.8. */
const QUIET = 4;

/** The dark modules of a QR code as an SVG path with one unit a module, and the side of its view box, quiet zone included. */
export function qrPath(rows: readonly string[]): { side: number; path: string } {
  const runs = rows.flatMap((row, y) => {
    return [...row.matchAll(/#+/g)].map(
      (run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`,
    );
  });
  return { side: rows.length + 2 * QUIET, path: runs.join('') };
}
