import { parseArgs } from 'node:util';
import { check, checkAgreement, emptyTally, type Tally, type Violation } from './check.ts';
import { drawPlan, type Plan } from './plan.ts';
import { shrink } from './shrink.ts';
import { play } from './world.ts';

/** Pool windows of one world. */
const WINDOWS = 20;

export interface Report {
  seed: number;
  worlds: number;
  tally: Tally;
  seconds: number;
  failures: { seed: number; violations: Violation[] }[];
}

/** Plays worlds until so many pool slots went by. Each world's seed is the run's seed plus its number. */
export function simulate(slots: number, seed: number, stopAtFailure: boolean): Report {
  const tally = emptyTally();
  const report: Report = { seed, worlds: 0, tally, seconds: 0, failures: [] };
  const start = performance.now();
  while (tally.slots < slots && (report.failures.length === 0 || !stopAtFailure)) {
    const worldSeed = seed + report.worlds++;
    const found = broken(drawPlan(worldSeed, WINDOWS), tally);
    if (found.length > 0) report.failures.push({ seed: worldSeed, violations: found });
  }
  report.seconds = (performance.now() - start) / 1000;
  return report;
}

/** What a plan's world broke; a throw is a violation, too. */
export function broken(plan: Plan, into?: Tally): Violation[] {
  try {
    const played = play(plan);
    const { tally, violations } = check(played);
    if (into) add(into, tally);
    return [...violations, ...checkAgreement(played)];
  } catch (thrown) {
    return [{ rule: 'throw', window: -1, text: String((thrown as Error).stack ?? thrown) }];
  }
}

function add(into: Tally, one: Tally): void {
  for (const key of ['slots', 'missed', 'rescues', 'replaced', 'orphaned', 'switches'] as const) into[key] += one[key];
  for (const key of ['missedBy', 'excused', 'poisoned'] as const)
    for (const [name, count] of Object.entries(one[key])) into[key][name] = (into[key][name] ?? 0) + count;
}

function counts(record: Record<string, number>): string {
  const parts = Object.entries(record).map(([name, count]) => `${name} ${count}`);
  return parts.length > 0 ? parts.join(', ') : 'none';
}

export function lines({ seed, worlds, tally, seconds, failures }: Report): string[] {
  return [
    `seed ${seed}: ${tally.slots} pool slots in ${worlds} worlds, ${Math.round(tally.slots / seconds)} slots/s`,
    `missed ${tally.missed}, rescues ${tally.rescues}, replaced ${tally.replaced}, public fork switches ${tally.switches}`,
    `blocks of the producer before that the pool built below: ${tally.orphaned}`,
    `missed by what went wrong in the window: ${counts(tally.missedBy)}`,
    `missed though a member covered them: ${counts(tally.excused)}`,
    `pool blocks dropped by producing members: ${counts(tally.poisoned)}`,
    `worlds that broke a rule: ${failures.length}`,
  ];
}

function main(): void {
  const { values } = parseArgs({
    options: {
      slots: { type: 'string' },
      seed: { type: 'string' },
      world: { type: 'string' },
      all: { type: 'boolean' },
    },
  });
  if (values.world !== undefined) return showWorld(Number(values.world));
  const report = simulate(Number(values.slots ?? 100_000), Number(values.seed ?? 1), !values.all);
  process.stdout.write(`${lines(report).join('\n')}\n`);
  for (const { seed, violations } of report.failures.slice(0, 20)) {
    for (const { rule, window, text } of violations.slice(0, 3))
      process.stdout.write(`world ${seed}, window ${window}: ${rule}: ${text}\n`);
  }
  const [first] = report.failures;
  if (first) showWorld(first.seed);
  process.exitCode = first ? 1 : 0;
}

/** Plays one world and, when it breaks a rule, the smallest one that still does. */
function showWorld(seed: number): void {
  const plan = drawPlan(seed, WINDOWS);
  const found = broken(plan);
  process.stdout.write(`world ${seed}: ${found.length === 0 ? 'no rule broken' : JSON.stringify(found[0])}\n`);
  if (found.length === 0) return;
  const small = shrink(plan, (smaller) => broken(smaller).some(({ rule }) => rule === found[0]?.rule));
  process.stdout.write(`smallest: ${JSON.stringify(small)}\n`);
  process.stdout.write(`breaks: ${JSON.stringify(broken(small))}\n`);
}

if (process.argv[1] === import.meta.filename) main();
