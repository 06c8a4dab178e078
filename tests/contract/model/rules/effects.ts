import { beginDissolution } from './dissolution.ts';
import { setClaim, setFigure, setStrategy, setUrl } from './figures.ts';
import { admit } from './members.ts';
import { setRegistered } from './registration.ts';
import { endPause, setRole } from './roles.ts';
import { enactTerms, expelByVote, suspendByVote } from './standing.ts';
import type { Pool, Proposal } from './state.ts';
import { endOrder, listToken, sendForeign, settleEscrow, spend, startOrder } from './treasury.ts';
import { settleByVote, voidWindow } from './verdicts.ts';

/** What each kind of proposal does when it is executed. An appeal's effect is its end. */
const EFFECTS: Record<string, (p: Pool, row: Proposal) => void> = {
  admit: (p, row) => admit(p, row.subject),
  expel: (p, row) => expelByVote(p, row.subject, row.electors),
  suspend: (p, row) => suspendByVote(p, row.subject, row.value, row.electors),
  terms: (p, row) => enactTerms(p, row.digest),
  config: (p, row) => setFigure(p, row.subject, row.value),
  url: (p, row) => setUrl(p, row.detail, Number(row.value)),
  register: (p, row) => setRegistered(p, row.value === 1n),
  strategy: (p, row) => setStrategy(p, row.detail, row.subject),
  claim: (p, row) => setClaim(p, row.subject, row.target, row.value === 1n),
  role: (p, row) => setRole(p, row.target, row.subject, row.value === 1n, row.key, row.detail),
  order: (p, row) => startOrder(p, row.subject, row.amount.units, Number(row.value), row.text),
  end: (p, row) => endOrder(p, Number(row.value)),
  spend: (p, row) => spend(p, row.subject, row.amount.units, Number(row.value), row.text),
  accept: (p, row) => settleEscrow(p, Number(row.value), row.option === 1n),
  token: (p, row) => listToken(p, row.token, row.amount.symbol),
  foreign: (p, row) => sendForeign(p, row.token, row.subject, row.amount),
  msig: (p, row) => {
    p.chain.inlines.push(() =>
      p.chain.approvals.push({ proposer: row.subject, proposal: row.target, hash: row.digest }),
    );
  },
  settle: (p, row) => settleByVote(p, Number(row.value), row.data, row.digest),
  void: (p, row) => voidWindow(p, Number(row.value)),
  unpause: (p) => endPause(p),
  dissolve: (p) => beginDissolution(p),
  appeal: () => {},
};

export function perform(p: Pool, row: Proposal): void {
  const effect = EFFECTS[row.kind];
  if (!effect) throw new Error(`model: proposals of the kind ${row.kind} do nothing`);
  effect(p, row);
}
