import { Command } from 'commander';
import { PoolError } from '../../common/errors.ts';
import { findReports, type OnChainReport } from '../../common/filed-reports.ts';
import type { GivenReceipt } from '../../common/receipt-bundle.ts';
import { slotTime } from '../../common/slot.ts';
import { evidenceHash } from '../../oracle/evidence/document.ts';
import { EvidenceFolder } from '../../oracle/evidence/folder.ts';
import { filedOf } from '../../oracle/evidence/foreign.ts';
import { type DisputeEvidence, EVIDENCE_VERSION } from '../../oracle/evidence/schema.ts';
import { type Weighed, weigh } from '../../oracle/evidence/weigh.ts';
import { candidatesNeeded } from '../../oracle/metrics/eligible.ts';
import { reportHash } from '../../oracle/report/hash.ts';
import { holdsSeat } from '../../oracle/source/evidence.ts';
import { writeLines } from '../log/output.ts';
import { accountName, type ChainView, openView } from '../oracle/chain-view.ts';
import { asFiles, listed } from '../oracle/log-files.ts';
import { omissionsIn, tellLogs } from '../oracle/omissions.ts';
import { ownReceipts } from '../oracle/own-receipts.ts';
import { remedies } from '../oracle/remedies.ts';
import { integer } from '../run/options.ts';

interface DisputeOptions {
  window: number;
  receipts: string;
  log: string;
  api: string;
  dac: string;
  out: string;
}

const EXAMPLES = `
For a member: whether the report of a window is wrong for it by the receipts that its agent keeps, by how many slots, and what the contract offers. What it says is on standard error; lines to
be run are on standard output; evidence is written into a file that ./pool case open takes. With the emitters' logs it also says which of them leave candidates out that their own emitters
signed receipts for. Exit code 0 when the report is right for the member, 3 when it is not.

Examples:
  ./pool dispute --window 141514733
  ./pool dispute --window 141514733 --receipts alice-receipts/141514733.json --log emitter1.sqlite,emitter2.sqlite`;

export function disputeCommand(): Command {
  return new Command('dispute')
    .description("hold a member's receipts against the report of a window, and print what can be done")
    .requiredOption('--window <id>', 'slot / 12', integer(1, 2 ** 32))
    .option('--receipts <file>', "the agent's SQLite file, or a bundle", process.env.AGENT_RECEIPTS || 'agent.sqlite')
    .option('--log <logs>', "emitters' logs, with commas between", '')
    .option('--api <url>', "any node's HTTP API", 'http://127.0.0.1:8888')
    .option('--dac <account>', "account with the pool's contract", accountName, 'pooldac')
    .option('--out <folder>', 'where evidence is written', '.')
    .addHelpText('after', EXAMPLES)
    .action(dispute);
}

async function dispute(options: DisputeOptions): Promise<void> {
  const { window, dac, out } = options;
  const view = await openView(options.api, dac);
  const { chain, config, pool } = view;
  const [chainId, emitters, members] = await Promise.all([chain.chainId(), chain.emitters(), chain.signers()]);
  const { good, refused } = ownReceipts(options.receipts, window, view, { chainId, emitters, members });
  if (refused[0]) say(`${refused.length} receipts prove nothing, the first: ${refused[0]}.`);
  const { member, index } = await seatOf(view, window, good, members, options.receipts);
  const { settled, report, head } = await reportFor(view, dac, window);
  const eligible = report?.data.eligible ?? (await chain.settledBitmap(window)) ?? '';
  const weighed = weigh(good, index, config.eligiblePercent, { eligible, metrics: report?.data.metrics ?? '' });
  say(verdict(member, window, weighed, settled === null, report, config.eligiblePercent));
  const folder = new EvidenceFolder(out);
  const omitted = await asFiles(listed(options.log), async (files) =>
    omissionsIn(files, { chain: chainId, pool, window }, emitters, good),
  );
  for (const line of tellLogs(omitted, member)) say(line);
  for (const document of omitted.documents) say(`Evidence: ${folder.keep(document).file}`);
  if (weighed.short === 0 && (weighed.hasShare || !weighed.earnsShare)) return;
  const about = { v: EVIDENCE_VERSION, kind: 'dispute', chain: chainId, pool, window, member } as const;
  const document: DisputeEvidence = { ...about, receipts: good, report: report ? filedOf(report) : null };
  say(`Evidence: ${folder.keep(document).file}`);
  process.exitCode = 3;
  if (weighed.hasShare)
    return say('The share of the window is there all the same, so there is nothing to be had from a dispute.');
  if (!weighed.earnsShare)
    return say('The share of the window does not depend on it: the receipts are for too few slots as well.');
  const asked = { api: view.client.url, dac, window, member, index, eligible, evidence: evidenceHash(document) };
  const { says, lines } = remedies(asked, settled, config, slotTime(head.slot));
  say(says);
  await writeLines(lines);
}

/** Whose receipts they are, and its bit in the window. */
async function seatOf(
  { chain }: ChainView,
  window: number,
  good: GivenReceipt[],
  members: Map<string, string>,
  file: string,
) {
  const [member, ...more] = new Set(good.map(({ signer }) => members.get(signer) ?? ''));
  if (member === undefined)
    throw new PoolError(
      'dispute',
      `there are no receipts for window ${window} in ${file} that prove something: without them there is nothing to hold against a report`,
    );
  if (more.length > 0)
    throw new PoolError(
      'dispute',
      `the receipts in ${file} are of ${member} and ${more.join(', ')}: give those of one member`,
    );
  const seat = (await chain.seats()).find(({ account }) => account === member);
  if (!seat || !holdsSeat(seat, window))
    throw new PoolError('dispute', `${member} has no seat in window ${window}, so it has no share of it`);
  return { member, index: seat.index };
}

/** The report that the window was settled with; of one that is not settled the newest. */
async function reportFor({ client, chain }: ChainView, dac: string, window: number) {
  const settled = await chain.settled(window);
  const head = await chain.head();
  const reports = await findReports(client, chain, { dac, window, head, until: settled?.at ?? null });
  if (!settled && reports.length === 0) {
    throw new PoolError(
      'dispute',
      `window ${window} is neither settled nor reported in the blocks that were looked at: wait for the oracles, or look for the right window`,
    );
  }
  const report = settled ? reports.find(({ data }) => reportHash(data) === settled.hash) : reports.at(-1);
  return { settled, report: report ?? null, head };
}

function verdict(
  member: string,
  window: number,
  weighed: Weighed,
  isOpen: boolean,
  report: OnChainReport | null,
  percent: number,
): string {
  const { slots, reported, short, hasShare, earnsShare } = weighed;
  const which = report
    ? `the report of ${report.data.oracle} (block ${report.block}${isOpen ? ', not settled yet' : ''})`
    : 'the decision about it';
  const has = `${which} gives ${member} ${reported === null ? '' : `${reported} of 12 slots and `}${hasShare ? 'its share' : 'no share'}`;
  const own = `its receipts are for ${slots.length} slots (${slots.join(', ')}), and ${candidatesNeeded(percent)} earn the share`;
  if (short === 0 && (hasShare || !earnsShare))
    return `Window ${window}: ${has}; ${own}. The report is right for ${member} by these receipts.`;
  const by = short > 0 ? ` by at least ${short} slots` : '';
  return `Window ${window}: ${has}; ${own}. The report is WRONG for ${member}${by}${earnsShare && !hasShare ? ', and that costs it the share' : ''}.`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
