import { changeOfMember } from './changes-members.ts';
import { changeOfMoney } from './changes-money.ts';
import { changeOfRules } from './changes-rules.ts';
import { changeOfWindow } from './changes-windows.ts';
import type { Details, Facts } from './facts.ts';
import type { Proposal } from './proposals.ts';

/** One thing that would be otherwise; null for what is not there before, or after. */
export interface Change {
  what: string;
  from: string | null;
  to: string | null;
}

/** What a proposal would do, beside what stands on the chain now. */
export interface Changes {
  /** In one line, as "admits dave". */
  title: string;
  changes: Change[];
  /** A sentence each: what follows, and why it would be refused or change nothing as things stand. */
  notes: string[];
}

/** What an executed proposal changed cannot be told from the chain any more: then only what it says is shown. */
export function changesOf(proposal: Proposal, facts: Facts, details: Details = {}): Changes {
  const found =
    changeOfMember(proposal, facts) ??
    changeOfRules(proposal, facts, details) ??
    changeOfMoney(proposal, facts) ??
    changeOfWindow(proposal, facts, details);
  if (found) return isOver(proposal) ? afterwards(found) : found;
  return { title: `does what this version does not know: "${proposal.kind}"`, changes: [], notes: [] };
}

/** For people: "what: from → to", one line each. */
export function changeLine({ what, from, to }: Change): string {
  if (from === null) return `${what}: ${to}`;
  return `${what}: ${from} → ${to ?? 'nothing'}`;
}

function isOver({ status }: Proposal): boolean {
  return status !== 'voting' && status !== 'passed';
}

/** "Now" is after it: the old value is not known, and its notes speak of what would be. */
function afterwards({ title, changes }: Changes): Changes {
  return { title, changes: changes.map((change) => ({ ...change, from: null })), notes: [] };
}
