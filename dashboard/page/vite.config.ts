import { defineConfig } from 'vite';

/** The page's build: everything in files of its own (no inline script or style, no data: URL), so that the strictest CSP holds. */
export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the page also works below a path of a reverse proxy.
  base: './',
  logLevel: 'warn',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: 'es2022',
  },
});
