import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decided, DecisionEvent } from '../../../../common/pool-store.ts';
import { type Random, seededRandom } from '../../../../common/random.ts';
import { SharedDecider } from '../../../../emitter/decide/shared.ts';
import { decision } from '../../../support/events.ts';
import { MemoryLine } from '../../../support/memory-line.ts';
import { cases, fc } from '../../../support/property.ts';
import { Port, VirtualTime } from '../../../support/virtual-time.ts';

const block = (slot: number, id: string): DecisionEvent => ({ ...(decision(slot) as DecisionEvent), id });
const idsOf = (decided: readonly { decisions: DecisionEvent[] }[]) => decided.map((one) => one.decisions[0]?.id ?? '');

/** Where the decider of an emitter begins, and what it is told from there on. */
class Station {
  readonly told: string[] = [];
  readonly port: Port;
  readonly counts = { stands: 0, others: 0, unsure: 0 };
  readonly troubles: (string | null)[] = [];
  decider!: SharedDecider;
  from: number | null = null;
  asks = false;
  readonly wrong: string[] = [];
  private readonly line: MemoryLine;

  constructor(time: VirtualTime, line: MemoryLine, name: string, travel: () => number) {
    this.port = new Port(time);
    this.line = line;
    const stream = line.join(name, this.port, { travel }, () => this.decider.hint());
    this.decider = new SharedDecider({
      ...{ stream, name, pause: (ms: number) => this.port.pause(ms) },
      onDecided: (decided) => this.take(decided),
      onTrouble: (why) => this.troubles.push(why),
    });
  }

  async begin(): Promise<void> {
    const decided = await this.decider.begin(1);
    this.from = (decided[0]?.seq ?? this.decider.place + 1) - 1;
    this.told.push(...idsOf(decided));
  }

  decide(decisions: DecisionEvent[]): void {
    if (this.from === null || this.asks) return;
    this.asks = true;
    this.decider.decide(decisions, (answer) => {
      this.asks = false;
      this.counts[answer.as]++;
      if (answer.as === 'others') this.take(answer.decided);
      if (answer.as !== 'stands') return;
      this.told.push(decisions[0]?.id ?? '');
      // Whoever's answer is `stands` was told of all before it.
      if (this.decider.place !== (this.from ?? 0) + this.told.length) this.wrong.push('a place was left out');
      this.check();
    });
  }

  catchUp(): void {
    if (this.from === null || this.asks) return;
    this.asks = true;
    this.decider.catchUp((decided) => {
      this.asks = false;
      if (decided && decided.length > 0) this.take(decided);
    });
  }

  /** What it was told is what stands, from where it began, none left out or doubled. */
  private check(): void {
    const from = this.from ?? 0;
    const stands = idsOf(this.line.decided.slice(from, from + this.told.length));
    if (this.told.join() !== stands.join()) this.wrong.push(`it was told of ${this.told}, and ${stands} stand`);
  }

  private take(decided: readonly Decided[]): void {
    if (this.from === null) this.wrong.push('it was told of something before it had begun');
    if (decided.length === 0) this.wrong.push('it was told of nothing');
    this.told.push(...idsOf(decided));
    this.check();
  }
}

interface Plan {
  seed: number;
  deciders: number;
  /** Of a hundred messages so many are lost, and so many take long. */
  lost: number;
  slow: number;
  /** How many different blocks emitters choose from for a slot. */
  choices: number;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  deciders: fc.integer({ min: 1, max: 4 }),
  lost: fc.constantFrom(0, 2, 15),
  slow: fc.constantFrom(0, 5, 30),
  choices: fc.constantFrom(1, 2, 4),
});

const SLOTS = 30;
const END_MS = 20_000;

/** Deciders that ask at any time for blocks of the slot that follows on what they were told. */
async function race({ seed, deciders, lost, slow, choices }: Plan): Promise<{ stations: Station[]; line: MemoryLine }> {
  const random: Random = seededRandom(seed);
  const time = new VirtualTime(1_000_000);
  const line = new MemoryLine(time);
  let calm = false;
  const travel = () => {
    if (calm) return 1;
    if (random.below(100) < lost) return Number.POSITIVE_INFINITY;
    return random.below(100) < slow ? random.below(1500) : random.below(4);
  };
  const stations = Array.from({ length: deciders }, (_, i) => new Station(time, line, `emitter${i}`, travel));
  for (const [i, station] of stations.entries()) {
    const begin = () => void station.begin().catch(() => station.port.after(100, begin));
    station.port.after(i === 0 ? 0 : random.below(3000), begin);
    for (let n = 0; n < SLOTS * 3; n++) {
      station.port.after(random.below(END_MS / 2), () => {
        if (random.below(5) === 0) return station.catchUp();
        const slot = (station.from ?? 0) + station.told.length;
        if (slot < SLOTS)
          station.decide([block(SLOTS + slot, `${slot}-${random.below(choices)}-${choices > 2 ? i : ''}`)]);
      });
    }
    if (random.below(3) === 0) {
      const at = random.below(END_MS / 2);
      station.port.after(at, () => station.port.freeze());
      time.after(at + random.below(4000), () => station.port.thaw());
    }
  }
  await time.runTo(time.now + END_MS / 2 + 4000);
  calm = true;
  await time.runTo(time.now + END_MS / 2);
  for (const station of stations) station.decider.hint();
  await time.runTo(time.now + 1000);
  return { stations, line };
}

test('deciders that race, ask late, lose answers and hints, freeze and begin at any time: all are told one sequence', async () => {
  const sum = { stands: 0, others: 0, unsure: 0 };
  let decided = 0;
  const property = fc.asyncProperty(plans, async (plan) => {
    const { stations, line } = await race(plan);
    decided += line.decided.length;
    for (const station of stations) {
      assert.equal(station.wrong[0], undefined);
      assert.equal((station.from as number) + station.told.length, line.decided.length, 'it was told of all');
      for (const as of ['stands', 'others', 'unsure'] as const) sum[as] += station.counts[as];
    }
  });
  await fc.assert(property, cases(400));
  console.log(`${decided} decisions; answers: ${JSON.stringify(sum)}`);
  assert.ok(sum.stands > 1000 && sum.others > 500 && sum.unsure > 100, JSON.stringify(sum));
});

/** Two emitters whose messages take 1 ms each way, begun. */
async function pair(travel = () => 1) {
  const time = new VirtualTime(1_000_000);
  const line = new MemoryLine(time);
  const [one, two] = ['one', 'two'].map((name) => new Station(time, line, name, travel)) as [Station, Station];
  await Promise.all([one.begin(), two.begin(), time.runTo(time.now + 10)]);
  return { time, line, one, two };
}

test('who did not make the last decision waits 30 ms for the one who did, and that one waits for nobody', async () => {
  const { time, line, one, two } = await pair();
  one.decide([block(21, 'a')]);
  await time.runTo(time.now + 29);
  assert.equal(line.decided.length, 0, 'there is no last one yet');
  await time.runTo(time.now + 10);
  assert.deepEqual(one.told, ['a']);
  assert.deepEqual(two.told, ['a'], 'told by a hint');
  two.decide([block(22, 'other')]);
  one.decide([block(22, 'b')]);
  await time.runTo(time.now + 10);
  assert.deepEqual(
    [one.told, two.told],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    'the wait ended when it knew',
  );
  assert.deepEqual(two.counts, { stands: 0, others: 1, unsure: 0 });
});

test('a block that another decided in the same words stands for who asks for it, and is not decided again', async () => {
  const { time, line, one, two } = await pair();
  one.decide([{ ...block(21, 'a'), at: 1, reason: 'first' } as DecisionEvent]);
  two.decide([{ ...block(21, 'a'), at: 2, reason: 'extend' } as DecisionEvent]);
  await time.runTo(time.now + 100);
  assert.equal(line.decided.length, 1);
  assert.deepEqual([one.counts.stands, two.counts.stands], [1, 1]);
  const rescue = { ...block(22, 'b'), reason: 'rescue', failed: '0:x' } as DecisionEvent;
  one.decide([block(22, 'b')]);
  two.decide([rescue]);
  await time.runTo(time.now + 100);
  assert.deepEqual(two.counts, { stands: 1, others: 1, unsure: 0 }, 'a rescue says more');
});

test('an unsure proposal keeps all others back until it is known, and then is told once', async () => {
  let lost = false;
  const { time, line, one } = await pair(() => (lost ? Number.POSITIVE_INFINITY : 1));
  lost = true;
  one.decide([block(21, 'a')]);
  await time.runTo(time.now + 1100);
  assert.deepEqual(one.counts, { stands: 0, others: 0, unsure: 1 });
  const answers: unknown[] = [];
  one.decider.decide([block(21, 'b')], (answer) => answers.push(answer));
  await time.runTo(time.now + 1);
  assert.deepEqual(answers, [{ as: 'unsure', why: 'whether decision 1 stands is not known' }]);
  lost = false;
  await time.runTo(time.now + 2500);
  assert.deepEqual([one.told, line.decided.length], [['a'], 1]);
  one.decide([block(22, 'c')]);
  await time.runTo(time.now + 100);
  assert.deepEqual(one.told, ['a', 'c']);
});
