/**
 * How nodeos is told when to send a block, by version: up to Leap 4 a share of the slot, from Leap 5 on one reserve at the window's end. An option that a
 * version does not know keeps it from starting. Each of them loads chain, net and producer plugin by itself (programs/nodeos/main.cpp at these tags). Source: plugins/producer_plugin/producer_plugin.cpp of EOSIO 2.0.13, Leap 3.2.3, 4.0.6, 5.0.3 and Spring 1.2.2.
 */
export interface NodeVersion {
  version: string;
  name: string;
  timing: { line: string; why: string };
  notes: string[];
}

const EFFORT = {
  line: 'cpu-effort-percent = 80',
  why: 'the default, the same at all members: who gives a block less time is first in every window',
};
const OFFSET = {
  line: 'produce-block-offset-ms = 450',
  why: 'the default, the same at all members: how long before the window’s end its last block is out',
};
const SAVANNA =
  'Spring under Savanna was not tried with this pool: a producer account has one finalizer key there, which lives on one node; ask before you give your node one';

export const VERSIONS: readonly NodeVersion[] = [
  { version: 'eosio2', name: 'EOSIO 2.0', timing: EFFORT, notes: ['EOSIO 2.0 was not tried with this pool'] },
  { version: 'leap3', name: 'Leap 3', timing: EFFORT, notes: ['Leap 3 was not tried with this pool'] },
  { version: 'leap4', name: 'Leap 4', timing: EFFORT, notes: [] },
  { version: 'leap5', name: 'Leap 5', timing: OFFSET, notes: [] },
  { version: 'spring1', name: 'Spring 1', timing: OFFSET, notes: [SAVANNA] },
];
