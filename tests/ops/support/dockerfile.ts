import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export interface Step {
  /** FROM, COPY, RUN and so on. */
  name: string;
  text: string;
}

export interface Stage {
  name: string;
  /** An image, or the name of a stage before. */
  from: string;
  steps: Step[];
}

/** Reads a Dockerfile, stage by stage. */
export function readDockerfile(file: string): Stage[] {
  const text = readFileSync(file, 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '');
  const stages: Stage[] = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? assert.fail(`${file}: ${line} is no step`);
    if (name === 'FROM') {
      const [, from = '', as = ''] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ name: as, from, steps: [] });
    } else if (stages.length > 0) stages.at(-1)?.steps.push({ name, text: rest });
  }
  return stages;
}

/** All steps that make a target (the last stage when it is not named), those of the stages below it first. */
export function targetOf(stages: Stage[], target?: string): Step[] {
  const stage = target === undefined ? stages.at(-1) : stages.find(({ name }) => name === target);
  assert.ok(stage, `there is no target ${target}`);
  const below = stages.some(({ name }) => name === stage.from) ? targetOf(stages, stage.from) : [];
  return [...below, ...stage.steps];
}

/** The list in ["a", "b"], of a step that has one. */
export function listOf(step: Step | undefined): string[] {
  const text = step?.text ?? '';
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}
