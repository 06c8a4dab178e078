import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runMain } from '../common/errors.ts';
import { addRicardian } from './abi.ts';
import { type BuiltContract, compileContract } from './compile.ts';
import { PERMISSIONLESS } from './permissionless.ts';
import { ricardianClauses, ricardianTexts } from './ricardian.ts';

const MAX_WASM_BYTES = 150_000;

/** The hash of the code that these sources give, for `sha256sum --check` in contracts/target; a test compares it. */
export const HASH_FILE = join(import.meta.dirname, 'pool.wasm.sha256');

/** Builds contracts/target/pool.wasm and pool.abi, unless the sources are those of the last build. */
export function buildContract(options: { force?: boolean } = {}): BuiltContract {
  return compileContract(
    {
      name: 'pool',
      folder: join(import.meta.dirname, 'pool'),
      entry: 'pool.contract.ts',
      target: join(import.meta.dirname, 'target'),
      maxBytes: MAX_WASM_BYTES,
      finish: (abi) => addRicardian(abi, ricardianTexts, ricardianClauses),
      inputs: ['build.ts', 'permissionless.ts', 'ricardian.ts'].map((file) => join(import.meta.dirname, file)),
      permissionless: Object.keys(PERMISSIONLESS),
    },
    options.force,
  );
}

/** The one line of HASH_FILE. */
export function hashLine(built: BuiltContract): string {
  return `${built.sha256}  pool.wasm\n`;
}

if (import.meta.main) {
  runMain('contracts/build', async () => {
    const { values } = parseArgs({
      options: { force: { type: 'boolean' }, record: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(
        'usage: node contracts/build.ts [--force] [--record]\n' +
          '  --force   compile also when the sources are unchanged\n' +
          '  --record  write the hash of the code to contracts/pool.wasm.sha256, to be committed with the sources\n',
      );
      return;
    }
    const built = buildContract(values);
    if (values.record) writeFileSync(HASH_FILE, hashLine(built));
    const how = built.rebuilt ? 'built' : 'unchanged';
    process.stdout.write(
      `${relative(process.cwd(), built.wasm)} ${how}: ${built.bytes} bytes, sha256 ${built.sha256}\n`,
    );
  });
}
