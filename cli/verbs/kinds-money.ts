import { MOST_UNITS, parseAmount, tokenCode } from '../../common/amount.ts';
import { PoolError } from '../../common/errors.ts';
import type { Facts } from '../../common/governance/facts.ts';
import { accountName } from '../oracle/chain-view.ts';
import { integer } from '../run/options.ts';
import { refuse } from './checks.ts';
import type { KindCommand } from './kind-command.ts';
import { onOff } from './options.ts';

const order = (text: string) => String(integer(1, Number.MAX_SAFE_INTEGER)(text));

export const moneyKinds: KindCommand[] = [
  {
    kind: 'order',
    about: 'pay an amount each month of 30 days, 1 to 120 times, out of the infrastructure',
    example: 'order emitterco "50 EOS" 12 --text "the emitter"',
    shape: (command) =>
      command
        .argument('<payee>', 'who is paid', accountName)
        .argument('<amount>', 'a month, as "50 EOS"')
        .argument('<months>', 'how many', integer(1, 120)),
    make: ({ facts }, [payee = '', text = '', months]) => {
      const amount = spend(facts, payee, text);
      return {
        data: { payee, amount, months: Number(months) },
        columns: { subject: payee, amount, value: BigInt(months ?? 0) },
      };
    },
  },
  {
    kind: 'end',
    about: 'end a monthly order',
    example: 'end 1',
    shape: (command) => command.argument('<order>', 'its id; ./pool books lists them', order),
    make: ({ facts }, [id]) => {
      needOrder(facts, Number(id), false);
      return { data: { order: id }, columns: { value: BigInt(id ?? 0) } };
    },
  },
  {
    kind: 'spend',
    about: 'pay an amount once: at once, or with --days from escrow when the members accept the work',
    example: 'spend emitterco "200 EOS" --days 60 --text "a second relay"',
    shape: (command) =>
      command
        .argument('<payee>', 'who is paid', accountName)
        .argument('<amount>', 'as "200 EOS"')
        .option('--days <n>', 'in escrow, to be accepted within so many days; 0: at once', integer(0, 365), 0),
    make: ({ facts }, [payee = '', text = ''], { days }) => {
      const amount = spend(facts, payee, text);
      return {
        data: { payee, amount, days: Number(days) },
        columns: { subject: payee, amount, value: BigInt(Number(days)) },
      };
    },
  },
  {
    kind: 'accept',
    about: 'pay an escrow to its payee (on), or take it back (off)',
    example: 'accept 2 on --text "it works"',
    shape: (command) => command.argument('<order>', 'its id', order).argument('<on|off>', 'on pays', onOff),
    make: ({ facts }, [id, word]) => {
      needOrder(facts, Number(id), true);
      const accepted = word === 'on';
      return { data: { order: id, accepted }, columns: { value: BigInt(id ?? 0), option: accepted ? 1n : 0n } };
    },
  },
  {
    kind: 'token',
    about: 'share another token like the core token',
    example: 'token eosio.token 4,SYS',
    shape: (command) =>
      command.argument('<contract>', "the token's contract", accountName).argument('<symbol>', 'as 4,SYS', symbol),
    make: ({ facts }, [contract = '', core = '']) => {
      const has = facts.books.some((book) => book.contract === contract && book.symbol === core);
      if (has) throw refuse(`${core} of ${contract} is in the books already`);
      const [precision = '0', code = ''] = core.split(',');
      const zero = Number(precision) > 0 ? `0.${'0'.repeat(Number(precision))} ${code}` : `0 ${code}`;
      return { data: { contract, core }, columns: { token: contract, amount: zero } };
    },
  },
  {
    kind: 'foreign',
    about: 'send on a token that is not in the books',
    example: 'foreign airdroptoken "100.00 DROP" charity',
    shape: (command) =>
      command
        .argument('<contract>', "the token's contract", accountName)
        .argument('<amount>', 'with all places of the token, as "100.00 DROP"', asset)
        .argument('<to>', 'who gets it', accountName),
    make: ({ facts }, [contract = '', amount = '', to = '']) => {
      requirePayee(facts, to);
      const code = amount.split(' ')[1];
      const isBooked = facts.books.some((book) => book.contract === contract && tokenCode(book.symbol) === code);
      if (isBooked) throw refuse(`${code} of ${contract} is in the books: it belongs to the members`);
      return { data: { contract, amount, to }, columns: { token: contract, amount, subject: to } };
    },
  },
];

function spend(facts: Facts, payee: string, text: string): string {
  requirePayee(facts, payee);
  const amount = parseAmount(text, facts.symbol);
  if (/[1-9]/.test(amount)) return amount;
  throw refuse(`the amount is ${amount}: it has to be more than nothing`);
}

/** Source: contracts/pool/words.ts, `requirePayee`. */
function requirePayee({ dac, config }: Facts, payee: string): void {
  if (payee === dac || payee === config.producer)
    throw refuse(`${payee} belongs to the pool itself: name another account`);
}

function needOrder({ orders }: Facts, id: number, escrow: boolean): void {
  const found = orders.find((one) => one.id === id);
  if (!found) throw refuse(`there is no order ${id}: ./pool books lists them`);
  if (escrow && !found.escrow) throw refuse(`order ${id} is a monthly one: ./pool propose end ${id} ends it`);
  if (!escrow && found.escrow) throw refuse(`order ${id} is an escrow: ./pool propose accept ${id} on|off decides it`);
  if (found.inCase !== 0) throw refuse(`order ${id} is before the arbitrators in case ${found.inCase}`);
}

function symbol(text: string): string {
  const [, precision = '99'] = /^(\d{1,2}),([A-Z]{1,7})$/.exec(text) ?? [];
  if (Number(precision) <= 18) return text;
  throw new PoolError('options', `"${text}" is no symbol: write precision and code, as 4,SYS`);
}

function asset(text: string): string {
  if (!/^\d{1,19}(\.\d{1,18})? [A-Z]{1,7}$/.test(text))
    throw new PoolError('options', `"${text}" is no amount: write it with all places of the token, as "100.00 DROP"`);
  const units = BigInt(text.replace(/[. A-Z]/g, ''));
  if (units > 0n && units <= MOST_UNITS) return text;
  throw new PoolError(
    'options',
    `"${text}" cannot be sent: the amount has to be more than nothing and below 2^62 units`,
  );
}
