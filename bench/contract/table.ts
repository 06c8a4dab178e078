import type { Growth } from './measure.ts';

/** Results for people: a line an action, for each size the CPU, how many transfers that is, and the RAM. */
export function resultTable(growth: Growth[]): string {
  const names = Object.keys(growth[0]?.actions ?? {});
  const head = ['', ...growth.flatMap(({ members }) => [`${members} members`, 'transfers', 'RAM bytes'])];
  const transfers = ['transfer', ...growth.flatMap(({ transferCpuUs }) => [`${transferCpuUs} us`, '1.00', ''])];
  const lines = names.map((name) => [name, ...growth.flatMap((one) => cells(one, name))]);
  const rows = [head, transfers, ...lines];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const format = (row: string[]) => {
    const [name = '', ...numbers] = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    return [name, ...numbers].join('  ').trimEnd();
  };
  return `${rows.map(format).join('\n')}\n`;
}

function cells({ actions, transferCpuUs }: Growth, name: string): string[] {
  const cost = actions[name];
  if (!cost) return ['', '', ''];
  return [`${cost.cpuUs} us`, (cost.cpuUs / transferCpuUs).toFixed(2), String(cost.ramBytes)];
}
