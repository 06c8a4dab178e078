import { heldOf, liabilitiesOf, Tables } from './invariants.ts';
import type { Step } from './session.ts';
import { type PaidRow, POOL } from './world.ts';

// The books equal the token balance, but for what came in and was not booked yet. What that is, is told from the transfers of
// the steps alone: it grows by gifts, is gone after a sweep, and nothing else moves it by a unit.

const SWEEPS = new Set(['harvest', 'sweep', 'collect']);

/** A sentence when a step that was done moved the difference of balance and books otherwise. */
export function checkSurplus(before: PaidRow[], after: PaidRow[], step: Step): string | undefined {
  const [old, now] = [new Tables(before), new Tables(after)];
  for (const { key, row: books } of now.of('books')) {
    const was = old.one(key);
    if (!was) continue; // listed just now
    const moved = heldOf(now, books) - liabilitiesOf(books) - (heldOf(old, was) - liabilitiesOf(was));
    const name = `${books.symbol} of ${books.contract}`;
    if (step.do === 'act' && SWEEPS.has(step.action) && BigInt(sweptBy(step)) === books.id) {
      if (heldOf(now, books) !== liabilitiesOf(books))
        return `after ${step.action} the books of ${name} are not its balance`;
    } else if (!giftsOf(step, books).includes(moved)) {
      return `${step.do === 'act' ? step.action : step.do} moves the balance of ${name} by ${moved} more than its books`;
    }
  }
  return undefined;
}

/** Harvests are of the core token. */
function sweptBy({ action, args }: Extract<Step, { do: 'act' }>): number {
  return action === 'harvest' ? 0 : Number(args.token);
}

/** By what a step may make the balance larger than the books; a deposit may be one, or be booked. */
function giftsOf(step: Step, { contract, symbol, holder, id }: PaidRow['row']): bigint[] {
  if (step.do !== 'transfer' || step.contract !== contract || step.money.symbol !== symbol) return [0n];
  if (step.to !== POOL && step.to !== holder) return [0n];
  const mayBeBooked = step.to === POOL && step.memo === 'deposit' && id === 0n;
  return mayBeBooked ? [0n, step.money.units] : [step.money.units];
}
