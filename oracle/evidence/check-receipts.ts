import { receiptProblem } from '../../common/receipt-bundle.ts';
import { type CheckParts, givenLog, refuse, type Shown } from './check-parts.ts';
import { requireFiled } from './check-report.ts';
import { candidateKey, candidateKeysIn, isInTime } from './omission.ts';
import { isUnder } from './place.ts';
import type { DisputeEvidence, OmissionEvidence, ReceiptGiven } from './schema.ts';

/** Checks that an emitter gave receipts for candidates which its log leaves out; the latter needs the log. */
export async function checkOmission(document: OmissionEvidence, parts: CheckParts): Promise<Shown> {
  const { window, log } = document;
  const { emitter } = log;
  const { event } = log.end.record;
  if (!isUnder(log.end, log.root) || event.type !== 'window' || event.window !== window)
    throw refuse(
      `record ${log.end.record.seq} is not the end of window ${window} under the root that ${emitter} signed`,
    );
  const receipts = document.receipts.map((receipt) => ({ ...receipt, emitter: log.key }));
  const member = await requireReceipts(receipts, document, parts);
  const late = receipts.find((receipt) => !isInTime(receipt));
  if (late)
    throw refuse(`the candidate of slot ${late.slot} came late, and late ones can stand after the window's end`);
  const says = [`${emitter} signed that it had ${receipts.length} candidates of ${member} for window ${window}.`];
  const given = givenLog(parts, log);
  if (!given) {
    const none = parts.logs.length > 0 ? 'no log that was given has this root' : 'give it with --log';
    says.push(
      `That its log under the root ${log.root}, which it signed too, leaves them out shows with the log: ${none}.`,
    );
    return { says, against: null };
  }
  const had = candidateKeysIn(given.records);
  const there = receipts.find((receipt) => had.has(candidateKey(receipt)));
  if (there) throw refuse(`the log ${given.name} has the candidate of slot ${there.slot}`);
  says.push(
    `Its log ${given.name}, whose root it signed too, has none of them: one of the two is a lie, and this is against ${emitter}.`,
  );
  return { says, against: emitter };
}

/** Checks a member's receipts and the report that they are held against. What follows is for the members and arbitrators to say. */
export async function checkDispute(document: DisputeEvidence, parts: CheckParts): Promise<Shown> {
  const { window, member, receipts, report } = document;
  const slots = new Set(receipts.filter(isInTime).map(({ slot }) => slot)).size;
  const owner = await requireReceipts(receipts, document, parts);
  if (owner !== member) throw refuse(`the receipts are for candidates of ${owner}, and not of ${member}`);
  if (report) await requireFiled(report, window, parts);
  const against = report ? `the report of ${report.oracle} in block ${report.block}` : 'no report that was found';
  return {
    says: [`${member} has receipts for ${slots} slots of window ${window} in time, and holds them against ${against}.`],
    against: null,
  };
}

/** Gives the member whose candidates they are for. */
async function requireReceipts(
  receipts: ReceiptGiven[],
  { chain, pool, window }: { chain: string; pool: string; window: number },
  parts: CheckParts,
): Promise<string> {
  const emitters = (await parts.chain.emitters()).map(({ key }) => key);
  const keys = await parts.chain.signers();
  const owners = new Set<string>();
  for (const receipt of receipts) {
    const why = receiptProblem(receipt, { chain, pool }, window, emitters);
    if (why !== null) throw refuse(`the receipt for slot ${receipt.slot} proves nothing: ${why}`);
    const owner = keys.get(receipt.signer);
    if (owner === undefined) throw refuse(`${receipt.signer} never was a member's key`);
    owners.add(owner);
  }
  const [owner, ...more] = owners;
  if (owner === undefined || more.length > 0) throw refuse('its receipts are for candidates of more than one member');
  return owner;
}
