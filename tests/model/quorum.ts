import type { Model } from './explore.ts';

/**
 * One place of the decisions: three runs ask three voters for it. A vote is under way for any time, arrives or never does, and so does its
 * answer; a run can stop anywhere, which is what a crash is, for one that starts again is another run. One voter can lose its memory. Voters are
 * alike, so states that differ in their order alone are one.
 */
export interface QuorumState {
  voters: Voter[];
  runs: Run[];
}

interface Voter {
  /** The highest ballot that it knows. */
  promised: number;
  accepted: Accepted | null;
  hasForgotten: boolean;
  /** What each run has heard of it with the ballot at hand. */
  heard: (Heard | null)[];
}

interface Accepted {
  ballot: number;
  value: number;
}

interface Heard {
  /** What it had accepted when it promised. */
  before: Accepted | null;
}

interface Run {
  /** So many ballots it has used. */
  used: number;
  phase: 'rest' | 'promises' | 'accepts';
  /** What it asks the voters to accept. */
  value: number;
  /** What it is sure of; NONE: of nothing. */
  sure: number;
}

/** The ballots of each run, lowest first. Of two the greater counts, no two runs have the same, and ballot 0 needs no promises. */
export type Ballots = readonly (readonly number[])[];

const NONE = -1;
const VOTERS = 3;

/** Each breaks the rule of that name. */
export const QUORUM_MUTANTS = ['a promise holds', 'take over', 'two accept', 'own ballots', 'amnesia'] as const;
export type QuorumMutant = (typeof QUORUM_MUTANTS)[number];

interface Step {
  what: string;
  to: QuorumState;
}

export function quorumModel(ballots: Ballots, mutant?: QuorumMutant): Model<QuorumState> {
  const majority = mutant === 'two accept' ? 1 : 2;
  const silent = ballots.map(() => null);
  const voter: Voter = { promised: NONE, accepted: null, hasForgotten: false, heard: silent };
  const begin: QuorumState = {
    voters: Array.from({ length: VOTERS }, () => voter),
    runs: ballots.map((_, value) => ({ used: 0, phase: 'rest', value, sure: NONE })),
  };

  /** [quorum: own ballots] Each is used once, by one run, also when nothing came of the one before; what was heard with that counts no more. */
  function asks({ runs, voters }: QuorumState, r: number): Step[] {
    const run = runs[r] as Run;
    const next = ballots[r]?.[run.used];
    if (next === undefined || run.sure !== NONE) return [];
    const phase = next === 0 ? 'accepts' : 'promises';
    const asked = { ...run, used: run.used + 1, phase, value: r } as const;
    return [{ what: `run ${r} asks by ballot ${next}`, to: { runs: runs.with(r, asked), voters: unheard(voters, r) } }];
  }

  function isAnswered({ runs, voters }: QuorumState, r: number, v: number): Step[] {
    const run = runs[r] as Run;
    const voter = voters[v] as Voter;
    const ballot = ballots[r]?.[run.used - 1] ?? NONE;
    // [quorum: amnesia] One that has lost its memory has no vote for this place.
    if (run.phase === 'rest' || voter.heard[r] || (voter.hasForgotten && mutant !== 'amnesia')) return [];
    // [quorum: a promise holds]
    if (ballot < voter.promised && !(mutant === 'a promise holds' && run.phase === 'accepts')) return [];
    const accepted = run.phase === 'accepts' ? { ballot, value: run.value } : voter.accepted;
    const answer: Heard = { before: run.phase === 'promises' ? voter.accepted : null };
    const what = `a voter ${run.phase} ballot ${ballot} of run ${r}`;
    return [true, false].map((isHeard) => {
      const heard = isHeard ? voter.heard.with(r, answer) : voter.heard;
      return { what, to: sorted({ runs, voters: voters.with(v, { ...voter, promised: ballot, accepted, heard }) }) };
    });
  }

  function goesOn({ runs, voters }: QuorumState, r: number): Step[] {
    const run = runs[r] as Run;
    const heard = voters.flatMap((one) => one.heard[r] ?? []);
    if (run.phase === 'rest' || heard.length < majority) return [];
    // [quorum: two accept]
    if (run.phase === 'accepts') {
      const sure: Run = { used: run.used, phase: 'rest', value: r, sure: run.value };
      return [
        { what: `run ${r} is sure of ${run.value}`, to: { runs: runs.with(r, sure), voters: unheard(voters, r) } },
      ];
    }
    // [quorum: take over]
    const best = heard
      .map(({ before }) => before)
      .reduce((a, b) => ((b?.ballot ?? NONE) > (a?.ballot ?? NONE) ? b : a));
    const value = best && mutant !== 'take over' ? best.value : r;
    const to: QuorumState = { runs: runs.with(r, { ...run, phase: 'accepts', value }), voters: unheard(voters, r) };
    return [{ what: `run ${r} has promises and asks to accept ${value}`, to }];
  }

  function forgets({ runs, voters }: QuorumState): Step[] {
    if (voters.some((one) => one.hasForgotten)) return [];
    return voters.map((one, v) => {
      const blank = { ...voter, hasForgotten: true, heard: one.heard };
      return { what: 'a voter loses its memory', to: sorted({ runs, voters: voters.with(v, blank) }) };
    });
  }

  function unheard(voters: Voter[], r: number): Voter[] {
    return inOrder(voters.map((one) => (one.heard[r] ? { ...one, heard: one.heard.with(r, null) } : one)));
  }

  const steps = (state: QuorumState) => [
    ...ballots.flatMap((_, r) => [...asks(state, r), ...goesOn(state, r)]),
    ...ballots.flatMap((_, r) => state.voters.flatMap((_, v) => isAnswered(state, r, v))),
    ...forgets(state),
  ];
  const wrong = ({ runs }: QuorumState) => {
    const sure = new Set(runs.map((run) => run.sure).filter((value) => value !== NONE));
    return sure.size > 1 ? `runs are sure of ${[...sure].join(' and of ')}` : null;
  };
  return { begin, steps, wrong };
}

function sorted({ runs, voters }: QuorumState): QuorumState {
  return { runs, voters: inOrder(voters) };
}

function inOrder(voters: Voter[]): Voter[] {
  return voters
    .map((voter) => ({ voter, text: JSON.stringify(voter) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ voter }) => voter);
}
