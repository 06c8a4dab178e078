import type { Session } from './session.ts';
import type { PaidRow } from './world.ts';
import { POOL, type World } from './world.ts';

// Properties that compare two futures of one state. They work on the contract alone and leave everything as it was.

/** What a future says is wrong with it, or nothing. */
type Verdict = string | undefined;

function inFuture<T>(world: World, look: () => T): T {
  const before = world.emulator.snapshot();
  try {
    return look();
  } finally {
    world.emulator.restore(before);
  }
}

function credits(rows: PaidRow[]): Map<string, bigint> {
  return new Map(rows.filter(({ key }) => key.startsWith('credits/')).map(({ key, row }) => [key, row.owed as bigint]));
}

function balances(rows: PaidRow[]): Map<string, bigint> {
  return new Map(
    rows.filter(({ key }) => key.startsWith('balance/')).map(({ key, row }) => [key, row.units as bigint]),
  );
}

/** Everything that is owed, to members and to those who left, is paid exactly, at any time and in any order. */
export function claimsPayWhatIsOwed({ world }: Session): Verdict {
  const before = world.rows();
  const owed = [...credits(before)].filter(([, units]) => units > 0n).map(([key, units]) => ({ key, units }));
  if (owed.length === 0) return undefined;
  const pay = (list: { key: string }[]) =>
    inFuture(world, () => {
      for (const { key } of list) {
        const [, token, account] = key.split('/') as [string, string, string];
        const said = world.act('claim', { account, token: Number(token) }, ['stranger']);
        if (said) return `${account} is owed something in token ${token} and cannot claim it: ${said}`;
      }
      return world.rows();
    });
  const forth = pay(owed);
  const back = pay([...owed].reverse());
  if (typeof forth === 'string') return forth;
  if (typeof back === 'string') return back;
  const after = balances(forth);
  if (shown(balances(back)) !== shown(after)) return 'the order of claims changes what they pay';
  return paidExactly(before, owed, after);
}

function shown(map: Map<string, bigint>): string {
  return [...map]
    .map(([key, units]) => `${key} ${units}`)
    .sort()
    .join();
}

function paidExactly(before: PaidRow[], owed: { key: string; units: bigint }[], after: Map<string, bigint>): Verdict {
  const rows = new Map(before.map(({ key, row }) => [key, row]));
  const expected = balances(before);
  const add = (key: string, units: bigint) => expected.set(key, (expected.get(key) ?? 0n) + units);
  for (const { key, units } of owed) {
    const [, token, account] = key.split('/') as [string, string, string];
    const books = rows.get(`books//${token}`);
    const payee = rows.get(`members//${account}`)?.payee ?? account;
    const place = `balance/${books?.contract}/${books?.symbol}`;
    const first = expected.get(`${place}/${books?.holder}`) ?? 0n;
    const from = first < units ? first : units;
    add(`${place}/${books?.holder}`, -from);
    add(`${place}/${POOL}`, from - units);
    add(`${place}/${payee}`, units);
  }
  for (const [key, units] of after) {
    if ((expected.get(key) ?? 0n) !== units)
      return `after all claims ${key} is ${units} and should be ${expected.get(key)}`;
  }
  return undefined;
}

/**
 * Before an epoch is closed somebody sends dust and has it swept. An epoch that was cut is not touched by it. In one that
 * is cut by the close it can only add: itself, and what the division by shares would have left for the next epoch.
 */
export function dustMovesNoMoreThanItself({ world, pool }: Session, dust: bigint): Verdict {
  const core = pool.books.get(0);
  if (!core) return undefined;
  const sweptAndClosed = () => {
    world.act('sweep', { token: 0 }, ['stranger']);
    return world.act('close', {}, ['stranger']) ?? world.rows();
  };
  const without = inFuture(world, sweptAndClosed);
  if (typeof without === 'string') return undefined;
  const withDust = inFuture(world, () => {
    world.transfer(core.contract, 'stranger', POOL, { units: dust, symbol: core.symbol }, '');
    return sweptAndClosed();
  });
  if (typeof withDust === 'string') return `a sweep before it stops the close: ${withDust}`;
  const wasCut = pool.state.closing_through > pool.state.closed_through;
  const rest = without.find(({ key }) => key === 'books//0')?.row.bucket as bigint;
  const most = wasCut ? 0n : dust + rest;
  const plain = credits(without);
  for (const [key, units] of credits(withDust)) {
    const moved = units - (plain.get(key) ?? 0n);
    if (moved < 0n || moved > most)
      return `${dust} units of dust move ${key} by ${moved}, at most ${most} are explained`;
  }
  return undefined;
}
