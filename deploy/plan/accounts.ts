import { action } from '../../common/chain.ts';
import { type Authority, codeAuthority, createAccount, type Resources } from '../accounts.ts';
import { amountText, type Token, unitsOf } from '../amount.ts';
import type { AccountState } from '../state/types.ts';
import { grouped } from '../words.ts';
import { isolated } from './permissions.ts';
import { FREE, type Given, isLive, type Step } from './step.ts';

/** What nodeos keeps of a contract for each byte of its code. Source: Leap, `config::setcode_ram_bytes_multiplier`. */
const CODE_TIMES = 10;
/** Settings, roles and empty tables; docs/contract.md. */
const TABLES_BYTES = 10_000;

/** The contract's account and the producer's: that they are there, what they live on, who holds them. */
export function accountSteps(given: Given): Step[] {
  const { deployment, state } = given;
  const { dac, producer } = deployment;
  const live = isLive(state);
  // The code stands in owner too: at the hand-over the contract itself changes owner and active.
  const dacAuthority = codeAuthority(dac.account, dac.key);
  const producerAuthority = codeAuthority(dac.account);
  const first = account(given, dac.account, dacAuthority, { ...dac, ramBytes: ramFor(given) });
  const second = account(given, producer.account, producerAuthority, producer);
  for (const step of second) step.needs.push(`account:${dac.account}`);
  const held = [
    ...(live ? [] : isolated(given, dac.account, dacAuthority)),
    ...isolated(given, producer.account, producerAuthority),
  ];
  return [...first, ...second, ...held];
}

/** An account that the creator makes or tops up. */
export function account(given: Given, name: string, authority: Authority, wanted: Resources): Step[] {
  const { deployment, state } = given;
  const { creator, token } = deployment;
  const known = state.accounts.get(name) ?? null;
  if (known !== null) return topUp(creator, known, wanted, token);
  const stake = units(wanted.cpu, token) + units(wanted.net, token);
  return [
    {
      id: `account:${name}`,
      about: `account ${name}`,
      is: 'it is not there',
      shall: `${grouped(wanted.ramBytes)} bytes of RAM, ${wanted.cpu} for CPU and ${wanted.net} for NET`,
      actions: createAccount(creator, name, authority, wanted),
      cost: { ramBytes: wanted.ramBytes, stake },
      needs: [],
    },
  ];
}

function topUp(creator: string, { name, ram, cpu, net }: AccountState, wanted: Resources, token: Token): Step[] {
  const steps: Step[] = [];
  const lacking = ram.quota < 0 ? 0 : wanted.ramBytes - ram.quota;
  // eosio.system gives a few bytes more or less than were asked for: nothing is bought for those.
  if (lacking > wanted.ramBytes / 1000) {
    steps.push({
      id: `ram:${name}`,
      about: `RAM of ${name}`,
      is: `${grouped(ram.quota)} bytes, ${grouped(ram.used)} used`,
      shall: `${grouped(wanted.ramBytes)} bytes`,
      actions: [action('eosio', 'buyrambytes', { payer: creator, receiver: name, bytes: lacking }, creator)],
      cost: { ramBytes: lacking, stake: 0n },
      needs: [],
    });
  }
  const [moreCpu, moreNet] = [above(wanted.cpu, cpu, token), above(wanted.net, net, token)];
  if (moreCpu + moreNet > 0n) {
    const amounts = { stake_net_quantity: amountText(moreNet, token), stake_cpu_quantity: amountText(moreCpu, token) };
    steps.push({
      id: `stake:${name}`,
      about: `CPU and NET of ${name}`,
      is: `${amountText(cpu, token)} for CPU, ${amountText(net, token)} for NET`,
      shall: `${wanted.cpu} for CPU, ${wanted.net} for NET`,
      actions: [action('eosio', 'delegatebw', { from: creator, receiver: name, ...amounts, transfer: true }, creator)],
      cost: { ...FREE, stake: moreCpu + moreNet },
      needs: [],
    });
  }
  return steps;
}

/** What the file says, and at least what the code that shall be there takes. */
export function ramFor({ deployment, state, code }: Given): number {
  const known = state.accounts.get(deployment.dac.account) ?? null;
  const carried = state.codeBytes ?? 0;
  const growth = known?.codeHash === code.hash ? 0 : Math.max(0, code.bytes - carried) * CODE_TIMES;
  const used = known?.ram.used ?? 0;
  const least = growth === 0 ? used : used + growth + TABLES_BYTES;
  return Math.max(deployment.dac.ramBytes, least);
}

function units(amount: string, token: Token): bigint {
  return unitsOf(amount, token) ?? 0n;
}

function above(wanted: string, held: bigint, token: Token): bigint {
  const lacking = units(wanted, token) - held;
  return lacking > 0n ? lacking : 0n;
}
