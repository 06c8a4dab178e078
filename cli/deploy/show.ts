import type { ChainClient } from '../../common/chain.ts';
import { amountText } from '../../deploy/amount.ts';
import { estimator, type Taken } from '../../deploy/estimate.ts';
import type { Plan } from '../../deploy/plan/plan.ts';
import { missingSigners, signersOf } from '../../deploy/plan/sign.ts';
import type { Given, Step } from '../../deploy/plan/step.ts';
import { moment } from '../../deploy/plan/vote.ts';
import { grouped, listed } from '../../deploy/words.ts';
import { stepLines } from './lines.ts';

/** A step as it is shown. */
interface ShownStep {
  id: string;
  about: string;
  is: string;
  shall: string;
  signers: string[];
  /** Of these there is no key at hand. */
  missing: string[];
  /** What the transaction does, where that is only a part of the way. */
  does: string | null;
  waits: string | null;
  tally: string | null;
  ramBytes: number;
  stake: string;
  cpuUs: number;
  netBytes: number;
  cleos: string[];
}

/** A plan as `--json` writes it; amounts as the chain does. */
export interface ShownPlan {
  network: string;
  chainId: string;
  api: string;
  time: string;
  dac: string;
  producer: string;
  wasm: { wanted: string; deployed: string; isSame: boolean };
  steps: ShownStep[];
  takes: { payer: string; ramBytes: number; ram: string | null; stake: string; cpuUs: number; netBytes: number };
  problems: string[];
  warnings: string[];
}

/** Everything that is to be seen of a plan. `held`: keys at hand, "type:hex". */
export async function showPlan(
  client: ChainClient,
  given: Given,
  plan: Plan,
  held: ReadonlySet<string>,
): Promise<ShownPlan> {
  const { network, deployment, state, code, codec } = given;
  const { token, dac, producer } = deployment;
  const estimate = estimator(client, codec, dac.account, code.path);
  const steps: ShownStep[] = [];
  for (const step of plan.steps) steps.push(await showStep(client.url, given, step, held, estimate));
  const sum = (field: 'cpuUs' | 'netBytes') => steps.reduce((all, step) => all + step[field], 0);
  const { ramBytes, ramPrice, stake } = plan.total;
  const deployed = state.accounts.get(dac.account)?.codeHash ?? '0'.repeat(64);
  return {
    network: network.name,
    chainId: network.chainId,
    api: client.url,
    time: moment(state.now),
    dac: dac.account,
    producer: producer.account,
    wasm: { wanted: code.hash, deployed, isSame: deployed === code.hash },
    steps,
    takes: {
      payer: deployment.creator,
      ramBytes,
      ram: ramPrice === null ? null : amountText(ramPrice, token),
      stake: amountText(stake, token),
      cpuUs: sum('cpuUs'),
      netBytes: sum('netBytes'),
    },
    problems: plan.problems,
    warnings: plan.warnings,
  };
}

async function showStep(
  api: string,
  { state, deployment }: Given,
  step: Step,
  held: ReadonlySet<string>,
  estimate: (step: Step) => Promise<Taken>,
): Promise<ShownStep> {
  const { id, about, is, shall, does, waits, tally, cost } = step;
  return {
    ...{ id, about, is, shall },
    signers: signersOf(step),
    missing: missingSigners(step, state, held).filter((level) => !isMadeHere(level, state)),
    does: does ?? null,
    waits: waits ?? null,
    tally: tally ?? null,
    ramBytes: cost.ramBytes,
    stake: amountText(cost.stake, deployment.token),
    ...(await estimate(step)),
    cleos: stepLines(api, step),
  };
}

/** The keys of an account that is not there yet are those that the plan gives it. */
function isMadeHere(level: string, { accounts }: Given['state']): boolean {
  return accounts.get(level.split('@')[0] ?? '') === null;
}

/** The plan for people, the difference first. */
export function planLines(plan: ShownPlan, withCleos: boolean): string[] {
  const { steps, takes, wasm } = plan;
  const head = `${plan.network}: chain ${plan.chainId} at ${plan.api}, ${plan.time}`;
  const code = wasm.isSame
    ? `the code of ${plan.dac} is the reviewed one: sha256 ${wasm.deployed}`
    : `the code of ${plan.dac} is ${/^0+$/.test(wasm.deployed) ? 'not there' : wasm.deployed}; reviewed is sha256 ${wasm.wanted}`;
  const lines = [head, code, ''];
  if (steps.length === 0) lines.push('nothing to do');
  for (const [i, step] of steps.entries()) lines.push(...stepShown(i + 1, step, withCleos));
  if (steps.length > 0) lines.push(...takesShown(takes));
  for (const warning of plan.warnings) lines.push(`note: ${warning}`);
  for (const problem of plan.problems) lines.push(`problem: ${problem}`);
  return lines;
}

function stepShown(number: number, step: ShownStep, withCleos: boolean): string[] {
  const indent = ' '.repeat(5);
  const lines = [
    `${String(number).padStart(3)}  ${step.about}`,
    `${indent}is     ${step.is}`,
    `${indent}shall  ${step.shall}`,
  ];
  if (step.does) lines.push(`${indent}does   ${step.does}`);
  if (step.signers.length > 0) {
    const without = step.missing.length > 0 ? ` (no key here: ${listed(step.missing)})` : '';
    lines.push(`${indent}signs  ${listed(step.signers)}${without}`);
  }
  if (step.waits) lines.push(`${indent}waits  ${step.waits}`);
  if (step.tally) lines.push(`${indent}vote   ${step.tally}`);
  if (step.signers.length > 0) {
    const costs = [
      ...(step.ramBytes > 0 ? [`${grouped(step.ramBytes)} bytes of RAM bought`] : []),
      ...(/[1-9]/.test(step.stake) ? [`${step.stake} staked`] : []),
      `some ${grouped(step.cpuUs)} µs of CPU`,
      `${grouped(step.netBytes)} bytes of NET`,
    ];
    lines.push(`${indent}takes  ${costs.join(', ')}`);
  }
  if (withCleos) lines.push(...step.cleos.map((line) => `${indent}${line}`));
  return [...lines, ''];
}

function takesShown({ payer, ramBytes, ram, stake, cpuUs, netBytes }: ShownPlan['takes']): string[] {
  const bought = ramBytes === 0 ? 'no RAM' : `${grouped(ramBytes)} bytes of RAM for ${ram ?? 'nobody knows how much'}`;
  return [
    `in all, paid by ${payer}: ${bought}, ${stake} staked`,
    `in all, by those who sign: some ${grouped(cpuUs)} µs of CPU, ${grouped(netBytes)} bytes of NET`,
    '',
  ];
}
