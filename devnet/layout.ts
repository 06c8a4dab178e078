/** Who runs where: pure arithmetic, so that a parent can count the ports before it starts a devnet. */

export type Role = 'producer' | 'relay' | 'member';

export interface NodePlan {
  name: string;
  role: Role;
  apiPort: number;
  /** Members listen for nobody: whoever reached them could take their candidates past the emitter. */
  p2pPort: number | null;
  /** Where it serves its state history; nodes without one have none. */
  shipPort?: number;
}

export interface Counts {
  producers: number;
  relays: number;
  members: number;
}

/** `prefix` with a number out of the digits that account names may have: 1 to 5, then 11 to 15, 21 ... */
export function accountName(prefix: string, index: number): string {
  let digits = '';
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 5)) digits = String(((n - 1) % 5) + 1) + digits;
  return prefix + digits;
}

/** The account of an emitter's operator. */
export function emitterName(index: number): string {
  return accountName('emitter', index);
}

/** The node beside an emitter. */
export function relayName(index: number): string {
  return index === 0 ? 'relay' : `relay${index + 1}`;
}

/** How many consecutive ports `layout` uses. */
export function portsNeeded(counts: Counts): number {
  return 2 * (counts.producers + counts.relays) + counts.members + 1;
}

/** Names and ports of all nodes, from `base` on. A node's name is the name of the account it works for. */
export function layout(counts: Counts, base: number): NodePlan[] {
  let port = base;
  const plans: NodePlan[] = [];
  const add = (name: string, role: Role, listens: boolean) => {
    plans.push({ name, role, apiPort: port++, p2pPort: listens ? port++ : null });
  };
  for (let i = 0; i < counts.producers; i++) add(accountName('bp', i), 'producer', true);
  for (let i = 0; i < counts.relays; i++) add(relayName(i), 'relay', true);
  for (let i = 0; i < counts.members; i++) add(accountName('member', i), 'member', false);
  // The first producer's, for it is the node that the oracles ask.
  const [first] = plans;
  if (first) first.shipPort = port++;
  return plans;
}
