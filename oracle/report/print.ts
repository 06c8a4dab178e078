import { cleosLine } from '../../common/wallet/cleos-line.ts';
import type { Quantiles } from '../metrics/quantiles.ts';
import type { MemberMetrics, WindowMetrics } from '../metrics/types.ts';
import type { ReportData } from '../source/chain.ts';
import { metricsOf } from './build.ts';
import { reportHash } from './hash.ts';

/** Where and as whom a report would be sent. */
export interface Address {
  api: string;
  dac: string;
  permission: string;
}

/** A report for people: the window in words, a table of the members, the hashes, and the cleos line that sends it. */
export function printReport(data: ReportData, address: Address): string {
  const metrics = metricsOf(data);
  return [
    windowLine(metrics),
    '',
    ...memberTable(metrics.members),
    '',
    `eligible bitmap  ${data.eligible || '(nobody)'}`,
    `metrics hash     ${data.metrics_hash}`,
    `log root         ${data.log_root}`,
    `report hash      ${reportHash(data)}`,
    '',
    reportLine(data, address),
    '',
  ].join('\n');
}

/** The command that sends the same report by hand. */
export function reportLine(data: ReportData, { api, dac, permission }: Address): string {
  return cleosLine(api, { account: dac, name: 'report', data, actor: data.oracle, permission });
}

function windowLine(m: WindowMetrics): string {
  const slots = `window ${m.window}, slots ${m.firstSlot} to ${m.lastSlot} of ${m.pool}`;
  const odd = ODD.filter((name) => m[name] > 0).map((name) => `, ${m[name]} ${name}`);
  const leaks = m.leaks.map((leak) => `\nleak: slot ${leak.slot}, block ${leak.id}`).join('');
  const usual = `${m.emitted} emitted, ${m.missed} missed, ${m.rescues} rescues, ${m.replaced} replaced`;
  const mode = m.mode === 'standby' ? ' in standby mode' : '';
  const added = m.addedUs.p50 === null ? '' : `\nadded latency    ${shown(m.addedUs)} us (p50/p90/p99)`;
  return `${slots}${mode}: ${usual}${odd.join('')}${added}${leaks}`;
}

const ODD = [
  'orphaned',
  'unsent',
  'unconfirmed',
  'outsiders',
  'unattributed',
  'unproven',
  'unshown',
  'strays',
] as const;

const COUNTS = ['candidates', 'selected', 'unselected', 'standby', 'late', 'invalid', 'missing'] as const;

/** Head and content of each column; the first two stand to the left, the others to the right. */
const COLUMNS: [string, (member: MemberMetrics) => string][] = [
  ['member', ({ name }) => name],
  ['slots', ({ grid }) => grid],
  ...COUNTS.map((name): [string, (member: MemberMetrics) => string] => [name, (member) => String(member[name])]),
  ['arrival ms', ({ arrival }) => shown(arrival)],
  ['transactions', ({ transactions }) => String(transactions)],
  ['bytes', ({ bytes }) => String(bytes)],
  ['cpu us', ({ cpuUs }) => String(cpuUs)],
  ['availability', ({ availability }) => `${(availability / 10).toFixed(1)} %`],
  ['eligible', ({ eligible }) => (eligible ? 'yes' : 'no')],
];

function memberTable(members: MemberMetrics[]): string[] {
  const rows = [COLUMNS.map(([head]) => head), ...members.map((member) => COLUMNS.map(([, cell]) => cell(member)))];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const padded = (cell: string, i: number) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0));
  const reasons = members.flatMap(({ name, invalidBy }) => {
    return Object.entries(invalidBy).map(([reason, slots]) => `invalid: ${slots} of ${name}, ${reason}`);
  });
  return [...rows.map((row) => row.map(padded).join('  ').trimEnd()), ...reasons];
}

function shown({ p50, p90, p99 }: Quantiles): string {
  return p50 === null ? '-' : `${p50}/${p90}/${p99}`;
}
