import { Command } from 'commander';
import { PoolError } from '../../common/errors.ts';
import { reportsInBlock } from '../../common/filed-reports.ts';
import { readWindowLog, reportOf } from '../../oracle/dry-run.ts';
import { checkEvidence } from '../../oracle/evidence/check.ts';
import type { CheckParts, Shown } from '../../oracle/evidence/check-parts.ts';
import { evidenceHash } from '../../oracle/evidence/document.ts';
import type { EvidenceDocument } from '../../oracle/evidence/schema.ts';
import { accountName, type ChainView, openView } from '../oracle/chain-view.ts';
import { readEvidence } from '../oracle/evidence-file.ts';
import { asFiles, listed } from '../oracle/log-files.ts';
import { integer } from '../run/options.ts';
import { act, actorOf } from '../verbs/act.ts';
import { requireOpening } from '../verbs/case-checks.ts';
import { type ActOptions, withAct } from '../verbs/options.ts';
import { askPool } from '../verbs/pool-client.ts';
import { BYTES } from '../verbs/room.ts';
import { caseStepCommands } from './case-steps.ts';

interface CaseOptions extends ActOptions {
  evidence: string;
  against?: string;
  order: number;
  log: string;
}

const EXAMPLES = `
The evidence is checked first, by itself: its form, the emitters' signatures under the roots, each record's place under its root, and what the chain has. What it shows, and
whom it is enough against, is said on standard error; the line that opens the case is on standard output. With --log also that a log says no more than the evidence has of it,
and what follows from the log. Evidence that is enough against nobody opens a case only against who is named with --against.

Examples:
  ./pool case open --evidence oracle1.sqlite.evidence/141514733-leak-9f86….json --as alice
  ./pool case open --evidence 141514733-omission-2c26….json --as alice --log emitter2.sqlite
  eval "$(./pool case open --evidence FILE --as alice --against bob)"`;

export function caseCommand(): Command {
  const command = new Command('case').description('bring evidence before the arbitrators');
  const open = withAct(new Command('open'))
    .description('check a file of evidence, say what it shows and against whom, and print the line that opens a case')
    .requiredOption('--evidence <file>', 'as an oracle or ./pool dispute wrote it')
    .option(
      '--against <account>',
      'the respondent, when it is another than the evidence is enough against',
      accountName,
    )
    .option('--order <id>', 'an escrow that the case is about', integer(0, 2 ** 32), 0)
    .option('--log <logs>', "emitters' logs to check it with, with commas between", '')
    .addHelpText('after', EXAMPLES)
    .action(openCase);
  command.addCommand(open);
  for (const each of caseStepCommands()) command.addCommand(each);
  return command;
}

async function openCase(options: CaseOptions): Promise<void> {
  const claimant = actorOf(options);
  const document = readEvidence(options.evidence);
  const view = await openView(options.api, options.dac);
  const shown = await asFiles(listed(options.log), (files) => check(document, view, options, files));
  for (const line of shown.says) say(line);
  const respondent = options.against ?? shown.against;
  if (respondent === null) {
    throw new PoolError(
      'case',
      'the evidence holds, and is against nobody by itself: name the respondent with --against',
    );
  }
  const now = await askPool(options);
  await requireOpening(now, { claimant, respondent, order: options.order });
  const { closedThrough } = view.config;
  const isOpen = document.window > closedThrough;
  if (!isOpen)
    say(
      `Window ${document.window} belongs to a closed epoch and can not be made void any more: the case is opened without it.`,
    );
  const data = {
    ...{ claimant, respondent, order: options.order },
    ...{ window: isOpen ? document.window : 0, evidence: evidenceHash(document) },
  };
  const panel = now.facts.roles.filter(({ role }) => role === 'arbitrator').length;
  await act(view.client, options, { name: 'opencase', data, bytes: BYTES.case(panel) });
}

async function check(
  document: EvidenceDocument,
  view: ChainView,
  options: CaseOptions,
  files: string[],
): Promise<Shown> {
  const { client, chain, pool } = view;
  const { dac, api } = options;
  const { window } = document;
  const logs = files.map((file) => ({ name: file, records: readWindowLog(file, window).all }));
  const asked = { api, dac, pool, permission: 'report', oracle: 'oracle', window, eventLog: files.join(',') };
  const parts: CheckParts = {
    ...{ chain, pool, logs },
    reportsIn: (block) => reportsInBlock(client, dac, window, block),
    recompute: files.length > 0 ? () => reportOf(chain, asked) : undefined,
  };
  return checkEvidence(document, parts);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
