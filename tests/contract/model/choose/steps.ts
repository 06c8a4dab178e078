import type { Step } from '../drive/session.ts';
import { CORE, OTHERS, PEOPLE, POOL, PRODUCER, TOKENS } from '../drive/world.ts';
import { act, authorityOf } from '../rules/model.ts';
import { Refusal } from '../rules/refusal.ts';
import type { Pool } from '../rules/state.ts';
import { agenda, votes } from './agenda.ts';
import { BUSINESS_CHOICES } from './business.ts';
import { Chance } from './chance.ts';
import { type Choices, PEOPLE_CHOICES } from './people.ts';
import { VOTING_CHOICES } from './voting.ts';

// A step is chosen by one number from the state of the model, so that a sequence is a list of numbers and can be made
// shorter. Most steps are steered to succeed, or nothing would ever pass; the others are taken as they come.

const ALL: Choices = { ...PEOPLE_CHOICES, ...BUSINESS_CHOICES, ...VOTING_CHOICES };
const ON_AGENDA = 0.4;
const STEERED = 0.6;
const REFUSED = 0.25;
/** What is said to who names something that is not there: true, and soon tried enough. */
const PLAIN =
  /^(there is no|is not a member|has no deposit|the pool is not set up|is not counted|is counted|is finished|is over)/;
const TRIES = 9;
const WAITS = 6;
const MONEY = 3;

interface Kind {
  weight: number;
  make: (c: Chance) => Step;
}

const KINDS: Kind[] = [
  ...Object.entries(ALL).map(
    ([action, [weight, args]]): Kind => ({ weight, make: (c) => actionOf(c, action, args(c)) }),
  ),
  { weight: WAITS, make: wait },
  { weight: MONEY, make: pay },
  { weight: 0.6, make: (c) => ({ do: 'reward', units: c.of([7n, 20_000n, 50_001n]) }) },
];
const founding = new Set(['init', 'founders', 'setfigure', 'setclaim', 'handover', 'join']);

export function choose(pool: Pool, number: number): Step {
  const chance = new Chance(pool, number);
  if (pool.config && chance.is(ON_AGENDA)) {
    for (let i = 0; i < TRIES; i++) {
      const step = fromAgenda(chance);
      if (step && isAccepted(pool, step)) return step;
    }
    return wait(chance);
  }
  const kind = chance.next();
  if (kind > STEERED + REFUSED) return pick(chance);
  const wanted = kind < STEERED ? isAccepted : isRefused;
  for (let i = 0; i < TRIES; i++) {
    const step = pick(chance);
    if (wanted(pool, step)) return step;
  }
  return pick(chance);
}

function isAccepted(pool: Pool, step: Step): boolean {
  return step.do !== 'act' || !(act(pool, step.action, step.args, step.by) instanceof Refusal);
}

/** Something that could have been right and is not. */
function isRefused(pool: Pool, step: Step): boolean {
  if (step.do !== 'act') return false;
  const said = act(pool, step.action, step.args, step.by);
  return said instanceof Refusal && !PLAIN.test(said.fragment);
}

function fromAgenda(c: Chance): Step | undefined {
  const asks = agenda(c);
  if (asks.length === 0) return undefined;
  const [action, args] = c.of(asks);
  const needs = authorityOf(c.pool, action, args);
  return { do: 'act', action, args, by: [needs ?? 'stranger'] };
}

const names = [...Object.keys(ALL), '', '', ''];

function pick(c: Chance): Step {
  const isFounding = (c.pool.config?.phase ?? 0) === 0;
  const weights = KINDS.map(({ weight }, i) =>
    isFounding && founding.has(names[i] as string) ? weight * 12 + 2 : weight,
  );
  let at = c.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, kind] of KINDS.entries()) {
    at -= weights[i] as number;
    if (at < 0) return kind.make(c);
  }
  return wait(c);
}

function actionOf(c: Chance, action: string, args: Record<string, unknown>): Step {
  const needs = authorityOf(c.pool, action, args);
  const wrong = needs !== undefined && c.is(0.02);
  let signer = needs ?? 'stranger';
  if (wrong || !c.pool.chain.accounts.has(signer)) signer = c.of(PEOPLE);
  if (action === 'refund' && c.is(0.6)) signer = c.pool.orders.get(args.id as number)?.payee ?? signer;
  return { do: 'act', action, args, by: [signer] };
}

/** A moment, as exactly as it gets; to the next or a later one at which something changes; or a long time. */
function wait(c: Chance): Step {
  const moments = c.moments();
  const kind = c.next();
  // A vote that runs is not let pass by too often, or nothing would be decided.
  if (c.is(0.45) && votes(c).length > 0) return { do: 'wait', ms: 500 };
  if (moments.length > 0 && kind < 0.7) {
    const moment = c.is(0.8) ? (moments[0] as number) : c.of(moments.slice(0, 6));
    const ms = moment * 1000 - c.pool.chain.ms + c.of([0, 0, 0, 0, 0, -1000, -500, 1000]);
    if (ms > 0) return { do: 'wait', ms };
  }
  if (kind < 0.95) return { do: 'wait', ms: c.of([500, 1000, 6000, 12_000, 12_000, 18_000]) };
  return { do: 'wait', ms: c.of([3600, 86_400, 7 * 86_400, 30 * 86_400]) * 1000 };
}

/** Deposits, gifts and dust, of the real token and of others, also to the producer's account. */
function pay(c: Chance): Step {
  const [contract, symbol] = c.is(0.7) ? ['eosio.token', CORE] : c.of(TOKENS);
  const depositors = [...c.pool.deposits.keys()];
  const memo = c.is(0.6) ? 'deposit' : c.of(['', 'Deposit', 'a gift']);
  const from = memo === 'deposit' ? c.likely(depositors, [...PEOPLE, ...OTHERS]) : c.of([...PEOPLE, ...OTHERS]);
  const to = memo === 'deposit' || c.is(0.8) ? POOL : PRODUCER;
  const units = BigInt(c.is(0.3) ? 1 : 1 + c.below(600));
  const payer = from === POOL || from === PRODUCER ? 'stranger' : from;
  return {
    do: 'transfer',
    contract: contract as string,
    from: payer,
    to,
    money: { units, symbol: symbol as string },
    memo,
  };
}
