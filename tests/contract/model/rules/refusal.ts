/** The contract says no: its sentence has to contain this part. */
export class Refusal extends Error {
  readonly fragment: string;

  constructor(fragment: string) {
    super(fragment);
    this.fragment = fragment;
  }
}

export function refuse(fragment: string): never {
  throw new Refusal(fragment);
}

export function demand(holds: boolean, fragment: string): asserts holds {
  if (!holds) refuse(fragment);
}

/** The row, or the refusal when there is none. */
export function demandRow<T>(row: T | undefined | null, fragment: string): T {
  if (row === undefined || row === null) refuse(fragment);
  return row;
}
