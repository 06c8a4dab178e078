import { Command } from 'commander';
import {
  namesIn,
  type OpenWindow,
  readDisputes,
  readOpenWindows,
  readReports,
  readWindows,
  type WindowReport,
} from '../../common/governance/windows.ts';
import { listText, shortHash, timeText } from '../../common/governance/words.ts';
import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { integer } from '../run/options.ts';
import { refuse } from '../verbs/checks.ts';
import { type ChainOptions, withChain } from '../verbs/options.ts';
import { askPool } from '../verbs/pool-client.ts';
import { table, write } from '../verbs/show.ts';

export function windowsCommand(): Command {
  return withChain(
    new Command('windows')
      .description('windows as the contract has them: reported, settled or void, and who has a share')
      .argument('[window]', 'one of them: slot / 12', integer(1, 2 ** 32))
      .option('--last <n>', 'so many decided ones, the newest', integer(1, 10_000), 20),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  ./pool windows\n  ./pool windows 141478571\n  ./pool windows --last 100 --json',
    )
    .action(windows);
}

async function windows(one: number | undefined, options: ChainOptions & { last: number }): Promise<void> {
  const { client, facts } = await askPool(options);
  const { dac, seats, roles, state } = facts;
  const [decided, open, disputes] = await Promise.all([
    readWindows(client, dac, one ?? 0),
    readOpenWindows(client, dac),
    readDisputes(client, dac),
  ]);
  const oracles = roles.filter(({ role, active }) => role === 'oracle' && active).length;
  const quorum = Math.floor(oracles / 2) + 1;
  const wanted = <T extends { window: number }>(rows: T[]) =>
    rows.filter(({ window }) => one === undefined || window === one);
  const settled = wanted(decided)
    .slice(-options.last)
    .map((row) => ({
      ...row,
      members: row.voided ? [] : namesIn(row.eligible, seats),
      dispute: disputes.find(({ window }) => window === row.window)?.proposal ?? null,
    }));
  const waiting: (OpenWindow & { quorum: number; reports: WindowReport[] })[] = [];
  for (const row of wanted(open)) waiting.push({ ...row, quorum, reports: await readReports(client, dac, row.window) });
  if (one !== undefined && settled.length === 0 && waiting.length === 0) {
    const why =
      one <= state.closedThrough ? 'its epoch is closed and its row may be erased' : 'no oracle has reported it';
    throw refuse(`${dac} has nothing on window ${one}: ${why}`);
  }
  await write(options, { settled, open: waiting, quorum, oracles }, () => [
    ...(settled.length > 0
      ? table(
          ['window', 'epoch', 'decided', 'by', 'a share for', 'dispute'],
          settled.map((row) => [
            String(row.window),
            String(row.epoch),
            timeText(row.settled),
            row.voided ? 'void' : row.reports === 0 ? 'vote' : `${row.reports} reports`,
            listText(row.members),
            row.dispute === null ? '' : `proposal ${row.dispute}`,
          ]),
        )
      : ['no decided windows']),
    ...waiting.flatMap(({ window, reports }) => [
      `window ${window} is open: ${reports.length} reports, ${quorum} equal ones of ${oracles} oracles settle it`,
      ...reports.map(({ oracle, hash, time }) => `  ${oracle}: ${shortHash(hash)}… at ${timeText(time)}`),
    ]),
    ...(one === undefined
      ? []
      : [`slots ${firstSlot(one)} to ${lastSlot(one)}, ${timeText(slotTime(firstSlot(one)))}`]),
  ]);
}
