import { sha256 } from '../../../common/canonical.ts';
import { PoolError, sentence } from '../../../common/errors.ts';
import {
  type Appended,
  type Decided,
  type DecisionStream,
  type Proposal,
  proposalText,
} from '../../../common/pool-store.ts';
import { LIMITS } from '../../limits.ts';
import { type Known, storeLost } from '../store-mark.ts';
import { answersOfMost, majorityOf } from './majority.ts';
import { type Accepted, type Ballot, compareBallots, highest, PLACES_KEPT, type Vote } from './tally.ts';
import type { Voter } from './voter.ts';

export interface QuorumParts {
  /** Three: two make a decision. */
  voters: readonly Voter[];
  /** Names this run of this emitter, and no other. */
  run: string;
  now(): number;
  /** Resolves after so many ms. */
  pause(ms: number): Promise<void>;
  random(): number;
}

/** An append that has not come to an end by then is unsure. */
const ANSWER_MS = 1000;
/** Two that ask for one place at the same time step back for up to so long, more each time. */
const STEP_BACK_MS = 8;

/** Of three voters, how long the last answer is waited for when the first two differ. */
const LAST_VOTER_MS = 5;
/** Far more places than an emitter that is slow can be behind with a vote. */
const CUT_PLACES = 64;

/** A decision as it stands at its place: the proposal, and the run that made it. */
interface Value {
  run: string;
  text: string;
}

/**
 * The decisions of all emitters of a pool, in three logs on as many nodes, of which any may be away: a decision stands when two of them have
 * accepted it (Paxos, a place at a time). There is no leading node whose death would be noticed after seconds only. The run whose
 * proposal stands at a place may ask for the next one with ballot 0, in one round trip; everybody else first asks for promises, and takes over
 * what was accepted. Rules that the model in tests/model checks are marked [quorum: …].
 */
export class QuorumDecisions implements DecisionStream {
  private readonly parts: QuorumParts;
  /** What stands, by place, as far as it was seen. */
  private readonly decided = new Map<number, string>();
  private newest = 0;
  /** The highest round that this run has used, at the place at hand: never again for another proposal. */
  private used = { place: 0, round: -1 };
  private turn: Promise<unknown> = Promise.resolve();

  constructor(parts: QuorumParts) {
    this.parts = parts;
  }

  /** Names this run in its votes. */
  get run(): string {
    return this.parts.run;
  }

  /** Voters that can vote, as far as is known: two are needed. */
  get voting(): number {
    return this.parts.voters.filter(({ isSound, isAway }) => isSound && !isAway).length;
  }

  /** Name of the emitter that made the newest decision; null before the first. */
  get leader(): string | null {
    return this.decided.has(this.newest) ? this.at(this.newest).emitter : null;
  }

  async last(): Promise<number> {
    await this.refresh();
    return this.newest;
  }

  /** What a later run has to find again. */
  get known(): Known {
    const keys = new Set(this.parts.voters.flatMap(({ tally }) => [...tally.keys]));
    return { seq: this.newest, hash: this.hashAt(this.newest), keys: [...keys].sort() };
  }

  /** Rejects with PoolError `store_lost` when what an earlier run knew is not there, and `store` when too few voters answer. */
  async requireKnown({ seq, hash }: Pick<Known, 'seq' | 'hash'>): Promise<void> {
    await this.refresh();
    if (this.newest < seq) throw storeLost(`they end with ${this.newest}, and this emitter knows of ${seq}`);
    // What is not kept any more cannot be compared.
    if (this.decided.has(seq) && this.hashAt(seq) !== hash) throw storeLost(`decision ${seq} is another`);
  }

  async after(seq: number, limit: number): Promise<Decided[]> {
    await this.refresh();
    const [oldest = this.newest + 1] = this.decided.keys();
    const from = Math.max(seq + 1, oldest);
    const to = Math.min(this.newest, from - 1 + limit);
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => this.at(from + i));
  }

  async append(proposal: Proposal, expected: number): Promise<Appended> {
    const text = JSON.stringify({ run: this.parts.run, text: proposalText(proposal) });
    const done = this.turn.then(() => this.decide(text, expected + 1));
    this.turn = done.catch(() => {});
    return done;
  }

  private async decide(text: string, place: number): Promise<Appended> {
    const end = this.parts.now() + ANSWER_MS;
    let why = '';
    for (let i = 0; this.parts.now() < end; i++) {
      try {
        if (place > this.newest + 1 || i > 0) await this.refresh();
        if (place <= this.newest) return this.outcome(place, text);
        // [quorum: one after the other] A place is asked for only when the one before it stands.
        if (place > this.newest + 1) why = `the decisions end with ${this.newest}, before ${place - 1}`;
        else if (!this.isOpen) why = NOT_OPEN;
        else if (await this.ask(place, text)) return this.outcome(place, text);
        else why = 'another emitter asks for it';
      } catch (thrown) {
        why = sentence(thrown);
      }
      await this.parts.pause(this.parts.random() * STEP_BACK_MS * (i + 1));
    }
    return { as: 'unsure', why: `decision ${place} was not made in ${ANSWER_MS} ms: ${why}` };
  }

  /** Whether two voters count this emitter's votes. */
  get isOpen(): boolean {
    const { voters } = this.parts;
    return voters.filter(({ isSound, isOpen }) => isSound && isOpen).length >= majorityOf(voters);
  }

  private outcome(place: number, text: string): Appended {
    if (this.decided.get(place) === text) return { as: 'won', seq: place };
    const to = Math.min(this.newest, place + LIMITS.decisionsRead - 1);
    return { as: 'lost', winners: Array.from({ length: to - place + 1 }, (_, i) => this.at(place + i)) };
  }

  /** Asks once; false: others asked with a higher ballot. Rejects when fewer than two voters answer. */
  private async ask(place: number, text: string): Promise<boolean> {
    const ballot = this.nextBallot(place);
    let proposal = text;
    if (ballot.round > 0) {
      const promises = await this.vote({ kind: 'promise', place, ballot });
      if (promises === null) return false;
      // [quorum: take over] Of what was accepted, that with the highest ballot may stand already.
      proposal = highest(promises)?.proposal ?? text;
    }
    // [quorum: two accept] Only then it stands.
    if ((await this.vote({ kind: 'accept', place, ballot, proposal })) === null) return false;
    this.stands(place, proposal);
    this.mend();
    return true;
  }

  /** [quorum: own ballots] Each is used once; ballot 0 belongs to the run whose proposal stands at the place before. */
  private nextBallot(place: number): Ballot {
    const { run, voters } = this.parts;
    const used = this.used.place === place ? this.used.round : -1;
    const seen = Math.max(...voters.map(({ tally }) => tally.promised(place).round));
    const before = this.decided.get(place - 1);
    const isOwner = before !== undefined && valueIn(before).run === run;
    const round = isOwner && used < 0 && seen < 0 ? 0 : Math.max(used, seen, 0) + 1;
    this.used = { place, round };
    return { round, by: run };
  }

  /** Has all voters enter a vote; resolves with what two of them had accepted before; null when two do not take it. */
  private vote(vote: Vote): Promise<(Accepted | null)[] | null> {
    const { voters } = this.parts;
    const { promise, resolve, reject } = Promise.withResolvers<(Accepted | null)[] | null>();
    const taken: (Accepted | null)[] = [];
    const away: unknown[] = [];
    let refused = 0;
    const majority = majorityOf(voters);
    const count = () => {
      const open = voters.length - taken.length - refused - away.length;
      if (taken.length >= majority) resolve(taken);
      else if (taken.length + open >= majority) {
        // The last one may be away: to ask again costs less than to wait for it.
        if (refused > 0 && open === 1) void this.parts.pause(LAST_VOTER_MS).then(() => resolve(null));
      } else if (refused > 0) resolve(null);
      else reject(away[0]);
    };
    for (const voter of voters) {
      voter
        .cast(vote, () => vote.place < this.newest)
        .then(
          (answer) => {
            if (answer.refused) refused++;
            else taken.push(answer.accepted);
            count();
          },
          (thrown: unknown) => {
            away.push(thrown);
            count();
          },
        );
    }
    return promise;
  }

  /** Reads what the voters have, of two at least. Rejects with PoolError `store` when fewer answer. */
  private async refresh(): Promise<void> {
    const { voters, pause } = this.parts;
    const asked = voters.map((voter) => voter.catchUp().then(() => voter));
    const read = await answersOfMost(asked);
    // One of the two knows of each decision; whether it is one the third can tell, unless it is away.
    if (!this.learn(read)) await Promise.race([Promise.allSettled(asked), pause(LAST_VOTER_MS)]);
    this.learn(voters);
    this.mend();
  }

  /**
   * Lets voters that came back without their memory vote again, as soon as that can be: the next loss must not be a second one; and enters whose
   * votes count when the contract names others.
   */
  private mend(): void {
    for (const voter of this.parts.voters) {
      const mended = voter.isSound ? voter.isOutdated && voter.renew() : this.rejoin(voter);
      // It, or another, does not answer: the next append tries again.
      if (mended) mended.catch(() => {});
    }
  }

  /**
   * [quorum: amnesia] A voter without its memory votes again from the second place after all that the two others know: it can have voted for the
   * next one, and no further, for a place is asked for when two have accepted the one before it, and one of these two is another.
   */
  private async rejoin(voter: Voter): Promise<void> {
    const others = this.parts.voters.filter((other) => other !== voter);
    await Promise.all(this.parts.voters.map((each) => each.catchUp()));
    if (!voter.isSound && others.every(({ isSound }) => isSound)) await voter.begin(highestPlace(others) + 2);
  }

  /** Takes in what stands by these voters' logs; false: there is a vote of which that is not known yet. */
  private learn(voters: readonly Voter[]): boolean {
    const majority = majorityOf(this.parts.voters);
    const read = voters.filter(({ isSound }) => isSound);
    const last = highestPlace(read);
    for (let place = this.firstUnknown(read); place <= last; place++) {
      const counting = read.filter(({ tally }) => tally.counts(place));
      const votes = counting.map(({ tally }) => tally.accepted(place));
      const best = highest(votes);
      const same = votes.filter((vote) => vote && best && compareBallots(vote.ballot, best.ballot) === 0);
      // [quorum: what stands] Two accepted it by one ballot; or the next place was asked for, and the highest ballot of two logs is known.
      const stands = same.length >= majority || (place < last && counting.length >= majority);
      if (!best || !stands) return best === null;
      this.stands(place, best.proposal);
    }
    return true;
  }

  /**
   * The first place that is not known and can be: two logs must count there, and be kept. Of logs whose beginning is gone the oldest places are left out, for a
   * part of their votes may be gone too.
   */
  private firstUnknown(read: readonly Voter[]): number {
    const froms = read.map(({ tally, isCut }) =>
      Math.max(tally.kept, isCut ? tally.lowest + CUT_PLACES : (tally.from ?? Infinity)),
    );
    const known = froms.sort((one, other) => one - other)[majorityOf(this.parts.voters) - 1] ?? 0;
    return Math.max(this.newest + 1, known);
  }

  private stands(place: number, proposal: string): void {
    this.decided.set(place, proposal);
    this.decided.delete(place - PLACES_KEPT);
    this.newest = Math.max(this.newest, place);
  }

  private hashAt(seq: number): string {
    const text = this.decided.get(seq);
    return text === undefined ? '' : sha256(text).toString('hex');
  }

  private at(seq: number): Decided {
    const text = this.decided.get(seq);
    if (text === undefined) throw new PoolError('store', `decision ${seq} is not kept any more`);
    return { seq, ...(JSON.parse(valueIn(text).text) as Proposal) };
  }
}

const NOT_OPEN =
  'votes of this emitter’s key do not count: the contract does not name it, or no emitter whose votes count has entered that';

function valueIn(text: string): Value {
  return JSON.parse(text) as Value;
}

function highestPlace(voters: readonly Voter[]): number {
  return Math.max(0, ...voters.map(({ tally }) => tally.highest));
}
