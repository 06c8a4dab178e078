import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EMITTER_MUTANTS, emittersModel } from './emitters.ts';
import { type Explored, explore } from './explore.ts';
import { LEASE_MUTANTS, leaseModel } from './lease.ts';
import { type Ballots, QUORUM_MUTANTS, quorumModel } from './quorum.ts';

/** Three runs, one ballot each; the first has ballot 0, which needs no promises. */
const ONE_EACH: Ballots = [[0], [11], [12]];
/** The first asks a second time, with the highest ballot of all. */
const AGAIN: Ballots = [[0, 13], [11], [12]];
/** Two runs of one emitter that do not tell their ballots apart. */
const SHARED: Ballots = [[0], [11, 12], [11, 12]];

/** Half a minute: in a run of everything it is left out. */
function isLong(mutant: string): string | false {
  return mutant === 'own ballots' && !process.env.POOL_ALL_CASES ? 'runs by ./pool test model' : false;
}

function tell(name: string, { states, steps, found }: Explored): void {
  const end = found ? `${found.why}:\n  ${found.way.join('\n  ')}` : 'nothing is ever wrong';
  console.log(`${name}: ${states} states, ${steps} steps; ${end}`);
}

/** Every state was visited, and nothing is wrong in any. */
function requireSafe(name: string, explored: Explored, least: number): void {
  tell(name, explored);
  assert.equal(explored.found, null);
  assert.ok(explored.states > least, `${explored.states} states: the model does not get far`);
}

function requireFound(name: string, explored: Explored): void {
  tell(name, explored);
  assert.notEqual(explored.found, null, `without the rule "${name}" nothing was found to go wrong`);
}

test('three runs ask three voters, one of which loses its memory: no two are ever sure of different decisions', () => {
  requireSafe('quorum', explore(quorumModel(ONE_EACH)), 30_000);
});

test('the same, when the first run asks again', { skip: !process.env.POOL_DEEP }, () => {
  requireSafe('quorum, again', explore(quorumModel(AGAIN)), 200_000);
});

for (const mutant of QUORUM_MUTANTS)
  test(`a quorum without the rule "${mutant}" is found to go wrong`, { skip: isLong(mutant) }, () => {
    requireFound(mutant, explore(quorumModel(mutant === 'own ballots' ? SHARED : ONE_EACH, mutant)));
  });

test('three emitters and four slots, with and without a rescue: one block a slot, but for a logged rescue', () => {
  requireSafe('emitters', explore(emittersModel({ emitters: 3, slots: 4, rescues: 0 })), 6000);
  requireSafe('emitters, rescue', explore(emittersModel({ emitters: 3, slots: 4, rescues: 1 })), 80_000);
});

for (const mutant of EMITTER_MUTANTS)
  test(`emitters without the rule "${mutant}" are found to go wrong`, () => {
    requireFound(mutant, explore(emittersModel({ emitters: 3, slots: 4, rescues: 1 }, mutant)));
  });

test('lease mode, three emitters, one of them killed and back as a fourth run, four slots: one block a slot', () => {
  requireSafe('lease', explore(leaseModel({ runs: 4, slots: 4, length: 2 })), 15_000);
});

for (const mutant of LEASE_MUTANTS)
  test(`lease mode without the rule "${mutant}" is found to go wrong`, () => {
    requireFound(mutant, explore(leaseModel({ runs: 3, slots: 4, length: 2 }, mutant)));
  });

test('the quorum’s rules are named in the code that keeps them', () => {
  const folder = path.join(import.meta.dirname, '../../emitter/log/quorum');
  const code = ['decisions.ts', 'tally.ts'].map((name) => readFileSync(path.join(folder, name), 'utf8')).join('');
  for (const rule of QUORUM_MUTANTS) assert.ok(code.includes(`[quorum: ${rule}]`), rule);
});
