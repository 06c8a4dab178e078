import type { Figure } from './founding.ts';

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

/** Names an account that rules in cases. */
export function nameArbitrator(account: string): Motion {
  const data = { role: 'arbitrator', account, on: true, key: NO_KEY, endpoints: '' };
  return { kind: 'role', data, text: `${account} arbitrates` };
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

/** Makes the text with this sha256 (hex) the constitution. */
export function setTerms(terms: string): Motion {
  return { kind: 'terms', data: { terms }, text: `the constitution is the text with sha256 ${terms}` };
}

/** Changes what the rules leave open; amounts in the core token's smallest unit. */
export function setFigure(figure: Figure, value: number): Motion {
  return { kind: 'config', data: { figure, value }, text: `${figure} becomes ${value}` };
}

/** Adds or takes away an action by which the chain pays the producer. */
export function setClaim(code: string, name: string, on: boolean): Motion {
  return { kind: 'claim', data: { code, name, on }, text: `${code}::${name} is ${on ? 'claimed' : 'claimed no more'}` };
}

/** The producer's page and its country, by ISO 3166-1 number. */
export function setUrl(url: string, location: number): Motion {
  return {
    kind: 'url',
    data: { url, location },
    text: `the producer is at ${url}, location ${location}`.slice(0, 255),
  };
}

/** Has the contract approve, as its own owner, the transaction with this hash (hex) that lies in eosio.msig. */
export function approveMsig(proposer: string, name: string, hash: string, text: string): Motion {
  return { kind: 'msig', data: { msig_proposer: proposer, proposal_name: name, trx_hash: hash }, text };
}
