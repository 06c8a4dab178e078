import fc from 'fast-check';

/** The seed of all properties: fixed, so that a run can be repeated; FC_SEED tries another. */
export const seed = Number(process.env.FC_SEED ?? 20_261_123);

/** FC_SCALE multiplies the number of cases, for a long search. */
const scale = Number(process.env.FC_SCALE ?? 1);

console.log(`fast-check seed ${seed} (FC_SEED=${seed} repeats this run)`);
fc.configureGlobal({ seed });

/** Parameters for a property of so many cases. */
export function cases(numRuns: number): { numRuns: number } {
  return { numRuns: Math.ceil(numRuns * scale) };
}

export { fc };
