import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { type LogIdentity, rootDigest } from '../../common/log-proof.ts';
import { isSignedBy } from '../../common/signature.ts';
import { rootOf } from '../metrics/several.ts';
import type { WindowLog } from '../metrics/types.ts';
import type { RootEvent } from './tally.ts';

/**
 * A window's root counts only under the key of an emitter that the contract names: gives them and the signature. Throws PoolError `unsigned_root`, which says
 * what is missing; that can come later, so the window can be tried again.
 * @param said what the log says of the window, up to and including its closing record
 * @param event the root's signature, as it came later; null: it did not
 * @param keys of the registered emitters, "type:hex"
 */
export function requireSignedRoot(
  { chain, pool }: LogIdentity,
  window: number,
  said: Pick<WindowLog, 'records' | 'root'>,
  event: RootEvent | null,
  keys: string[],
): { root: string; signer: string; signature: string } {
  const refuse = (why: string) =>
    new PoolError('unsigned_root', `window ${window} is not reported: ${why}`, { window });
  if (!event) throw refuse('the emitter did not sign its root; is EMITTER_LOG_KEY_FILE set?');
  if (event.root !== rootOf(said)) throw refuse('the emitter signed another root than the records have');
  const { signer, signature, root } = event;
  if (!keys.includes(signer))
    throw refuse(`its root is signed with ${signer}, which is no key of a registered emitter`);
  if (!isSignedBy(rootDigest({ chain, pool }, window, root), signature, signer)) {
    throw refuse(`the signature of its root is not by ${signer}, or not for this pool on this chain`);
  }
  return { root, signer, signature };
}

/** The root's signature among the records that came after a window's closing one. */
export function rootAmong(after: EventRecord[]): RootEvent | null {
  const event = after.find((record) => record.event.type === 'root')?.event;
  return event?.type === 'root' ? event : null;
}
