import type { Facts } from '../../../common/governance/facts.ts';
import type { Member } from '../../../common/governance/members.ts';
import { keyId } from '../../../common/keys.ts';
import { CELL, type EmitterView, type JoinAnswer } from '../../api.ts';
import type { EmitterStatus } from '../follow/status.ts';
import type { SlotState } from '../grid/state.ts';

type Step = JoinAnswer['steps'][number];

export interface JoinSight {
  account: string;
  /** "type:hex" of the key that the visitor names; null for none. */
  key: string | null;
  facts: Facts;
  /** Proposals to admit the account, with their votes as a sentence. */
  admission: string | null;
  emitters: EmitterView[];
  statuses: (EmitterStatus | null)[];
  /** The newest slots, with their candidates. */
  slots: SlotState[];
  /** The account's row of the grid, -1 for none. */
  row: number;
}

/** How far somebody is on the way from nothing to its first block, out of what emitters and chain say: nothing is dialled for it. */
export function joinSteps(sight: JoinSight): Step[] {
  return [
    application(sight),
    agreement(sight),
    reachable(sight),
    session(sight),
    synced(sight),
    seenKey(sight),
    admitted(sight),
  ];
}

function step(name: string, state: Step['state'], text: string): Step {
  return { name, state, text };
}

function memberOf({ facts, account }: JoinSight): Member | undefined {
  return facts.members.find((member) => member.account === account);
}

function application(sight: JoinSight): Step {
  const { account, key } = sight;
  const member = memberOf(sight);
  if (!member)
    return step('application', 'waiting', `no application of ${account} is on the chain yet: push the join line`);
  if (member.status === 'expelled')
    return step('application', 'problem', `${account} was expelled and cannot join again`);
  if (member.status === 'left')
    return step('application', 'waiting', `${account} has left: push the join line to apply again`);
  if (key !== null && keyId(member.key) !== key)
    return step(
      'application',
      'problem',
      `the chain has another key of ${account}: ${member.key}; sign with that, or change it with setkey`,
    );
  return step('application', 'done', `${account} applied with the key ${member.key}`);
}

function agreement(sight: JoinSight): Step {
  const { account, facts } = sight;
  const newest = facts.config.termsVersion;
  const member = memberOf(sight);
  if (!member) return step('agreement', 'waiting', `joining agrees to version ${newest} of the constitution`);
  const agreed = Math.max(member.terms, member.proofTerms);
  if (agreed >= newest) return step('agreement', 'done', `${account} agreed to version ${newest} of the constitution`);
  return step(
    'agreement',
    'problem',
    `${account} agreed to version ${agreed}, and the newest is ${newest}: push agree`,
  );
}

function reachable({ emitters }: JoinSight): Step {
  const up = emitters.filter(({ state }) => state === 'ready').map(({ name }) => name);
  const down = emitters.filter(({ state }) => state !== 'ready').map(({ name }) => name);
  if (emitters.length === 0) return step('reachable', 'problem', 'this page knows no emitter');
  if (up.length === 0) return step('reachable', 'problem', `no emitter takes members now (${down.join(', ')})`);
  const rest = down.length > 0 ? `; ${down.join(', ')} not now` : '';
  return step('reachable', 'done', `${up.join(', ')} take members${rest}`);
}

function keyOf(sight: JoinSight): string | null {
  const member = memberOf(sight);
  return sight.key ?? (member ? keyId(member.key) : null);
}

function session(sight: JoinSight): Step {
  const { account, emitters, statuses } = sight;
  const key = keyOf(sight);
  const isHere = emitters.map(
    ({ members }, i) => members.includes(account) || (key !== null && statuses[i]?.signers.includes(key)),
  );
  const names = emitters.filter((_, i) => isHere[i]).map(({ name }) => name);
  const lacking = emitters.filter((_, i) => !isHere[i]).map(({ name }) => name);
  if (names.length > 0 && lacking.length === 0) return step('session', 'done', `connected to ${names.join(', ')}`);
  if (names.length > 0)
    return step(
      'session',
      'problem',
      `connected to ${names.join(', ')}, and not to ${lacking.join(', ')}: each emitter wants a p2p-peer-address line`,
    );
  const strangers = statuses.reduce((sum, status) => sum + (status?.unnamed ?? 0), 0);
  const text = strangers > 0 ? `; ${strangers} connections are not known yet, which show by their first block` : '';
  return step('session', 'waiting', `no connection is known to be this node’s${text}`);
}

/** By key in the newest candidates, whoever the chain says it is. */
function candidatesOf(sight: JoinSight) {
  const key = keyOf(sight);
  return sight.slots
    .flatMap(({ slot, seen }) => seen.map((one) => ({ ...one, slot })))
    .filter(({ signer }) => signer === key);
}

function synced(sight: JoinSight): Step {
  const { slots, row } = sight;
  const good = candidatesOf(sight).filter(({ verdict }) => verdict !== 'invalid');
  const stands = slots.filter(({ logs }) =>
    Object.values(logs).some(({ cells }) => row >= 0 && cells[row] === CELL.standby),
  );
  if (good.length > 0) return step('synced', 'done', 'its blocks are built on the pool’s chain');
  if (stands.length > 0)
    return step('synced', 'done', `it stood by in ${stands.length} of the newest ${slots.length} slots`);
  const lost = candidatesOf(sight).find(({ reason }) => reason === 'unlinked');
  if (lost)
    return step(
      'synced',
      'problem',
      `its block for slot ${lost.slot} is built on one that nobody knows: it is not on this chain’s head`,
    );
  return step(
    'synced',
    'waiting',
    'whether it follows the chain shows with its first block, or by standing by in a window of the pool’s',
  );
}

function seenKey(sight: JoinSight): Step {
  const all = candidatesOf(sight);
  const good = all.findLast(({ verdict }) => verdict === 'valid');
  if (good) return step('key', 'done', `its key signed a valid block for slot ${good.slot}`);
  const last = all.at(-1);
  if (last)
    return step(
      'key',
      'problem',
      `its key signed a block for slot ${last.slot}, which is ${last.verdict}${last.reason ? ` (${last.reason})` : ''}`,
    );
  return step(
    'key',
    'waiting',
    'no block with its key has come in the newest windows: a node signs with it once it is admitted and the schedule has it',
  );
}

function admitted(sight: JoinSight): Step {
  const { account, admission } = sight;
  const status = memberOf(sight)?.status;
  if (status === 'active' || status === 'notice') return step('admitted', 'done', `${account} is a member`);
  if (status === 'suspended') return step('admitted', 'problem', `${account} is suspended`);
  if (admission !== null) return step('admitted', 'waiting', admission);
  if (status === 'applied')
    return step('admitted', 'waiting', `a member has to propose the admission of ${account} (propadmit)`);
  return step('admitted', 'waiting', 'after the application a member proposes the admission, and the members vote');
}
