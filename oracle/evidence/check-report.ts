import { canonicalJson, sha256 } from '../../common/canonical.ts';
import { firstDifference } from '../report/differ.ts';
import { reportHash } from '../report/hash.ts';
import { type CheckParts, refuse, type Shown } from './check-parts.ts';
import { reportedOf } from './foreign.ts';
import type { Filed, ReportEvidence, Reported } from './schema.ts';

/** Checks that an oracle reported something else than follows from logs; that it follows needs the logs. */
export async function checkReport(document: ReportEvidence, parts: CheckParts): Promise<Shown> {
  const { window, theirs, ours } = document;
  await requireFiled(theirs, window, parts);
  requireSound(ours, window);
  const [other, own] = [hashOf(theirs.data), hashOf(ours)];
  if (document.hash !== own) throw refuse(`the report held against it hashes to ${own}, and not to ${document.hash}`);
  if (other === own) throw refuse('both reports are the same');
  if (document.differs !== (firstDifference(theirs.data, ours) ?? 'nothing').slice(0, 400))
    throw refuse('the reports differ in another place first than it says');
  const names = document.logs.map(({ emitter }) => emitter).join(', ');
  const says = [
    `The oracle ${theirs.oracle} reported window ${window} in block ${theirs.block} with ${other}. It differs first in ${document.differs}, where here is the report held against it.`,
  ];
  if (!parts.recompute) {
    says.push(`That ${own} follows from the logs of ${names} shows with the logs: give them with --log.`);
    return { says, against: null };
  }
  const made = hashOf(reportedOf(await parts.recompute()));
  if (made !== own) throw refuse(`from the logs that were given follows the report ${made}, and not ${own}`);
  says.push(
    `From the logs of ${names} follows ${own}: this is against ${theirs.oracle}, unless it shows other logs that its report follows from.`,
  );
  return { says, against: theirs.oracle };
}

/** Throws unless the chain has this report of the window, in this block and transaction. */
export async function requireFiled(filed: Filed, window: number, { reportsIn }: CheckParts): Promise<void> {
  requireSound(filed.data, window);
  const there = (await reportsIn(filed.block)).some(
    ({ trx, data }) =>
      trx === filed.trx &&
      data.oracle === filed.oracle &&
      canonicalJson(reportedOf(data)) === canonicalJson(filed.data),
  );
  if (!there) throw refuse(`the chain has no such report of ${filed.oracle} in block ${filed.block}`);
}

function requireSound(data: Reported, window: number): void {
  if (data.window !== window) throw refuse(`a report in it is of window ${data.window}, and not of ${window}`);
  const hash = sha256(Buffer.from(data.metrics, 'hex')).toString('hex');
  if (hash !== data.metrics_hash)
    throw refuse(`the metrics of a report in it hash to ${hash}, and not to ${data.metrics_hash}`);
}

function hashOf(data: Reported): string {
  return reportHash({ oracle: '', ...data });
}
