import { amountText } from '../amount.ts';
import type { Changes } from './changes.ts';
import type { Facts } from './facts.ts';
import type { Proposal } from './proposals.ts';
import type { Order } from './treasury.ts';
import { timeText } from './words.ts';

/** Orders, spends and tokens; null for other kinds. Source: contracts/pool/treasury.ts. */
export function changeOfMoney(proposal: Proposal, facts: Facts): Changes | null {
  const { kind, subject, amount, value, option, token } = proposal;
  const order = facts.orders.find(({ id }) => BigInt(id) === value) ?? null;
  switch (kind) {
    case 'order':
      return {
        title: `orders ${amount} a month from ${subject}, ${value} times`,
        changes: [
          { what: `monthly order for ${subject}`, from: 'none', to: `${amount}, ${value} times` },
          { what: 'in all', from: null, to: times(proposal, facts) },
        ],
        notes: [purse(facts)],
      };
    case 'spend':
      return {
        title: value === 0n ? `pays ${amount} to ${subject} at once` : `puts ${amount} for ${subject} into escrow`,
        changes: [
          value === 0n
            ? { what: subject, from: null, to: `is paid ${amount}` }
            : { what: 'escrow', from: null, to: `${amount} for ${subject}, to be accepted within ${value} days` },
        ],
        notes: [purse(facts)],
      };
    case 'end':
      return {
        title: `ends the monthly order ${value}`,
        changes: [{ what: `order ${value}`, from: orderText(order, facts), to: 'ended' }],
        notes: missing(order, value),
      };
    case 'accept':
      return {
        title: option === 1n ? `accepts the work of order ${value}` : `refuses the work of order ${value}`,
        changes: [
          {
            what: `order ${value}`,
            from: orderText(order, facts),
            to: option === 1n ? `paid to ${order?.payee ?? 'its payee'}` : 'back to the infrastructure',
          },
        ],
        notes: [
          ...missing(order, value),
          ...(order?.inCase
            ? [`It is before the arbitrators in case ${order.inCase}: the contract would refuse it.`]
            : []),
        ],
      };
    case 'token': {
      const code = amount.split(' ')[1];
      return {
        title: `shares the token ${code} of ${token} like the core token`,
        changes: [
          { what: `token ${code} of ${token}`, from: 'not in the books', to: 'in the books, split over the shares' },
        ],
        notes: [],
      };
    }
    case 'foreign':
      return {
        title: `sends ${amount} of ${token} to ${subject}`,
        changes: [{ what: subject, from: null, to: `gets ${amount} (token contract ${token})` }],
        notes: [],
      };
    default:
      return null;
  }
}

function orderText(order: Order | null, { symbol }: Facts): string {
  if (!order) return 'not there';
  const amount = amountText(order.amount, symbol);
  if (order.escrow) return `${amount} in escrow for ${order.payee} until ${timeText(order.due)}`;
  return `${amount} a month to ${order.payee}, ${order.months} still to pay`;
}

function missing(order: Order | null, id: bigint): string[] {
  return order ? [] : [`There is no order ${id} now: the contract would refuse it.`];
}

function times({ amount, value }: Proposal, { symbol }: Facts): string {
  return amountText(BigInt(amount.split(' ')[0]?.replace('.', '') ?? '0') * value, symbol);
}

function purse({ books, config, symbol }: Facts): string {
  const [core] = books;
  const held = amountText(core?.infrastructure ?? 0n, symbol);
  return `Infrastructure holds ${held}, and at most ${amountText(config.figures.monthlimit, symbol)} of it may leave in a month.`;
}
