import { Command } from 'commander';
import { amountText, parseAmount, tokenCode } from '../../common/amount.ts';
import { readDeposits } from '../../common/governance/treasury.ts';
import { accountName } from '../oracle/chain-view.ts';
import { integer } from '../run/options.ts';
import { act, actorOf } from '../verbs/act.ts';
import { refuse, requireText } from '../verbs/checks.ts';
import { fileHash } from '../verbs/file-hash.ts';
import { type ActOptions, sha256Hex, withAct } from '../verbs/options.ts';
import { askPool } from '../verbs/pool-client.ts';
import { BYTES } from '../verbs/room.ts';

/** What a member says of itself and does with its own: `agree`, `setinfo`, `setproxy`, `deposit`. */
export function membershipCommands(): Command[] {
  return [agreeCommand(), infoCommand(), proxyCommand(), depositCommand()];
}

function agreeCommand(): Command {
  return withAct(
    new Command('agree')
      .description('agree to the newest constitution; its sha256 is computed from the text that you have read')
      .argument('[file]', 'the text')
      .option('--hash <sha256>', 'instead of the file', sha256Hex),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  ./pool agree docs/constitution.md --as alice\n  ./pool agree --hash 9f86… --as alice --push --key-file alice.key',
    )
    .action(agree);
}

async function agree(file: string | undefined, options: ActOptions & { hash?: string }): Promise<void> {
  const account = actorOf(options);
  const { hash } = options;
  if ((file === undefined) === (hash === undefined))
    throw refuse('name the constitution: a file, or its sha256 with --hash, one of the two');
  const { client, facts } = await askPool(options);
  const { config, members, dac } = facts;
  const terms = hash ?? fileHash(file ?? '', 'the constitution');
  if (terms !== config.terms)
    throw refuse(
      `${file ?? '--hash'} is ${terms}, and the pool's terms (version ${config.termsVersion}) have the sha256 ${config.terms}: read those`,
    );
  const member = members.find((one) => one.account === account);
  if (!member || member.status === 'left' || member.status === 'expelled')
    throw refuse(`${account} is no member of ${dac}: it agrees when it joins`);
  if (member.terms === config.termsVersion) throw refuse(`${account} has agreed to version ${member.terms} already`);
  const says = [`${account} agreed to version ${member.terms}, and now to ${config.termsVersion}.`];
  await act(client, options, { name: 'agree', data: { account, terms }, says });
}

function infoCommand(): Command {
  return withAct(
    new Command('setinfo')
      .description('say anew what join said of you; what is left out stays as it is')
      .option('--url <url>', 'your page')
      .option('--location <n>', 'country by ISO 3166-1 number', integer(0, 65_535))
      .option('--owners <text>', 'other members that you own, control or share machines with'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  ./pool setinfo --url https://alice.example --as alice\n  ./pool setinfo --owners "carol holds a third" --as alice --esr',
    )
    .action(async (options: ActOptions & { url?: string; location?: number; owners?: string }) => {
      const account = actorOf(options);
      const { client, facts } = await askPool(options);
      const member = facts.members.find((one) => one.account === account);
      if (!member) throw refuse(`${account} is unknown to ${facts.dac}: ./pool members lists who is known`);
      const { url = member.url, location = member.location, owners = member.owners } = options;
      for (const [what, text] of Object.entries({ url, owners })) requireText(what, text);
      if (url === member.url && location === member.location && owners === member.owners) {
        throw refuse(`nothing would change: ${account} says this already; give --url, --location or --owners`);
      }
      await act(client, options, { name: 'setinfo', data: { account, url, location, owners } });
    });
}

function proxyCommand(): Command {
  return withAct(
    new Command('setproxy')
      .description('name the member whose vote counts where you do not vote; "nobody" ends it')
      .argument('<member>', 'an account, or nobody', accountName),
  )
    .addHelpText('after', '\nExamples:\n  ./pool setproxy alice --as dave\n  ./pool setproxy nobody --as dave')
    .action(async (named: string, options: ActOptions) => {
      const account = actorOf(options);
      const { client, facts } = await askPool(options);
      const proxy = named === 'nobody' && !facts.seats.some((seat) => seat.account === named) ? '' : named;
      if (!facts.seats.some((seat) => seat.account === account))
        throw refuse(`${account} is not a member: it would have to join and be admitted first`);
      const other = facts.seats.find((seat) => seat.account === proxy);
      if (proxy === account) throw refuse(`${account} cannot be its own proxy: name another member, or nobody`);
      if (proxy !== '' && !other) throw refuse(`proxy ${proxy} is not a member`);
      if (other && other.proxy !== '') throw refuse(`proxy ${proxy} has itself a proxy: name ${other.proxy}`);
      await act(client, options, { name: 'setproxy', data: { account, proxy } });
    });
}

function depositCommand(): Command {
  const command = new Command('deposit').description('core tokens of your own that stay here for bonds and fees');
  command.addCommand(
    withAct(new Command('open').description('make the row for your deposit, at your cost; before the first transfer'))
      .addHelpText('after', '\nExamples:\n  ./pool deposit open --as dave')
      .action(async (options: ActOptions) => {
        const account = actorOf(options);
        const { client, facts } = await askPool(options);
        const has = (await readDeposits(client, facts.dac)).some((one) => one.account === account);
        if (has) throw refuse(`${account} has a deposit already: ./pool deposit add puts something in`);
        await act(client, options, { name: 'open', data: { account }, bytes: BYTES.deposit });
      }),
  );
  for (const name of ['add', 'withdraw'] as const) {
    const about = name === 'add' ? 'transfer core tokens into it' : 'take back what is free of it';
    command.addCommand(
      withAct(new Command(name).description(about).argument('<amount>', 'as "10 EOS"'))
        .addHelpText('after', `\nExamples:\n  ./pool deposit ${name} "10 EOS" --as dave`)
        .action((text: string, options: ActOptions) => move(name, text, options)),
    );
  }
  return command;
}

async function move(name: 'add' | 'withdraw', text: string, options: ActOptions): Promise<void> {
  const account = actorOf(options);
  const { client, facts } = await askPool(options);
  const { dac, symbol, books } = facts;
  const quantity = parseAmount(text, symbol);
  const units = BigInt(quantity.replace(/[. A-Z]/g, ''));
  if (units === 0n) throw refuse('the amount is nothing: it has to be more');
  const own = (await readDeposits(client, dac)).find((one) => one.account === account);
  if (!own) throw refuse(`${account} has no deposit: ./pool deposit open makes it`);
  if (name === 'withdraw') {
    if (units > own.free) throw refuse(`${account} has ${amountText(own.free, symbol)} free, less than ${quantity}`);
    await act(client, options, { name: 'withdraw', data: { account, quantity } });
    return;
  }
  const token = books[0]?.contract ?? 'eosio.token';
  const held = await client.balance(token, account, tokenCode(symbol));
  if (units > held) throw refuse(`${account} has ${amountText(held, symbol)}, less than ${quantity}`);
  const data = { from: account, to: dac, quantity, memo: 'deposit' };
  await act(client, options, { account: token, name: 'transfer', data });
}
