import { amountText } from '../amount.ts';
import type { Changes } from './changes.ts';
import type { Details, Facts } from './facts.ts';
import type { Proposal } from './proposals.ts';
import { namesIn } from './windows.ts';
import { listText, secondsText } from './words.ts';

/** Windows and rulings; null for other kinds. Source: contracts/pool/verdicts.ts, cases.ts. */
export function changeOfWindow(proposal: Proposal, facts: Facts, details: Details): Changes | null {
  const { kind, value, data } = proposal;
  const { seats, state } = facts;
  if (kind === 'appeal') return appeal(proposal, facts, details);
  if (kind !== 'settle' && kind !== 'void') return null;
  const { window } = details;
  const before = window
    ? window.voided
      ? 'void'
      : `a share each for ${listText(namesIn(window.eligible, seats))}`
    : 'not decided';
  const isClosed = Number(value) <= state.closedThrough;
  const to = kind === 'void' ? 'void: nobody has a share' : `a share each for ${listText(namesIn(data, seats))}`;
  return {
    title: kind === 'void' ? `makes window ${value} void` : `settles window ${value} by vote`,
    changes: [{ what: `window ${value}`, from: before, to }],
    notes: [
      ...(isClosed
        ? [`Its epoch is closed (through window ${state.closedThrough}): the contract would refuse it.`]
        : []),
      ...(window?.voided ? ['It is void and stays so: the contract would refuse it.'] : []),
    ],
  };
}

function appeal({ value }: Proposal, { symbol }: Facts, { case: of }: Details): Changes {
  const ruling = of
    ? [
        `${amountText(of.compensation, symbol)} from ${of.respondent} to ${of.claimant}`,
        `fine ${amountText(of.penalty, symbol)}`,
        of.act === 'suspend' ? `suspend for ${secondsText(of.value)}` : `act ${of.act || 'none'}`,
      ].join(', ')
    : 'its case is erased';
  return {
    title: `overturns the ruling in case ${value}`,
    changes: [{ what: `ruling in case ${value}`, from: ruling, to: 'overturned: nothing is enforced' }],
    notes: of ? [`${of.claimant} and ${of.respondent} have no vote on it.`] : [],
  };
}
