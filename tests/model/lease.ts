import type { Model } from './explore.ts';

/**
 * Lease mode: for a stretch of slots one run of an emitter decides alone, without asking for each. Leases stand in the linear stream, one after
 * the other; a lease's place is its epoch. A run can be frozen for any time and woken at any moment, its clock can say anything: nothing here
 * goes by a clock. An emitter that is killed comes back as another run, which does not know what it let out before.
 */
export interface LeaseState {
  leases: Lease[];
  /** The most leases that each run ever knew. */
  knew: number[];
  /** What left: "slot run". */
  out: string[];
}

interface Lease {
  run: number;
  from: number;
  until: number;
}

export interface LeaseBounds {
  runs: number;
  slots: number;
  /** Slots of a lease. */
  length: number;
}

/** Each breaks the rule of that name. */
export const LEASE_MUTANTS = ['compare and set', 'after the last lease', 'within the lease', 'own run'] as const;
export type LeaseMutant = (typeof LEASE_MUTANTS)[number];

interface Step {
  what: string;
  to: LeaseState;
}

export function leaseModel({ runs, slots, length }: LeaseBounds, mutant?: LeaseMutant): Model<LeaseState> {
  const begin: LeaseState = { leases: [], knew: Array(runs).fill(0), out: [] };
  /** With the mutant the last run is the first one, started again. */
  const isHolder = (lease: Lease, run: number) =>
    lease.run === run || (mutant === 'own run' && lease.run === 0 && run === runs - 1);

  function takes(state: LeaseState, run: number): Step[] {
    const { leases, knew } = state;
    const most = knew[run] as number;
    // [lease: compare and set] It stands only right after the lease that was the newest for its run.
    if (mutant !== 'compare and set' && most !== leases.length) return [];
    const last = leases.slice(0, most).at(-1)?.until ?? 0;
    // [lease: after the last lease] The slots of another's are never taken from it, used or not.
    const first = mutant === 'after the last lease' ? Math.max(1, last) : last + 1;
    return Array.from({ length: Math.max(0, slots - first + 1) }, (_, i) => {
      const from = first + i;
      const lease = { run, from, until: Math.min(slots, from + length - 1) };
      return { what: `run ${run} has slots ${from} to ${lease.until}`, to: { ...state, leases: [...leases, lease] } };
    });
  }

  function learns(state: LeaseState, run: number): Step[] {
    const most = state.knew[run] as number;
    return Array.from({ length: state.leases.length - most }, (_, i) => ({
      what: `run ${run} knows ${most + 1 + i} leases`,
      to: { ...state, knew: state.knew.with(run, most + 1 + i) },
    }));
  }

  /** [lease: own run] [lease: within the lease] A run lets out, at any time, slots of leases that it took itself. */
  function letsOut(state: LeaseState, run: number): Step[] {
    const mine = state.leases.slice(0, state.knew[run]).filter((lease) => isHolder(lease, run));
    const allowed = mine.flatMap(({ from, until }) => {
      const end = mutant === 'within the lease' ? Math.min(slots, until + 1) : until;
      return Array.from({ length: end - from + 1 }, (_, i) => from + i);
    });
    return [...new Set(allowed)]
      .filter((slot) => !state.out.includes(`${slot} ${run}`))
      .map((slot) => ({
        what: `run ${run} lets out slot ${slot}`,
        to: { ...state, out: [...state.out, `${slot} ${run}`].sort() },
      }));
  }

  const steps = (state: LeaseState) =>
    state.knew.flatMap((_, run) => [
      ...(state.leases.length < slots ? takes(state, run) : []),
      ...learns(state, run),
      ...letsOut(state, run),
    ]);
  const wrong = ({ out }: LeaseState) => {
    const of = (slot: number) => out.filter((one) => one.startsWith(`${slot} `));
    for (let slot = 1; slot <= slots; slot++)
      if (of(slot).length > 1) return `runs ${of(slot).map((one) => one.split(' ')[1])} let out slot ${slot}`;
    return null;
  };
  return { begin, steps, wrong };
}
