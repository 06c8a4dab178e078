/** What is proposed to the members: the kind is the action's name without `prop`, the data its fields besides proposer and text. */
export interface Motion {
  kind: string;
  data: Record<string, unknown>;
  /** Why, for those who vote. */
  text: string;
}

/** What a role without a key of its own is named with: a K1 key of zeros. */
export const NO_KEY = 'EOS1111111111111111111111111111111114T1Anm';

/** Takes an applicant in. */
export function admit(account: string): Motion {
  return { kind: 'admit', data: { account }, text: `${account} becomes a member` };
}

/** Registers the producer with the keys of all members, or unregisters it. */
export function register(on: boolean): Motion {
  return { kind: 'register', data: { on }, text: `the producer is ${on ? 'registered' : 'unregistered'}` };
}

/** Names an account that reports windows. */
export function nameOracle(account: string): Motion {
  const data = { role: 'oracle', account, on: true, key: NO_KEY, endpoints: '' };
  return { kind: 'role', data, text: `${account} reports the windows` };
}

/** Names an account that runs an emitter, with the key that signs its log and where members and readers reach it. */
export function nameEmitter(account: string, logKey: string, endpoints: string): Motion {
  const data = { role: 'emitter', account, on: true, key: logKey, endpoints };
  return { kind: 'role', data, text: `${account} runs an emitter` };
}

/** Takes a role from an account: emitter, oracle or arbitrator. */
export function endRole(role: string, account: string): Motion {
  const data = { role, account, on: false, key: NO_KEY, endpoints: '' };
  return { kind: 'role', data, text: `${account} is ${role} no more` };
}

/** By what rule emitters choose blocks, from the window after the execution on; the mode is propose or standby. */
export function chooseBy(strategy: string, mode: string): Motion {
  return { kind: 'strategy', data: { strategy, mode }, text: `blocks are chosen by ${strategy}` };
}

/** Pays `payee` so much (such as "10.0000 EOS") each month out of the part for infrastructure; the text stays with the order. */
export function orderMonthly(payee: string, amount: string, months: number, text: string): Motion {
  return { kind: 'order', data: { payee, amount, months }, text };
}
