import type { PayEpoch, WindowDetail, WindowMember } from '../../api.ts';

/** Why a member got a share of a window, or did not, in one sentence; `who`: its name, or "you". */
export function sayShare(window: WindowDetail, member: WindowMember, who: string): string {
  const { id, state, slots, neededPercent, shares } = window;
  const needed = neededPercent === null ? '' : `, ${neededPercent} % needed`;
  const had = member.covered === null ? '' : `${who} had ${member.covered} of ${slots} slots${needed}`;
  if (state === 'void') return `Window ${id} is void: it gives nobody a share.`;
  if (state === 'open') return `Window ${id} is not settled yet${had === '' ? '' : `; so far ${had}`}.`;
  const all = shares === null ? '' : ` of ${shares} ${shares === 1 ? 'share' : 'shares'}`;
  const got = member.isEligible ? `one${all} to ${who}` : `no share to ${who}`;
  return `Window ${id} gives ${got}${had === '' ? '' : `: ${had}`}.`;
}

/** How much a member was credited when an epoch closed, and why: "epoch 3 credited 2206.9593 EOS to you: 3 of its 8 shares". */
export function sayEpoch(epoch: PayEpoch, member: PayEpoch['members'][number], who: string): string {
  const { shares } = epoch;
  const why =
    member.shares === null || shares === null
      ? 'its shares were not seen before the close'
      : `${member.shares} of its ${shares} ${shares === 1 ? 'share' : 'shares'}, one for each window in which ${who === 'you' ? 'you were' : `${who} was`} eligible`;
  return `Epoch ${epoch.epoch} credited ${member.credited} to ${who}: ${why}.`;
}
