import { Command } from 'commander';
import { amountText } from '../../common/amount.ts';
import { FIGURES, readTerms } from '../../common/governance/pool.ts';
import { readBalance, readDeposits } from '../../common/governance/treasury.ts';
import { figureText, spanText, timeText } from '../../common/governance/words.ts';
import { accountName } from '../oracle/chain-view.ts';
import { refuse } from '../verbs/checks.ts';
import { type ChainOptions, withChain } from '../verbs/options.ts';
import { askPool } from '../verbs/pool-client.ts';
import { table, write } from '../verbs/show.ts';

/** `rules`, `members` and `books`: what stands on the chain. */
export function showCommands(): Command[] {
  return [
    withChain(
      new Command('rules').description('constitution, figures, strategy, roles and claims as they stand on the chain'),
    )
      .addHelpText('after', '\nExamples:\n  ./pool rules\n  ./pool rules --json | jq .figures.votetime')
      .action(rules),
    withChain(
      new Command('members')
        .description('the members with their status, shares and credit; or one of them')
        .argument('[account]', 'one of them', accountName),
    )
      .addHelpText('after', '\nExamples:\n  ./pool members\n  ./pool members alice --json')
      .action(members),
    withChain(new Command('books').description("the treasury: books beside the accounts' balance, orders and credits"))
      .addHelpText('after', '\nExamples:\n  ./pool books\n  ./pool books --json | jq .tokens[0].unswept')
      .action(books),
  ];
}

async function rules(options: ChainOptions): Promise<void> {
  const { client, facts } = await askPool(options);
  const { config, state, strategy, roles, claims, symbol, now, dac } = facts;
  const terms = await readTerms(client, dac);
  const { figures, ...rest } = config;
  const paused = config.pausedUntil > now ? `, paused until ${timeText(config.pausedUntil)}` : '';
  const stop = (stopper: string) => (stopper ? `, ${stopper} asks to stop it` : '');
  await write(options, { dac, now, ...rest, figures, state, strategy, roles, claims, terms, symbol }, () => [
    `pool of ${dac}: producer ${config.producer}, ${config.registered ? 'registered' : 'unregistered'}, ${config.phase}${paused}`,
    `constitution: version ${config.termsVersion}, sha256 ${config.terms}`,
    ...(config.termsGrace > now
      ? [`  members agree to it until ${timeText(config.termsGrace)} (${spanText(config.termsGrace - now)} left)`]
      : []),
    `strategy: ${strategy.strategy}, mode ${strategy.mode}, from window ${strategy.fromWindow} on`,
    'figures:',
    ...FIGURES.map((figure) => `  ${figure.padEnd(10)} ${figureText(figure, figures[figure], symbol)}`),
    'roles:',
    ...roles.map(({ role, account, active, key, endpoints, stopper }) => {
      const parts = [key, endpoints].filter(Boolean).join(' ');
      return `  ${role} ${account}${active ? '' : ' (stopped)'}${parts ? `: ${parts}` : ''}${stop(stopper)}`;
    }),
    'claims:',
    ...claims.map(({ id, code, name }) => `  ${id}: ${code}::${name}`),
    `epoch ${state.epoch}: windows after ${state.closingThrough}, newest settled ${state.lastWindow}; closed through ${state.closedThrough}`,
  ]);
}

async function members(account: string | undefined, options: ChainOptions): Promise<void> {
  const { client, facts } = await askPool(options);
  const { symbol, dac, config } = facts;
  const deposits = await readDeposits(client, dac);
  const found = facts.members.filter((member) => account === undefined || member.account === account);
  if (account !== undefined && found.length === 0)
    throw refuse(`${account} is unknown to ${dac}: ./pool members lists who is known`);
  const all = found.map((member) => {
    const seat = facts.seats.find((one) => one.account === member.account) ?? null;
    const credit = facts.credits.find((one) => one.account === member.account);
    const money = {
      owed: amountText(credit?.owed ?? 0n, symbol),
      credited: amountText(credit?.credited ?? 0n, symbol),
      paid: amountText(credit?.paid ?? 0n, symbol),
      bond: amountText(member.bond, symbol),
      deposit: amountText(deposits.find((one) => one.account === member.account)?.free ?? 0n, symbol),
    };
    return { ...member, ...money, agreed: member.terms === config.termsVersion, seat };
  });
  await write(options, { members: all, termsVersion: config.termsVersion }, () => {
    if (account === undefined) {
      const head = ['account', 'status', 'seat', 'shares', 'owed', 'terms', 'key'];
      return table(
        head,
        all.map((one) => [
          one.account,
          one.status,
          one.seat ? String(one.seat.index) : '',
          String(one.seat?.shares ?? 0),
          one.owed,
          `${one.terms}${one.agreed ? '' : ' (old)'}`,
          one.keyless ? 'dropped' : one.key,
        ]),
      );
    }
    return all.flatMap((one) => [
      `${one.account}: ${one.status}${one.until > facts.now ? `, until ${timeText(one.until)}` : ''}`,
      `pays to ${one.payee}; owed ${one.owed}, credited ${one.credited}, paid ${one.paid}; bond ${one.bond}, deposit ${one.deposit}`,
      `key ${one.keyless ? 'dropped' : one.key}`,
      `agreed to version ${one.terms} of the terms${one.agreed ? '' : `, and ${config.termsVersion} is in force`}`,
      ...(one.seat
        ? [
            `seat ${one.seat.index} since window ${one.seat.since}, ${one.seat.shares} shares in this epoch${one.seat.proxy ? `, proxy ${one.seat.proxy}` : ''}`,
          ]
        : []),
      `${one.url || 'no page'}, location ${one.location}${one.owners ? `, common owners: ${one.owners}` : ''}`,
    ]);
  });
}

async function books(options: ChainOptions): Promise<void> {
  const { client, facts } = await askPool(options);
  const { orders, credits, symbol, dac } = facts;
  const balances = [];
  for (const book of facts.books) balances.push(await readBalance(client, dac, book));
  const tokens = balances.map(({ book, held, booked, unswept }) => {
    const text = (units: bigint) => amountText(units, book.symbol);
    const { id, contract, holder } = book;
    return {
      ...{ id, contract, symbol: book.symbol, holder, held: text(held), booked: text(booked), unswept: text(unswept) },
      ...{ owed: text(book.owed), bucket: text(book.bucket), infrastructure: text(book.infrastructure) },
      ...{ escrow: text(book.escrow), deposits: text(book.deposits), income: text(book.income) },
      ...{ credited: text(book.credited), paid: text(book.paid), spent: text(book.spent) },
    };
  });
  const ordersOut = orders.map((order) => ({ ...order, amount: amountText(order.amount, symbol) }));
  const creditsOut = credits.map(({ account, ...rest }) => {
    const texts = Object.entries(rest).map(([name, units]) => [name, amountText(units, symbol)]);
    return { account, ...(Object.fromEntries(texts) as Record<keyof typeof rest, string>) };
  });
  await write(options, { tokens, orders: ordersOut, credits: creditsOut }, () => [
    ...tokens.flatMap((one) => [
      `token ${one.id}, ${one.symbol} of ${one.contract}: ${one.holder} and ${dac} hold ${one.held}`,
      `  = owed ${one.owed} + bucket ${one.bucket} + infrastructure ${one.infrastructure} + escrow ${one.escrow} + deposits ${one.deposits}`,
      one.unswept.startsWith('-')
        ? `  ! ${one.unswept.slice(1)} less than the books say: this should never be`
        : `  + ${one.unswept} not booked yet (./pool sweep ${one.id})`,
      `  ever: income ${one.income}, credited ${one.credited}, paid ${one.paid}, spent ${one.spent}`,
    ]),
    ...ordersOut.map(({ id, payee, amount, escrow, months, due, inCase, text }) => {
      const what = escrow
        ? `in escrow, to be accepted until ${timeText(due)}`
        : `a month, ${months} times, next ${timeText(due)}`;
      return `order ${id}: ${amount} to ${payee} ${what}${inCase ? `, in case ${inCase}` : ''}${text ? ` (${text})` : ''}`;
    }),
    ...creditsOut.map(
      ({ account, owed, credited, paid }) => `credit of ${account}: owed ${owed}, credited ${credited}, paid ${paid}`,
    ),
  ]);
}
