import type { MemberPlan, Plan } from './plan.ts';

/** Takes away what is not needed for a failure: faults, members, windows, delays. Gives the smallest plan that still fails. */
export function shrink(plan: Plan, fails: (plan: Plan) => boolean): Plan {
  let best = plan;
  for (let better = true; better; ) {
    better = false;
    for (const smaller of candidates(best)) {
      if (!fails(smaller)) continue;
      best = smaller;
      better = true;
      break;
    }
  }
  return best;
}

function* candidates(plan: Plan): Generator<Plan> {
  const lastFault = Math.max(0, ...plan.faults.map(({ window }) => window));
  for (const windows of [lastFault + 2, Math.ceil(plan.windows / 2), plan.windows - 1])
    if (windows < plan.windows && windows > lastFault) yield { ...plan, windows };
  for (const i of plan.faults.keys()) yield { ...plan, faults: plan.faults.filter((_, n) => n !== i) };
  const last = plan.members.length - 1;
  if (last > 0 && plan.faults.every(({ who }) => who !== last)) yield { ...plan, members: plan.members.slice(0, last) };
  if (plan.peers > 0) yield { ...plan, peers: 0 };
  if (plan.others > 1) yield { ...plan, others: plan.others - 1 };
  const plain: Partial<MemberPlan> = { skewMs: 0, effortMs: 450, delayMs: 1, jitterMs: 0, busyPercent: 100 };
  for (const [m, member] of plan.members.entries()) {
    for (const [key, value] of Object.entries(plain)) {
      if (member[key as keyof MemberPlan] === value) continue;
      yield { ...plan, members: plan.members.map((one, i) => (i === m ? { ...one, [key]: value } : one)) };
    }
  }
  if (plan.publicDelayMs !== 0.2) yield { ...plan, publicDelayMs: 0.2 };
  if (plan.cpuMs !== 0.3) yield { ...plan, cpuMs: 0.3 };
  // Faults move to the front, so that fewer windows do.
  const first = Math.min(...plan.faults.map(({ window }) => window));
  if (plan.faults.length > 0 && first > 2) {
    const faults = plan.faults.map((fault) => ({ ...fault, window: fault.window - (first - 2) }));
    yield { ...plan, windows: Math.max(4, plan.windows - (first - 2)), faults };
  }
}
