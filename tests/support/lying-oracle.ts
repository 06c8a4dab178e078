import { registerHooks } from 'node:module';

/** The real oracle, but that each of its reports leaves one member out: what it makes reports with is exchanged. */
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isBuild = found.url.endsWith('/oracle/report/build.ts') && !context.parentURL?.endsWith('/lying-build.ts');
    return isBuild ? { ...found, url: new URL('./lying-build.ts', import.meta.url).href } : found;
  },
});

await import('../../oracle/main.ts');
