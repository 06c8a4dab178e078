import { Command } from 'commander';
import { amountText, parseAmount } from '../../common/amount.ts';
import { ACTS, type Case, caseSteps, readCases, readRulings } from '../../common/governance/cases.ts';
import { listText, timeText } from '../../common/governance/words.ts';
import { integer } from '../run/options.ts';
import { act, actorOf } from '../verbs/act.ts';
import { needCase, requireCaseTurn } from '../verbs/case-checks.ts';
import { refuse, requireText } from '../verbs/checks.ts';
import { fileHash } from '../verbs/file-hash.ts';
import {
  type ActOptions,
  type ChainOptions,
  duration,
  oneOfWords,
  sha256Hex,
  withAct,
  withChain,
} from '../verbs/options.ts';
import { askPool, type PoolNow } from '../verbs/pool-client.ts';
import { BYTES } from '../verbs/room.ts';
import { table, write } from '../verbs/show.ts';
import { CASE_STEPS } from '../verbs/steps.ts';
import { stepCommand } from './steps.ts';

const id = integer(1, Number.MAX_SAFE_INTEGER);

/** Sub-commands of `case` besides `open`. */
export function caseStepCommands(): Command[] {
  return [listCommand(), answerCommand(), ruleCommand(), appealCommand(), ...CASE_STEPS.map(stepCommand)];
}

function listCommand(): Command {
  return withChain(
    new Command('list')
      .description('list the cases, or show one: parties, panel, rulings, what can be done now')
      .argument('[id]', 'of one', id),
  )
    .addHelpText('after', '\nExamples:\n  ./pool case list\n  ./pool case list 1 --json')
    .action(list);
}

async function list(one: number | undefined, options: ChainOptions): Promise<void> {
  const now = await askPool(options);
  const { client, facts } = now;
  if (one !== undefined) {
    const found = await needCase(now, one);
    const rulings = await readRulings(client, options.dac, one);
    const can = caseSteps(found, facts.now);
    await write(options, { ...found, rulings, can }, () => [
      ...caseLines(found, now),
      ...rulings.map((ruling) => `  ${ruling.arbitrator}: ${rulingText(ruling, facts.symbol)}`),
      `now: ${can.map(({ action, who }) => `${action} (${who})`).join(', ') || 'nothing can be pushed'}`,
    ]);
    return;
  }
  const cases = await readCases(client, options.dac);
  await write(
    options,
    { now: facts.now, cases: cases.map((each) => ({ ...each, can: caseSteps(each, facts.now) })) },
    () => {
      if (cases.length === 0) return [`no cases in ${options.dac}`];
      const row = (each: Case) => [
        `${each.id}`,
        each.status,
        each.claimant,
        each.respondent,
        listText(each.panel),
        timeText(each.until),
      ];
      return table(['id', 'status', 'claimant', 'respondent', 'panel', 'until'], cases.map(row));
    },
  );
}

function caseLines(of: Case, { facts }: PoolNow): string[] {
  const about = [of.window ? `window ${of.window}` : '', of.order ? `order ${of.order}` : '']
    .filter(Boolean)
    .join(', ');
  const decided = of.status === 'ruled' || of.status === 'appealed' || of.status === 'done';
  return [
    `case ${of.id}: ${of.claimant} against ${of.respondent}${about ? `, about ${about}` : ''}: ${of.status}, until ${timeText(of.until)}`,
    `evidence ${of.evidence}`,
    ...(/[1-9a-f]/.test(of.reply) ? [`reply ${of.reply}`] : []),
    `panel: ${listText(of.panel)}; fee ${amountText(of.fee, facts.symbol)}`,
    ...(decided && of.act
      ? [`ruling: ${rulingText(of, facts.symbol)}${of.overturned ? ', overturned by the members' : ''}`]
      : []),
    ...(of.appealed ? [`appeal: proposal ${of.appealed}`] : []),
  ];
}

function rulingText(
  { compensation, penalty, act: does, value }: Pick<Case, 'compensation' | 'penalty' | 'act' | 'value'>,
  symbol: string,
): string {
  const what = does === 'suspend' ? `suspend for ${value} s` : does;
  return `compensation ${amountText(compensation, symbol)}, fine ${amountText(penalty, symbol)}, act ${what}`;
}

function answerCommand(): Command {
  return withAct(
    new Command('answer')
      .description('answer a case against you with the hash of a text')
      .argument('<id>', 'of the case', id)
      .argument('[file]', 'the text')
      .option('--hash <sha256>', 'instead of the file', sha256Hex),
  )
    .addHelpText('after', '\nExamples:\n  ./pool case answer 1 reply.md --as bob')
    .action(async (one: number, file: string | undefined, options: ActOptions & { hash?: string }) => {
      const respondent = actorOf(options);
      const reply = hashOf(file, options.hash, 'the answer');
      const now = await askPool(options);
      requireCaseTurn(await needCase(now, one), now, 'answer', respondent);
      await act(now.client, options, { name: 'answer', data: { respondent, id: one, reply } });
    });
}

interface RuleOptions extends ActOptions {
  compensation?: string;
  penalty?: string;
  act: string;
  time?: number;
  reason?: string;
  hash?: string;
}

function ruleCommand(): Command {
  return withAct(
    new Command('rule')
      .description('rule in a case, as one of its panel; equal rulings of more than half of it decide')
      .argument('<id>', 'of the case', id)
      .option('--compensation <amount>', 'from respondent to claimant, as "10 EOS" (default: nothing)')
      .option('--penalty <amount>', 'fine of the respondent (default: nothing)')
      .option('--act <act>', ACTS.join(', '), oneOfWords(...ACTS), 'none')
      .option('--time <time>', 'of a suspension: seconds, or as 7d', duration)
      .option('--reason <file>', 'the reasons: their sha256 is kept')
      .option('--hash <sha256>', 'of the reasons, instead of the file', sha256Hex),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  ./pool case rule 1 --compensation "10 EOS" --act suspend --time 7d --reason reasons.md --as judge1',
    )
    .action(rule);
}

async function rule(one: number, options: RuleOptions): Promise<void> {
  const arbitrator = actorOf(options);
  const reason = hashOf(options.reason, options.hash, 'the reasons');
  const now = await askPool(options);
  const { symbol, roles } = now.facts;
  const found = await needCase(now, one);
  requireCaseTurn(found, now, 'rule', arbitrator);
  if (!roles.some(({ role, account }) => role === 'arbitrator' && account === arbitrator))
    throw refuse(`${arbitrator} was stopped as an arbitrator: only a vote brings it back`);
  if ((options.act === 'suspend') !== (options.time !== undefined))
    throw refuse('a suspension needs --time, and only a suspension has one');
  if (options.act === 'void' && found.window === 0) throw refuse(`case ${one} names no window that could be made void`);
  if (/^(release|giveback)$/.test(options.act) && found.order === 0)
    throw refuse(`case ${one} names no order whose escrow could be moved`);
  if ((options.time ?? 0) > 7_776_000)
    throw refuse(`a suspension of ${options.time} seconds is too long: at most 7776000 (90d) are allowed`);
  const amount = (text: string | undefined) =>
    text === undefined ? amountText(0n, symbol) : parseAmount(text, symbol);
  const data = {
    ...{ arbitrator, id: one, compensation: amount(options.compensation), penalty: amount(options.penalty) },
    ...{ act: options.act, value: options.time ?? 0, reason },
  };
  await act(now.client, options, { name: 'rule', data, bytes: BYTES.ruling });
}

function appealCommand(): Command {
  return withAct(
    new Command('appeal')
      .description("put a ruling to the members' vote")
      .argument('<id>', 'of the case', id)
      .option('--text <why>', 'for those who vote', ''),
  )
    .addHelpText('after', '\nExamples:\n  ./pool case appeal 1 --text "the log shows another order of events" --as bob')
    .action(async (one: number, options: ActOptions & { text: string }) => {
      const party = actorOf(options);
      requireText('text', options.text);
      const now = await askPool(options);
      requireCaseTurn(await needCase(now, one), now, 'appeal', party);
      await act(now.client, options, {
        name: 'appeal',
        data: { party, id: one, text: options.text },
        bytes: BYTES.proposal('', options.text),
      });
    });
}

function hashOf(file: string | undefined, hash: string | undefined, what: string): string {
  if ((file === undefined) === (hash === undefined))
    throw refuse(`name ${what}: a file, or its sha256 with --hash, one of the two`);
  return file === undefined ? String(hash) : fileHash(file, what);
}
