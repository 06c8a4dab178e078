import type { Growth, UsualCost } from './measure.ts';

/** Results for people: a line an action, under the heading of its block; for each size the CPU, how many transfers that is, and the RAM. */
export function resultTable(growth: Growth[]): string {
  const head = ['', ...growth.flatMap(({ members }) => [`${members} members`, 'transfers', 'RAM bytes'])];
  const transfers = ['transfer', ...growth.flatMap(({ transferCpuUs }) => [`${transferCpuUs} us`, '1.00', ''])];
  const rows = [head, transfers];
  let block = '';
  for (const [name, cost] of Object.entries(growth[0]?.actions ?? {})) {
    if (cost.block !== block) rows.push([], [heading(cost)]);
    block = cost.block;
    rows.push([name, ...growth.flatMap((one) => cells(one, name))]);
  }
  const widths = head.map((_, column) =>
    Math.max(...rows.map((row) => (row.length > 1 ? (row[column]?.length ?? 0) : 0))),
  );
  const format = (row: string[]) => {
    const [name = '', ...numbers] = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    return [name, ...numbers].join('  ').trimEnd();
  };
  return `${rows.map(format).join('\n')}\n`;
}

function heading({ block, samples }: UsualCost): string {
  return `${block}, ${samples} samples of each`;
}

function cells({ actions, transferCpuUs }: Growth, name: string): string[] {
  const cost = actions[name];
  if (!cost) return ['', '', ''];
  return [`${cost.cpuUs} us`, (cost.cpuUs / transferCpuUs).toFixed(2), String(cost.ramBytes)];
}
