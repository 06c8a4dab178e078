import type { LogIdentity } from '../../../../common/log-proof.ts';
import { receiptDigest } from '../../../../common/log-proof.ts';
import { bundleText, type GivenReceipt, signBundle } from '../../../../common/receipt-bundle.ts';
import { type SigningKey, signText } from '../../../../common/signature.ts';
import { firstSlot, slotTime } from '../../../../common/slot.ts';
import { blockId, CHAIN, keyOf, logKey, POOL, signer, WINDOW } from './events.ts';

export const IDENTITY: LogIdentity = { chain: CHAIN, pool: POOL };

/** An emitter's receipt for a member's candidate of slot k. */
export function receipt(
  k: number,
  member: string,
  change: { key?: SigningKey; late?: boolean; identity?: LogIdentity } = {},
): GivenReceipt {
  const { key = logKey, late = false, identity = IDENTITY } = change;
  const slot = firstSlot(WINDOW) + k;
  const said = {
    slot,
    id: blockId(slot, member),
    signer: signer(member),
    arrivedAt: slotTime(slot) + (late ? 600 : -100),
  };
  return { ...said, signature: signText(receiptDigest(identity, said), key), emitter: key.id };
}

/** A member's file for the window. */
export function bundleOf(
  member: string,
  receipts: GivenReceipt[],
  change: { identity?: LogIdentity; window?: number } = {},
): string {
  return bundleText(signBundle(change.identity ?? IDENTITY, change.window ?? WINDOW, receipts, keyOf(member)));
}
