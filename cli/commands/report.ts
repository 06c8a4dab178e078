import { Command } from 'commander';
import { makeLogger } from '../../common/logger.ts';
import { type DryRun, inTime, reportFrom, signedLogs } from '../../oracle/dry-run.ts';
import { explainReports } from '../../oracle/explain.ts';
import { MemberReceipts } from '../../oracle/receipts/member-receipts.ts';
import { reportHash } from '../../oracle/report/hash.ts';
import { printReport, reportLine } from '../../oracle/report/print.ts';
import { accountName, openView } from '../oracle/chain-view.ts';
import { asFiles, listed } from '../oracle/log-files.ts';
import { integer } from '../run/options.ts';
import { withChain } from '../verbs/options.ts';
import { patiently } from '../verbs/patience.ts';
import { write } from '../verbs/show.ts';

interface ReportOptions {
  window: number;
  log: string;
  api: string;
  dac: string;
  oracle: string;
  permission: string;
  receipts: string;
  explain?: true;
  json?: true;
}

const EXAMPLES = `
It needs no key and sends nothing: the line with cleos is what would. A log is a file, or nats://host:port/POOL/EMITTER of a cluster; give those of all emitters, for
those that an oracle has make its report. --explain compares with each report of the window on the chain: the first metric that differs, from which of the logs the
other report follows, and the first event that two logs tell differently.

Examples:
  ./pool report --window 141514733 --log .pool/events.sqlite
  ./pool report --window 141514733 --log emitter1.sqlite,emitter2.sqlite --explain
  ./pool report --window 141514733 --log nats://127.0.0.1:4222/poolbp/emitter1 --receipts alice-receipts`;

export function reportCommand(): Command {
  return withChain(new Command('report'))
    .description('what an oracle reports of a window, and with --explain why others reported otherwise')
    .requiredOption('--window <id>', 'slot / 12', integer(1, 2 ** 32))
    .option('--log <logs>', "emitters' logs, with commas between", '.pool/events.sqlite')
    .option('--oracle <account>', 'account that would report', accountName, process.env.ORACLE_ACCOUNT || 'oracle1')
    .option('--permission <name>', 'its permission', 'report')
    .option('--receipts <places>', "members' receipts: folders or addresses with WINDOW.json, with commas between", '')
    .option('--explain', 'compare with the reports of the window on the chain')
    .option('--dry-run', 'print the report and send nothing, as it does anyway')
    .addHelpText('after', EXAMPLES)
    .action(report);
}

async function report(options: ReportOptions): Promise<void> {
  const { api, dac, window, oracle, permission } = options;
  const { client, chain, pool } = await openView(api, dac);
  const work = asFiles(listed(options.log), async (files) => {
    const receipts = new MemberReceipts(listed(options.receipts), chain, pool, makeLogger('report'));
    const asked: DryRun = {
      ...{ api, dac, permission, oracle, pool, window, eventLog: files.join(',') },
      receipts: (of) => receipts.of(of),
      onLeft: (why) => process.stderr.write(`a log is left out: ${why}\n`),
    };
    const logs = await signedLogs(chain, asked);
    const own = await reportFrom(chain, asked, inTime(window, logs));
    const explanation = options.explain ? await explainReports(client, chain, asked, own, logs) : [];
    const address = { api, dac, permission };
    const result = { report: own, hash: reportHash(own), cleos: reportLine(own, address), explanation };
    return { result, lines: [printReport(own, address), ...explanation] };
  });
  const { result, lines } = await patiently(`computing the report of window ${window}`, work);
  await write(options, result, () => lines);
}
