import type { PoolEvent } from '../../common/events.ts';
import type { SelectEvent } from '../select/types.ts';

export type CandidateEvent = Extract<PoolEvent, { type: 'candidate' }>;

/**
 * What the selection is fed of a candidate: made from its record, so that the log has it whole; null for one that the
 * selection does not get to see.
 */
export function candidateInput(told: CandidateEvent): Extract<SelectEvent, { type: 'candidate' }> | null {
  const { at: arrivedMs, reducedAt, slot, id, num, previous, signer, confirmed, cpuUs, transactions, bytes } = told;
  if (reducedAt === null || signer === null) return null;
  const late = told.verdict === 'late';
  const cost = { cpuUs, transactions, bytes };
  const { irreversible } = told;
  const place = { id, num, slot, previous, ...(irreversible === undefined ? {} : { irreversible }) };
  const passedOn = told.via === undefined ? {} : { via: told.via };
  const candidate = { ...place, signer, confirmed, ...cost, arrivedMs, late, ...passedOn };
  return { type: 'candidate', at: reducedAt, candidate };
}
