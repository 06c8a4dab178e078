import { Box, type Figures, ZERO_HASH } from './box.ts';
import type { Row } from './rows.ts';

export const FEE = 1000;
export const ARBITRATORS = ['arbiter1', 'arbiter2', 'arbiter3'];
export const hash = (n: number) => n.toString(16).padStart(2, '0').repeat(32);

/** A running pool of four with three arbitrators; alice has a deposit for three cases. */
export async function court(figures: Figures = {}, arbitrators = ARBITRATORS): Promise<Box> {
  const members = ['alice', 'bob', 'carol', 'dave'];
  const box = await Box.running({ members, arbitrators, figures: { casefee: FEE, ...figures } });
  await box.deposit('alice', 3 * FEE);
  return box;
}

export function open(box: Box, changes: Row = {}, by = 'alice'): Promise<void> {
  const data = { claimant: by, respondent: 'bob', order: 0, window: 0, evidence: hash(1), ...changes };
  return box.act('opencase', data, by);
}

export function answer(box: Box, id = 1, respondent = 'bob'): Promise<void> {
  return box.act('answer', { respondent, id, reply: hash(2) }, respondent);
}

export const noRuling = {
  compensation: '0.0000 EOS',
  penalty: '0.0000 EOS',
  act: 'none',
  value: 0,
  reason: hash(3),
};

export function rule(box: Box, arbitrator: string, ruling: Row = {}, id = 1): Promise<void> {
  return box.act('rule', { arbitrator, id, ...noRuling, ...ruling }, arbitrator);
}

/** Opened by alice against bob, answered, ruled by two of three, the time to appeal is over, enforced. */
export async function judge(box: Box, ruling: Row, changes: Row = {}): Promise<void> {
  await open(box, changes);
  const id = (box.state.next_case as number) - 1;
  await answer(box, id, String(changes.respondent ?? 'bob'));
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, ruling, id);
  box.wait(60);
  await box.act('enforce', { id });
}

export function caseRow(box: Box, id = 1): Row {
  return box.rows('cases').find((row) => row.id === id) ?? {};
}

export { ZERO_HASH };
