import type { Evidence } from '../source/evidence.ts';
import type { ArrivedBlocks } from './arrived.ts';
import { provenStanding } from './proven.ts';
import { owner } from './signer.ts';
import { STANDING, Standings, standingOf } from './standing.ts';
import type { Mode, WindowLog } from './types.ts';

/** What one log says of the members; the lists name the records of their kinds. */
export interface Told {
  standings: Standings;
  rescues: string[];
  unattributed: string[];
  unproven: string[];
  unshown: string[];
}

/** Reads one log of a window; its members' blocks are put with those of the other logs. */
export function readLog(evidence: Evidence, { records, around }: WindowLog, mode: Mode, arrived: ArrivedBlocks): Told {
  const { window, members, signers } = evidence;
  const accounts = members.map(({ account }) => account);
  const standings = new Standings(window, accounts);
  const told: Told = { standings, rescues: [], unattributed: [], unproven: [], unshown: [] };
  const isProven = mode === 'standby' ? provenStanding(evidence, around) : () => true;
  for (const { event } of records) {
    if (event.type === 'rescue') told.rescues.push(event.path.join());
    const said = standingOf(event);
    if (!said) continue;
    if (event.type === 'standby') {
      if (isProven(event)) standings.mark(owner(signers, event.signer), event.slot, said.standing);
      else told.unproven.push(`${event.signer} ${event.slot}`);
      continue;
    }
    if (event.type !== 'candidate') continue;
    const name = `${event.signer} ${event.slot} ${event.id}`;
    const account = owner(signers, said.signer);
    // Whoever could leave the evidence out could make members' blocks up.
    const isShown = said.standing === STANDING.invalid || Boolean(event.evidence);
    if (!standings.mark(account, said.slot, isShown ? said.standing : STANDING.absent)) told.unattributed.push(name);
    else if (!isShown) told.unshown.push(name);
    else arrived.note(account as string, event, said.standing);
  }
  return told;
}
