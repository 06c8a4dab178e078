import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runMain } from '../common/errors.ts';
import { addRicardian } from './abi.ts';
import { type BuiltContract, compileContract } from './compile.ts';
import { ricardianClauses, ricardianTexts } from './ricardian.ts';

const MAX_WASM_BYTES = 150_000;

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
      inputs: ['build.ts', 'ricardian.ts'].map((file) => join(import.meta.dirname, file)),
    },
    options.force,
  );
}

if (import.meta.main) {
  runMain('contracts/build', async () => {
    const { values } = parseArgs({ options: { force: { type: 'boolean' }, help: { type: 'boolean' } } });
    if (values.help) {
      process.stdout.write(
        'usage: node contracts/build.ts [--force]\n  --force  compile also when the sources are unchanged\n',
      );
      return;
    }
    const built = buildContract(values);
    const how = built.rebuilt ? 'built' : 'unchanged';
    process.stdout.write(
      `${relative(process.cwd(), built.wasm)} ${how}: ${built.bytes} bytes, sha256 ${built.sha256}\n`,
    );
  });
}
