import { amountText, tokenCode } from '../../common/amount.ts';
import type { Facts } from '../../common/governance/facts.ts';
import { isMember, MEMBER_STATUS, type Member, type MemberStatus } from '../../common/governance/members.ts';
import { readCredits } from '../../common/governance/treasury.ts';
import { spanText, timeText } from '../../common/governance/words.ts';
import { requireCaseStep } from './case-checks.ts';
import { refuse, requireVoter } from './checks.ts';
import type { PoolNow } from './pool-client.ts';

type Data = Record<string, unknown>;
type Check = (data: Data, now: PoolNow, actor: string) => Promise<string[]> | string[];

/** Throws PoolError `not_now` with one sentence for what the contract would refuse; gives sentences on what the action does. */
export async function requireStep(name: string, data: Data, now: PoolNow, actor: string): Promise<string[]> {
  return CHECKS[name]?.(data, now, actor) ?? [];
}

/** By the contract's action; what is not here is left to the contract. Each has its source in docs/contract.md. */
const CHECKS: Record<string, Check> = {
  claim: async ({ account, token }, { client, facts }) => {
    const book = facts.books.find(({ id }) => id === Number(token));
    if (!book) throw refuse(`there is no token ${token} in the books: ./pool books lists them`);
    const credit = (await readCredits(client, facts.dac, book.id)).find((one) => one.account === account);
    if (!credit || credit.owed === 0n) throw refuse(`nothing is owed to ${account} in ${tokenCode(book.symbol)}`);
    const payee = facts.members.find((one) => one.account === account)?.payee ?? String(account);
    return [`${amountText(credit.owed, book.symbol)} go to ${payee}.`];
  },
  leave: ({ account }, { facts }) => {
    const member = needMember(facts, account, ['applied', 'active', 'suspended']);
    if (member.status === 'applied')
      return [`${account} takes its application back; its bond is free at once by ./pool release.`];
    if (member.status === 'suspended') return [`${account} is out at once.`];
    const voting = facts.seats.filter((seat) => seat.voting && seat.until === 0);
    if (voting.length < 2 && voting[0]?.account === account) {
      throw refuse(`${account} is the last member with a vote: admit another one, or dissolve the pool`);
    }
    return [
      `${account} signs and is paid for ${spanText(Number(facts.config.figures.notice) * 1000)} more, and has no vote from now on.`,
    ];
  },
  depart: ({ account }, { facts }) => timeIsOver(facts, needMember(facts, account, ['notice']), 'the notice'),
  resume: ({ account }, { facts }) => {
    const member = needMember(facts, account, ['suspended']);
    const { termsVersion } = facts.config;
    if (member.terms !== termsVersion)
      throw refuse(
        `${account} agreed to version ${member.terms} of the terms: it has to agree to version ${termsVersion} first`,
      );
    return timeIsOver(facts, member, 'the suspension');
  },
  challenge: ({ account }, { facts }, actor) => {
    requireVoter(facts, actor);
    if (account === actor) throw refuse(`${actor} cannot challenge itself`);
    const { respondBy, challengeRest } = needMember(facts, account, ['active', 'notice']);
    if (respondBy !== 0) throw refuse(`${account} is challenged already, until ${timeText(respondBy)}`);
    if (challengeRest > facts.now)
      throw refuse(`${account} responded lately: it is not challenged again before ${timeText(challengeRest)}`);
    return [`${account} has ${spanText(Number(facts.config.figures.challenge) * 1000)} to respond.`];
  },
  respond: ({ account }, { facts }) => {
    if (needMember(facts, account).respondBy === 0) throw refuse(`${account} is not challenged`);
    return [];
  },
  oust: ({ account }, { facts }) => {
    const { respondBy } = needMember(facts, account);
    if (respondBy === 0) throw refuse(`${account} is not challenged`);
    if (respondBy > facts.now)
      throw refuse(`${account} can respond until ${timeText(respondBy)} (${spanText(respondBy - facts.now)})`);
    return [`${account} is no member any more.`];
  },
  lapse: ({ account }, { facts }) => {
    const { config, now } = facts;
    const { terms } = needMember(facts, account, ['active', 'notice']);
    if (terms === config.termsVersion) throw refuse(`${account} has agreed to the newest terms (version ${terms})`);
    if (config.termsGrace > now)
      throw refuse(`${account} can agree until ${timeText(config.termsGrace)} (${spanText(config.termsGrace - now)})`);
    return [];
  },
  dropkey: ({ account }, { facts }) => {
    const member = needMember(facts, account, ['active', 'notice', 'suspended']);
    if (member.keyless)
      throw refuse(
        `${account} has dropped its key already: ./pool join ${account} --setkey makes the line for a new one`,
      );
    const others = facts.seats.filter((seat) => seat.signing && seat.account !== account).length;
    return others > 0 ? [] : ['It is the last key: the producer is unregistered, and only a vote registers it again.'];
  },
  setpayee: ({ account, payee }, { facts }) => {
    needMember(facts, account);
    if (payee === facts.dac || payee === facts.config.producer)
      throw refuse(`payee ${payee} belongs to the pool itself: name another account`);
    return [];
  },
  pause: (_, { facts }, actor) => {
    requireVoter(facts, actor);
    const { config, state, now } = facts;
    if (config.pausedUntil > now) throw refuse(`the pool is paused until ${timeText(config.pausedUntil)} already`);
    if (state.pauser === actor) throw refuse(`${actor} has asked for a pause already: another member has to join in`);
    return [
      state.pauser === ''
        ? 'A second member has to push the same within 7 days.'
        : `${state.pauser} has asked for it: the pool is paused at once.`,
    ];
  },
  stop: ({ role, account }, { facts }, actor) => {
    requireVoter(facts, actor);
    const holder = facts.roles.find((one) => one.role === role && one.account === account && one.active);
    if (!holder) throw refuse(`${account} is no ${role} of this pool: ./pool rules lists them`);
    if (holder.stopper === actor)
      throw refuse(`${actor} has asked to stop ${account} already: another member has to join in`);
    return [
      holder.stopper === ''
        ? 'A second member has to push the same within 7 days.'
        : `${holder.stopper} has asked for it: ${account} is stopped at once.`,
    ];
  },
  payorder: ({ id }, { facts }) => {
    const order = needOrder(facts, Number(id));
    if (order.escrow) throw refuse(`order ${id} is an escrow: members accept it by ./pool propose accept ${id} on`);
    if (order.due > facts.now)
      throw refuse(`order ${id} is due on ${timeText(order.due)} (in ${spanText(order.due - facts.now)})`);
    return [`${amountText(order.amount, facts.symbol)} go to ${order.payee}.`];
  },
  refund: ({ id }, { facts }, actor) => {
    const order = needOrder(facts, Number(id));
    if (!order.escrow) throw refuse(`order ${id} is a monthly one and has no escrow`);
    if (order.inCase !== 0) throw refuse(`order ${id} is before the arbitrators in case ${order.inCase}`);
    if (order.payee !== actor && order.due > facts.now)
      throw refuse(
        `order ${id} can be accepted until ${timeText(order.due)}: until then only ${order.payee} gives it back`,
      );
    return [];
  },
  harvest: ({ id }, { facts }) => {
    const claim = facts.claims.find((one) => one.id === Number(id));
    if (!claim) throw refuse(`there is no claim ${id}: ./pool rules lists them`);
    return [`It pushes ${claim.code}::${claim.name} for ${facts.config.producer}.`];
  },
  sweep: ({ token }, { facts }) => {
    if (facts.books.some(({ id }) => id === Number(token))) return [];
    throw refuse(`there is no token ${token} in the books: ./pool books lists them`);
  },
  prune: ({ max }) => {
    if (Number(max) >= 1 && Number(max) <= 500) return [];
    throw refuse(`${max} rows: 1 to 500 are allowed`);
  },
  dissolve: (_, { facts }) => {
    if (facts.config.phase === 'dissolving' || facts.config.phase === 'dissolved') return [];
    throw refuse(`the pool is ${facts.config.phase}: ./pool propose dissolve asks the members first`);
  },
  release: ({ account }, { facts }) => {
    const isDissolved = facts.config.phase === 'dissolved';
    const member = needMember(facts, account, isDissolved ? MEMBER_STATUS : ['left', 'expelled']);
    if (member.bond === 0n) throw refuse(`${account} has no bond here`);
    // At the pool's end nothing is kept from anybody.
    return isDissolved ? [] : timeIsOver(facts, member, 'the bond', 'is kept');
  },
  forget: ({ account }, { facts }) => {
    needMember(facts, account, ['left']);
    return [];
  },
  recuse: requireCaseStep('recuse'),
  enforce: requireCaseStep('enforce'),
  closecase: requireCaseStep('closecase'),
};

function needMember({ members, dac }: Facts, account: unknown, wanted?: readonly MemberStatus[]): Member {
  const found = members.find((one) => one.account === account);
  if (!found) throw refuse(`${account} is unknown to ${dac}: ./pool members lists who is known`);
  if (wanted ? wanted.includes(found.status) : isMember(found) || found.status === 'applied') return found;
  throw refuse(
    `${account} is ${found.status === 'notice' ? 'on notice' : found.status}: this is for who is ${(wanted ?? ['a member']).join(' or ')}`,
  );
}

function needOrder({ orders }: Facts, id: number) {
  const found = orders.find((one) => one.id === id);
  if (!found) throw refuse(`there is no order ${id}: ./pool books lists them`);
  return found;
}

function timeIsOver({ now }: Facts, { account, until }: Member, what: string, says = 'lasts'): string[] {
  if (until > now) throw refuse(`${what} of ${account} ${says} until ${timeText(until)} (${spanText(until - now)})`);
  return [];
}
