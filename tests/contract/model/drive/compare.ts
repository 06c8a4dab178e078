import type { NormalRow, Rows } from '../rules/tables.ts';

/** What differs between the contract's rows and the model's, one line each. */
export function differences(contract: Rows, model: Rows): string[] {
  const found: string[] = [];
  for (const [key, row] of contract) {
    const expected = model.get(key);
    if (expected) columns(found, key, row, expected);
    else if (!isNothing(key, row)) found.push(`${key}: the model has no such row, the contract ${show(row)}`);
  }
  for (const [key, row] of model) {
    if (!contract.has(key) && !isNothing(key, row))
      found.push(`${key}: the contract has no such row, the model ${show(row)}`);
  }
  return found;
}

/** An account without tokens may have a row or none. */
function isNothing(key: string, row: NormalRow): boolean {
  return key.startsWith('balance/') && row.units === 0n;
}

function columns(found: string[], key: string, row: NormalRow, expected: NormalRow): void {
  for (const name in row) {
    // biome-ignore lint/suspicious/noDoubleEquals: 5 and 5n are the same number
    if (row[name] != expected[name]) {
      found.push(`${key}: ${name} is ${String(row[name])} in the contract and ${String(expected[name])} in the model`);
    }
  }
  for (const name in expected) if (!(name in row)) found.push(`${key}: the contract has no column ${name}`);
}

function show(row: NormalRow): string {
  return JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
