import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { type LogIdentity, rootDigest } from '../../common/log-proof.ts';
import { isSignedBy } from '../../common/signature.ts';
import { windowRoot } from '../../common/window-root.ts';

/**
 * A window's root counts only under the key of an emitter that the contract names. Throws PoolError `unsigned_root`, which says
 * what is missing; that can come later, so the window can be tried again.
 * @param records the window's, up to and including its closing one
 * @param after those that came later, with the root's signature among them
 * @param keys of the registered emitters, "type:hex"
 */
export function requireSignedRoot(
  { chain, pool }: LogIdentity,
  window: number,
  records: EventRecord[],
  after: EventRecord[],
  keys: string[],
): void {
  const refuse = (why: string) =>
    new PoolError('unsigned_root', `window ${window} is not reported: ${why}`, { window });
  const event = after.find((record) => record.event.type === 'root')?.event;
  if (event?.type !== 'root') throw refuse('the emitter did not sign its root; is EMITTER_LOG_KEY_FILE set?');
  if (event.root !== windowRoot(records)) throw refuse('the emitter signed another root than the records have');
  const { signer, signature } = event;
  if (!keys.includes(signer))
    throw refuse(`its root is signed with ${signer}, which is no key of a registered emitter`);
  if (!isSignedBy(rootDigest({ chain, pool }, window, event.root), signature, signer)) {
    throw refuse(`the signature of its root is not by ${signer}, or not for this pool on this chain`);
  }
}
