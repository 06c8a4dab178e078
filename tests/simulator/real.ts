import { parseArgs } from 'node:util';
import { untilSignal } from '../../cli/run/signals.ts';
import { sentence } from '../../common/errors.ts';
import { Lab } from '../experiments/lab/lab.ts';
import { ActualPool } from './real/actual.ts';
import { differences, SCENARIOS } from './real/scenarios.ts';
import { playVirtual } from './real/virtual.ts';

/**
 * `node tests/simulator/real.ts [--only TEXT] [--virtual] [--keep]`: plays each scenario with virtual nodes and with real
 * ones and compares. Exit code 1 when they differ.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      virtual: { type: 'boolean' },
      keep: { type: 'boolean' },
    },
  });
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(values.only ?? ''));
  const say = (text: string) => process.stdout.write(`${text}\n`);
  if (values.virtual) {
    for (const scenario of scenarios) say(`${scenario.name}\n  virtual ${JSON.stringify(playVirtual(scenario))}`);
    return;
  }
  const lab = new Lab('simulator');
  const { received } = untilSignal();
  const interrupted = received.then(() => Promise.reject(new Error('interrupted')));
  let different = 0;
  const play = async () => {
    const actual = await ActualPool.start(lab);
    for (const scenario of scenarios) {
      const virtual = playVirtual(scenario);
      const real = await actual.play(scenario);
      const found = differences(virtual, real);
      if (found.length > 0) different++;
      say(`${found.length === 0 ? 'same' : `DIFFERENT in ${found.join(', ')}`}: ${scenario.name}`);
      say(`  virtual ${JSON.stringify(virtual)}\n  real    ${JSON.stringify(real)}`);
    }
    say(`${scenarios.length - different} of ${scenarios.length} scenarios are the same`);
  };
  try {
    await Promise.race([play(), interrupted, lab.failed]);
    process.exitCode = different > 0 ? 1 : 0;
  } catch (thrown) {
    process.stderr.write(`${sentence(thrown)}\n`);
    process.exitCode = 1;
  } finally {
    await lab.stop(values.keep ?? false);
  }
  // Requests to nodes that were just stopped may still be under way.
  process.exit();
}

await main();
