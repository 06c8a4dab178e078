import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
import { untilSignal } from '../../../cli/run/signals.ts';
import { sentence } from '../../../common/errors.ts';
import { Lab } from './lab.ts';

export type Row = Record<string, string | number | boolean | null>;

/** Something the experiment expects, and whether it turned out so. */
export interface Claim {
  claim: string;
  holds: boolean;
}

export interface Findings {
  rows: Row[];
  claims: Claim[];
}

export interface Plan<O> {
  /** File name without ".ts". */
  name: string;
  /** What starts it, when that is not the file of this name. */
  command?: string;
  question: string;
  /** Options beyond --json and --keep, as commander has them: flags → [help, default]. */
  options?: Record<string, [string, string]>;
  run(lab: Lab, options: O): Promise<Findings>;
}

/**
 * The command line of an experiment: `--help`, a table of its numbers, JSON on request. Ends everything it started; exit
 * code 1 when a claim does not hold or it could not be run.
 */
export async function experiment<O = Record<string, string>>(plan: Plan<O>): Promise<void> {
  const command = new Command(plan.command ?? `node tests/experiments/${plan.name}.ts`).description(plan.question);
  command.option('--json [FILE]', 'write the numbers as JSON, without FILE to standard output');
  command.option('--keep', "keep the folder with the nodes' logs and say where it is", false);
  for (const [flags, [help, value]] of Object.entries(plan.options ?? {})) command.option(flags, help, value);
  const options = command.parse().opts<{ json?: string | true; keep: boolean } & O>();
  const { received } = untilSignal();
  const lab = new Lab(plan.name);
  const load = () => loadavg().map((value) => Number(value.toFixed(2)));
  const before = load();
  try {
    const interrupted = received.then(() => Promise.reject(new Error('interrupted')));
    const findings = await Promise.race([plan.run(lab, options), interrupted, lab.failed]);
    const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? '', loadBefore: before, loadAfter: load() };
    show(plan, findings, machine, options.json);
    process.exitCode = findings.claims.every(({ holds }) => holds) ? 0 : 1;
  } catch (thrown) {
    process.stderr.write(`${plan.name}: ${sentence(thrown)}\n`);
    process.exitCode = 1;
  } finally {
    await lab.stop(options.keep);
  }
  // Requests to nodes that were just stopped may still be under way.
  process.exit();
}

function show(plan: Plan<never>, findings: Findings, machine: object, json?: string | true): void {
  const text = `${JSON.stringify({ experiment: plan.name, ...findings, machine }, null, 2)}\n`;
  if (json === true) {
    process.stdout.write(text);
    return;
  }
  if (json) writeFileSync(json, text);
  process.stdout.write(`${plan.question}\n\n${table(findings.rows)}\n`);
  for (const { claim, holds } of findings.claims) process.stdout.write(`${holds ? 'holds' : 'FAILS'}  ${claim}\n`);
}

/** Rows as a Markdown table; the columns are those of all rows in the order of their first appearance. */
export function table(rows: Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((line) => (line[i] as string).length)));
  const line = (texts: string[]) => `| ${texts.map((text, i) => text.padEnd(widths[i] as number)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line), ''].join('\n');
}
