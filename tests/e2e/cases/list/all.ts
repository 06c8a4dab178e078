import type { Case } from '../case.ts';
import { BODIES } from './bodies.ts';
import { CHANGES } from './changes.ts';
import { DEATHS } from './deaths.ts';
import { FORKS } from './forks.ts';
import { HEAVY } from './heavy.ts';
import { PARENTS } from './parents.ts';
import { RELAY } from './relay.ts';
import { SLOW } from './slow.ts';

/** Every case, in the order in which they are played. */
export const CASES: Case[] = [...DEATHS, ...SLOW, ...RELAY, ...PARENTS, ...FORKS, ...BODIES, ...CHANGES, ...HEAVY];

/** Those whose names are this, or begin with it. */
export function casesNamed(text: string): Case[] {
  const wanted = text.split(',').map((part) => part.trim());
  return CASES.filter(({ name }) => wanted.some((part) => name === part || name.startsWith(`${part}-`)));
}
