/** Actions of the contract that need no more than a few words, as sub-commands: what each takes, and who pushes it. */
export interface Step {
  /** The command's name. */
  command: string;
  /** The contract's action, when it has another name. */
  action?: string;
  about: string;
  /** The action's field that is the account which acts; null for actions that anyone may push. */
  by: string | null;
  /** The other fields in order; `account` ones name accounts. */
  fields: { name: string; type: 'account' | 'id' | 'count' | 'role'; about: string; default?: string }[];
  example: string;
}

const account = (about: string) => ({ name: 'account', type: 'account' as const, about });
const id = (about: string) => ({ name: 'id', type: 'id' as const, about });

/** Source: docs/contract.md, Actions. */
export const STEPS: Step[] = [
  {
    command: 'claim',
    about: 'pay what an account is owed to its payee; anyone can',
    by: null,
    fields: [
      account('who is owed (default: who acts)'),
      { name: 'token', type: 'count', about: 'its id in the books', default: '0' },
    ],
    example: 'claim alice',
  },
  { command: 'leave', about: 'give notice, or take an application back', by: 'account', fields: [], example: 'leave' },
  {
    command: 'depart',
    about: 'end the membership of who gave notice, when it is over',
    by: null,
    fields: [account('who leaves')],
    example: 'depart bob',
  },
  {
    command: 'refresh',
    about: 'write the signing authority and the break-glass list anew, as after a probation',
    by: null,
    fields: [],
    example: 'refresh',
  },
  {
    command: 'challenge',
    about: 'ask a member for a sign of life',
    by: 'challenger',
    fields: [account('who is asked')],
    example: 'challenge bob',
  },
  {
    command: 'respond',
    about: 'give the sign of life that was asked for',
    by: 'account',
    fields: [],
    example: 'respond',
  },
  {
    command: 'oust',
    about: 'end the membership of who did not respond in time',
    by: null,
    fields: [account('who was silent')],
    example: 'oust bob',
  },
  {
    command: 'lapse',
    about: 'suspend who has not agreed to the newest terms in time',
    by: null,
    fields: [account('who did not agree')],
    example: 'lapse bob',
  },
  {
    command: 'resume',
    about: 'bring a suspended member back when its time is over',
    by: null,
    fields: [account('who was suspended')],
    example: 'resume bob',
  },
  {
    command: 'release',
    about: 'make the bond of a leaver a free deposit',
    by: null,
    fields: [account('who left')],
    example: 'release bob',
  },
  {
    command: 'forget',
    about: 'erase the rows of who left',
    by: null,
    fields: [account('who left')],
    example: 'forget bob',
  },
  {
    command: 'dropkey',
    about: "take the member's signing key out of the producer's authority at once",
    by: 'account',
    fields: [],
    example: 'dropkey',
  },
  {
    command: 'setpayee',
    about: 'name the account that is paid',
    by: 'account',
    fields: [{ name: 'payee', type: 'account', about: 'who is paid' }],
    example: 'setpayee alicepay',
  },
  {
    command: 'pause',
    about: 'pause the pool; the second member within 7 days does it',
    by: 'member',
    fields: [],
    example: 'pause',
  },
  {
    command: 'stop',
    about: 'stop an emitter, oracle or arbitrator at once; the second member within 7 days does it',
    by: 'member',
    fields: [{ name: 'role', type: 'role', about: 'emitter, oracle or arbitrator' }, account('who is stopped')],
    example: 'stop oracle oracle1',
  },
  {
    command: 'payorder',
    about: 'pay a month of an order that is due',
    by: null,
    fields: [id('of the order')],
    example: 'payorder 1',
  },
  { command: 'refund', about: 'give an escrow back', by: null, fields: [id('of the order')], example: 'refund 2' },
  {
    command: 'harvest',
    about: "push one of the chain's claims for the producer",
    by: null,
    fields: [id('of the claim; ./pool rules lists them')],
    example: 'harvest 1',
  },
  {
    command: 'sweep',
    about: 'book what came in',
    by: null,
    fields: [{ name: 'token', type: 'count', about: 'its id in the books', default: '0' }],
    example: 'sweep',
  },
  { command: 'cut', about: 'end the running epoch at its newest settled window', by: null, fields: [], example: 'cut' },
  { command: 'close', about: 'split the income of the epoch that was cut', by: null, fields: [], example: 'close' },
  {
    command: 'prune',
    about: 'erase rows of closed epochs',
    by: null,
    fields: [{ name: 'max', type: 'count', about: 'how many, 1 to 500', default: '100' }],
    example: 'prune 500',
  },
  {
    command: 'dissolve',
    about: 'do the next step of a dissolution that was voted for',
    by: null,
    fields: [],
    example: 'dissolve',
  },
];

/** Steps below `./pool case`. */
export const CASE_STEPS: Step[] = [
  {
    command: 'recuse',
    about: 'withdraw from the panel of a case',
    by: 'arbitrator',
    fields: [id('of the case')],
    example: 'case recuse 1',
  },
  {
    command: 'enforce',
    about: 'do what was ruled; anyone can',
    by: null,
    fields: [id('of the case')],
    example: 'case enforce 1',
  },
  {
    command: 'close',
    action: 'closecase',
    about: 'end a case without a ruling in time, or erase one that ended a week ago',
    by: null,
    fields: [id('of the case')],
    example: 'case close 1',
  },
];
