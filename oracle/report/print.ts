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
    cleosLine(data, address),
    '',
  ].join('\n');
}

/** The command that sends the same report by hand. */
export function cleosLine(data: ReportData, { api, dac, permission }: Address): string {
  const quoted = `'${JSON.stringify(data).replaceAll("'", `'\\''`)}'`;
  return `cleos -u ${api} push action ${dac} report ${quoted} -p ${data.oracle}@${permission}`;
}

function windowLine(m: WindowMetrics): string {
  const slots = `window ${m.window}, slots ${m.firstSlot} to ${m.lastSlot} of ${m.pool}`;
  const odd = (['orphaned', 'unsent', 'unconfirmed', 'outsiders', 'unattributed', 'strays'] as const)
    .filter((name) => m[name] > 0)
    .map((name) => `, ${m[name]} ${name}`);
  const leaks = m.leaks.map((leak) => `\nleak: slot ${leak.slot}, block ${leak.id}`).join('');
  const usual = `${m.emitted} emitted, ${m.missed} missed, ${m.rescues} rescues, ${m.replaced} replaced`;
  const mode = m.mode === 'standby' ? ' in standby mode' : '';
  return `${slots}${mode}: ${usual}${odd.join('')}${leaks}`;
}

const COLUMNS = ['candidates', 'selected', 'standby', 'late', 'invalid', 'absent'] as const;

function memberTable(members: MemberMetrics[]): string[] {
  const head = ['member'.padEnd(13), ...COLUMNS, 'eligible'].join('  ');
  const rows = members.map((member) =>
    [
      member.name.padEnd(13),
      ...COLUMNS.map((name) => String(member[name]).padStart(name.length)),
      (member.eligible ? 'yes' : 'no').padStart(8),
    ].join('  '),
  );
  return [head, ...rows];
}
