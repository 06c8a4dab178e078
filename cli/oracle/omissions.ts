import type { GivenReceipt } from '../../common/receipt-bundle.ts';
import { readWindowLog } from '../../oracle/dry-run.ts';
import { candidateKey, candidateKeysIn, findOmissions } from '../../oracle/evidence/omission.ts';
import type { OmissionEvidence } from '../../oracle/evidence/schema.ts';
import { requireSignedRoot } from '../../oracle/logs/signed-root.ts';

/** What logs have of the candidates that receipts are for. */
export interface InLogs {
  logs: { file: string; emitter: string; has: number }[];
  of: number;
  documents: OmissionEvidence[];
}

/** Throws PoolError `event_log`, `log_broken`, `open_window` or `unsigned_root` for a log that shows nothing of the window. */
export function omissionsIn(
  files: string[],
  of: { chain: string; pool: string; window: number },
  emitters: { account: string; key: string }[],
  receipts: GivenReceipt[],
): InLogs {
  const wanted = new Set(receipts.map(candidateKey));
  const read = files.map((file) => {
    const { all, records, signature: event } = readWindowLog(file, of.window);
    const { signer, root, signature } = requireSignedRoot(
      of,
      of.window,
      { records },
      event,
      emitters.map(({ key }) => key),
    );
    const emitter = emitters.find(({ key }) => key === signer)?.account ?? '';
    const has = [...candidateKeysIn(all)].filter((key) => wanted.has(key)).length;
    return { file, emitter, has, signed: { emitter, key: signer, root, signature }, records };
  });
  return { logs: read, of: wanted.size, documents: findOmissions(of, read, receipts) };
}

/** A sentence for each log. */
export function tellLogs({ logs, of, documents }: InLogs, member: string): string[] {
  return logs.map(({ file, emitter, has }) => {
    const lies = documents.some(({ log }) => log.emitter === emitter);
    const why = lies ? ', though its emitter signed receipts for them' : '';
    return `${file}, the log of ${emitter}, has ${has} of the ${of} candidates of ${member}${has < of ? why : ''}.`;
  });
}
