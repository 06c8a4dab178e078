import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { choose } from './choose/steps.ts';
import { Coverage } from './drive/coverage.ts';
import { EMPTY_PROPOSAL } from './drive/crew.ts';
import { claimsPayWhatIsOwed, dustMovesNoMoreThanItself } from './drive/properties.ts';
import { Disagreement, type Session } from './drive/session.ts';
import { prepare, START_SHARES } from './drive/starts.ts';

// One of the workers: a share of the sequences, each a list of numbers by which steps are chosen.

export interface Task {
  seed: number;
  path: string | undefined;
  sequences: number;
  steps: number;
}

export interface Outcome {
  steps: number;
  sequences: number;
  failure: string | undefined;
  coverage: ReturnType<Coverage['plain']>;
}

const DUST = 3n;
const EMPTY: Record<string, unknown> = EMPTY_PROPOSAL;

export async function run(task: Task): Promise<Outcome> {
  const coverage = new Coverage();
  const sessions = new Map<string, Session>();
  for (const [name] of START_SHARES) sessions.set(name, await prepare(name, coverage));
  const starts = START_SHARES.map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) }));
  // A step that is left out is the only simpler one: another number would be quite another step.
  const number = fc.option(fc.noShrink(fc.noBias(fc.nat(0xffff_ffff))), { freq: 1_000_000_000 });
  const numbers = fc.array(number, { minLength: task.steps, maxLength: task.steps });
  let steps = 0;
  let sequences = 0;
  let shown = '';
  const property = fc.property(fc.noShrink(fc.oneof(...starts)), numbers, (name, chosen) => {
    const session = sessions.get(name) as Session;
    session.reset();
    sequences++;
    try {
      steps += play(session, chosen);
    } catch (thrown) {
      shown = `from "${name}": ${(thrown as Error).message}\n${show(session)}`;
      if (!(thrown instanceof Disagreement)) shown += `\n${(thrown as Error).stack}`;
      throw thrown;
    }
  });
  const { seed, path, sequences: numRuns } = task;
  const details = fc.check(property, { seed, numRuns, ...(path ? { path } : {}) });
  const replay = `POOL_SEED=${details.seed}:${details.counterexamplePath} replays it`;
  const failure = details.failed ? `after ${details.numShrinks} simplifications, ${shown}\n${replay}` : undefined;
  return { steps, sequences, failure, coverage: coverage.plain() };
}

function play(session: Session, chosen: (number | null)[]): number {
  let steps = 0;
  for (const number of chosen) {
    if (number === null) continue;
    const step = choose(session.pool, number);
    if (step.do === 'act' && step.action === 'close') session.demand(dustMovesNoMoreThanItself(session, DUST));
    session.step(step);
    steps++;
  }
  session.demand(claimsPayWhatIsOwed(session));
  return steps;
}

function show(session: Session): string {
  const text = (value: unknown) =>
    JSON.stringify(value, (name, one) => {
      // What a proposal carries without need.
      if (name in EMPTY && String(EMPTY[name]) === String(one)) return undefined;
      return typeof one === 'bigint' ? String(one) : one;
    });
  return session.log.map((step, i) => `  ${i + 1}. ${text(step)}`).join('\n');
}

if (parentPort) {
  const outcome = await run(workerData as Task);
  parentPort.postMessage(outcome);
}
