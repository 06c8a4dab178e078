import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { untilInBlock } from '../../common/inclusion.ts';
import { chainTime } from '../../common/tables.ts';
import { makePlan, type Plan, ready } from '../plan/plan.ts';
import { missingSigners } from '../plan/sign.ts';
import type { Given, Step } from '../plan/step.ts';
import type { Journal } from './journal.ts';
import { type Signed, send, sign } from './push.ts';

/** Votes and proposals that go in one transaction. */
const MOST_TOGETHER = 10;
/** A change can show some blocks after its transaction: eosio.msig executes by a deferred one on older chains. */
const SHOWS_MS = 20_000;
const POLL_MS = 300;
/** nodeos' words for a transaction that it has already. */
const DUPLICATE = /duplicate transaction/i;

export interface Work {
  client: ChainClient;
  read(): Promise<Given>;
  journal: Journal;
  /** Public keys that can sign, "type:hex". */
  held: ReadonlySet<string>;
  /** Wait for the ends of votes and lock times. */
  wait: boolean;
  say(line: string): void;
  /** Asked once, before the first transaction; false ends it with nothing done. */
  confirm(plan: Plan, given: Given): Promise<boolean>;
}

export interface Outcome {
  /** Transactions that were sent and stand in blocks. */
  done: { step: string; transaction: string; cpuUs: number; netBytes: number }[];
  /** What is left, as the chain was read last. */
  plan: Plan;
  given: Given;
  /** False: the answer to `confirm` was no. */
  confirmed: boolean;
}

/**
 * Carries out a plan step by step, and reads the chain anew after each: what is done is not done again, also when it was done by an
 * apply that was killed. Throws PoolError `deployment` with the plan's problems, `apply` when a step does not show, `chain` when one is refused.
 */
export async function apply(work: Work): Promise<Outcome> {
  const done: Outcome['done'] = [];
  await settle(work);
  let confirmed = false;
  for (;;) {
    const given = await work.read();
    const plan = await makePlan(given);
    if (plan.problems.length > 0) throw new PoolError('deployment', plan.problems.join('\n'));
    const batch = nextBatch(plan, given, work.held);
    if (batch.length > 0) {
      if (!confirmed && !(await work.confirm(plan, given))) return { done, plan, given, confirmed: false };
      confirmed = true;
      const one = await carryOut(work, batch);
      if (one) done.push(one);
      continue;
    }
    const until = work.wait ? nextMoment(plan, given.state.now) : null;
    if (until === null) {
      if (done.length > 0) await untilFinal(work);
      return { done, plan, given, confirmed: true };
    }
    work.say(`waiting until ${new Date(until).toISOString().slice(0, 19)} UTC by the chain's clock`);
    await untilChainTime(work.client, until);
  }
}

/** What an apply that was killed had signed: it is in a block, or can be in none, before anything else is done. */
async function settle({ client, journal, say }: Work): Promise<void> {
  const pending = journal.read();
  if (pending === null) return;
  const { chain_id } = await client.info();
  if (chain_id !== pending.chainId) {
    const text = `the journal has a transaction of step ${pending.step} on chain ${pending.chainId}, and ${client.url} serves ${chain_id}`;
    throw new PoolError('journal', `${text}: finish it there first, or remove the journal`);
  }
  const { step, signed } = pending;
  say(
    `step ${step} was under way (transaction ${signed.id}): it is sent again, which does nothing where it has arrived`,
  );
  try {
    await send(client, signed);
  } catch (thrown) {
    if (!(thrown instanceof PoolError) || thrown.code !== 'chain') throw thrown;
    // Any other refusal: it is in no block, and expires.
    if (!DUPLICATE.test(thrown.message)) return journal.clear();
  }
  await landed(client, signed);
  journal.clear();
}

/** Until it is in a block, or has expired without being in one. */
async function landed(client: ChainClient, { id, expiresAt, after }: Signed): Promise<void> {
  const processed = { block_num: after + 1, action_traces: [], receipt: { cpu_usage_us: 0 } };
  try {
    await untilInBlock(client, { transaction_id: id, expiresAt, processed });
  } catch (thrown) {
    if (!(thrown instanceof PoolError) || thrown.code !== 'expired') throw thrown;
  }
}

/** The first step that can be signed here, with those that may go with it. */
function nextBatch(plan: Plan, { state }: Given, held: ReadonlySet<string>): Step[] {
  const mine = ready(plan).filter((step) => missingSigners(step, state, held).length === 0);
  const [first] = mine;
  if (first === undefined) return [];
  if (first.together === undefined) return [first];
  return mine.filter(({ together }) => together === first.together).slice(0, MOST_TOGETHER);
}

async function carryOut(work: Work, batch: Step[]): Promise<Outcome['done'][number] | null> {
  const { client, journal, say } = work;
  const actions = batch.flatMap((step) => step.actions);
  const step = batch.map(({ id }) => id).join(', ');
  let shown: { cpuUs: number; netBytes: number; transaction: string };
  try {
    const signed = await sign(client, actions);
    const { chain_id: chainId } = await client.info();
    journal.write({ chainId, step, signed });
    const pushed = await send(client, signed);
    await untilInBlock(client, pushed);
    const { cpu_usage_us: cpuUs, net_usage_words: words = 0 } = pushed.processed.receipt as Receipt;
    shown = { cpuUs, netBytes: words * 8, transaction: signed.id };
  } catch (thrown) {
    if (!(thrown instanceof PoolError) || thrown.code !== 'chain') throw thrown;
    journal.clear(); // The node said no: it is in no block, and nobody else has it.
    if (await isTooLate(client, batch)) return null;
    throw new PoolError('chain', `step ${step} was refused: ${sentence(thrown)}`);
  }
  await untilGone(work, batch, shown.transaction);
  journal.clear();
  for (const { about, shall, does } of batch) say(`${about}: ${does ?? shall}`);
  say(`  ${shown.transaction}, ${shown.cpuUs} µs of CPU, ${shown.netBytes} bytes of NET`);
  return { step, ...shown };
}

interface Receipt {
  cpu_usage_us: number;
  net_usage_words?: number;
}

/** A vote can end while it is being signed. */
async function isTooLate(client: ChainClient, batch: Step[]): Promise<boolean> {
  const now = chainTime((await client.info()).head_block_time);
  return batch.some(({ together, until }) => together === 'vote' && until !== undefined && now + 500 >= until);
}

/** Reads the chain until the steps are no part of the plan any more. */
async function untilGone({ read }: Work, batch: Step[], transaction: string): Promise<void> {
  const end = performance.now() + SHOWS_MS;
  for (;;) {
    const { steps } = await makePlan(await read());
    const still = batch.find((step) => !isShown(step, steps));
    if (still === undefined) return;
    if (performance.now() > end) {
      const text = `step ${still.id} was carried out in transaction ${transaction}, and the chain does not show it: look at that transaction before you go on`;
      throw new PoolError('apply', text);
    }
    await sleep(POLL_MS);
  }
}

/** Whether the chain shows that a step was carried out: `left` are those of the plan by what it has now. */
export function isShown({ id, goal }: Step, left: readonly Step[]): boolean {
  return !left.some((step) => step.id === id || (goal !== undefined && step.id.startsWith(goal)));
}

/** When something of a plan that waits can be gone on with, ms by the chain's clock; null when nothing ends by itself. */
export function nextMoment({ steps }: Plan, now: number): number | null {
  const moments = steps.flatMap(({ waits, until }) =>
    waits !== undefined && until !== undefined && until > now ? [until] : [],
  );
  return moments.length === 0 ? null : Math.min(...moments);
}

async function untilChainTime(client: ChainClient, ms: number): Promise<void> {
  while (chainTime((await client.info()).head_block_time) < ms) await sleep(POLL_MS);
}

/** Until nothing that was done can be undone by a change of fork. */
async function untilFinal({ client, say }: Work): Promise<void> {
  const { head_block_num: head } = await client.info();
  say(`all of it is in blocks up to ${head}; waiting until that is irreversible`);
  while ((await client.info()).last_irreversible_block_num < head) await sleep(POLL_MS);
}
