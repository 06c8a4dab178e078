import { type Random, seededRandom } from '../../common/random.ts';
import { firstSlot, lastSlot, SLOT_MS, SLOTS_PER_WINDOW, slotTime, windowOf } from '../../common/slot.ts';
import { FORK_RULES } from '../../emitter/forks/rules.ts';
import { candidateKey } from '../../emitter/select/state.ts';
import type { BlockRef, Candidate } from '../../emitter/select/types.ts';
import { foldDecisions, Station } from './fleet-station.ts';
import { MemoryLine } from './memory-line.ts';
import { block, poolWindow, signerOf } from './select-world.ts';
import { VirtualTime } from './virtual-time.ts';

export type Strike =
  | { kind: 'kill' | 'freeze' | 'partition' | 'disk' | 'unreachable'; emitter: number; at: number; ms: number }
  /** Its clock is off by so many ms meanwhile. */
  | { kind: 'clock'; emitter: number; at: number; ms: number; off: number }
  /** Each message to and from the decisions takes so long; Infinity: none arrives. */
  | { kind: 'store'; at: number; ms: number; travel: number }
  | { kind: 'member'; member: number; at: number; silent: boolean };

/** A pool of some emitters that share its decisions, its members and a network; times of strikes: ms after the first window's first slot. */
export interface FleetPlan {
  seed: number;
  emitters: number;
  members: number;
  windows: number;
  strategy: string;
  /** Of a hundred messages to and from the decisions so many are lost, and so many take up to 1.5 s. */
  lost: number;
  slow: number;
  /** Of a hundred blocks of a member so many do not come to an emitter by its own connection. */
  gaps: number;
  /** How different the members' ways to the emitters are, ms. */
  spread: number;
  strikes: Strike[];
}

export interface Sent {
  emitter: string;
  at: number;
  block: BlockRef & { signer: string };
}

export class Fleet {
  readonly line: MemoryLine;
  readonly stations: Station[];
  readonly sent: Sent[] = [];
  readonly wrong: string[] = [];
  private readonly plan: FleetPlan;
  private readonly random: Random;
  private readonly time = new VirtualTime(slotTime(firstSlot(poolWindow(0))) - 3000);
  /** Time of the first pool slot. */
  readonly begin = slotTime(firstSlot(poolWindow(0)));
  private readonly blocks = new Map<string, { block: BlockRef; signer: string | null }>();
  private readonly made = new Map<string, Candidate>();
  private readonly dead = new Map<number, boolean>();
  private tip: BlockRef;
  /** What every message to and from the decisions takes now, ms. */
  private slowed: number | null = null;
  private readonly cut = new Set<number>();

  constructor(plan: FleetPlan) {
    this.plan = plan;
    this.random = seededRandom(plan.seed);
    this.line = new MemoryLine(this.time);
    this.tip = block(
      { id: 'ff'.repeat(32), num: 9_999, slot: 0, previous: '' },
      firstSlot(poolWindow(0)) - 8,
      'genesis',
    );
    this.blocks.set(this.tip.id, { block: this.tip, signer: null });
    this.stations = Array.from({ length: plan.emitters }, (_, e) => this.station(e));
  }

  /** Plays it; `wrong` has what is wrong then. */
  async run(): Promise<void> {
    for (const station of this.stations) station.start();
    for (let w = 0; w < this.plan.windows; w++) this.planWindow(w);
    for (const strike of this.plan.strikes) this.planStrike(strike);
    for (let w = 0; w < this.plan.windows; w++) {
      const id = poolWindow(w);
      await this.time.runTo(slotTime(lastSlot(id)) + 1900);
      this.compare(id);
    }
    await this.time.runTo(this.time.now + 5000);
    for (const station of this.stations) {
      for (const why of station.wrong) this.wrong.push(`${station.name}: ${why}`);
      station.port.isDead = true;
    }
    this.checkSent();
  }

  /** How many slots of the pool's windows have a block that left. */
  get slotsSent(): number {
    return new Set(this.sent.map(({ block: { slot } }) => slot)).size;
  }

  private station(e: number): Station {
    const { lost, slow, strategy } = this.plan;
    const { random, time, line } = this;
    const travel = () => {
      if (this.slowed !== null) return this.slowed;
      if (this.cut.has(e) || random.below(100) < lost) return Number.POSITIVE_INFINITY;
      return random.below(100) < slow ? random.below(1500) : random.below(4);
    };
    const station: Station = new Station(`emitter${e}`, {
      ...{ time, line, way: { travel }, strategy },
      onSent: (sent) => this.onSent(station, sent),
      network: () => this.chain(),
      onStarted: () => this.dialAll(station),
      // Another emitter has it, and passes it on.
      onWant: (id, signer) => {
        const wanted = this.made.get(candidateKey({ id, signer }));
        if (wanted && random.below(2) === 0)
          station.port.after(5 + random.below(200), () => this.deliver(station, wanted));
      },
    });
    return station;
  }

  private chain(): BlockRef[] {
    const chain: BlockRef[] = [];
    for (let at = this.blocks.get(this.tip.id); at; at = this.blocks.get(at.block.previous)) chain.unshift(at.block);
    return chain;
  }

  private dialAll(station: Station): void {
    const { time, random } = this;
    for (const [i, { id }] of this.chain().slice(-24).entries()) this.show(station, id, 5 + i);
    for (let m = 0; m < this.plan.members; m++) {
      station.port.after(random.below(400), () => {
        if (this.dead.has(m) && !this.dead.get(m)) return;
        station.feed({ type: 'member', at: station.now, signer: signerOf(m), up: true });
        // It is asked for what it made of the window that runs.
        for (const one of this.made.values()) {
          if (one.signer === signerOf(m) && slotTime(lastSlot(windowOf(one.slot))) > time.now)
            this.deliver(station, one);
        }
      });
    }
  }

  private planWindow(w: number): void {
    const { time, random } = this;
    const first = firstSlot(poolWindow(w));
    for (let k = 3; k >= 1; k--) time.at(slotTime(first - k) - 550, () => this.other(first - k));
    const last = first + SLOTS_PER_WINDOW - 1;
    for (let k = 1; k <= 3; k++) time.at(slotTime(last + k) - 60, () => this.other(last + k));
    for (let m = 0; m < this.plan.members; m++) {
      // Nodes send the last block of a window 240 ms to 700 ms before its time.
      const gain = 20 + random.below(40);
      const [misses, busyAt] = [random.below(12) === 0, random.below(4)];
      let previous: BlockRef | null = null;
      time.at(slotTime(first - 1) - 400, () => {
        previous = misses ? (this.blocks.get(this.tip.previous)?.block ?? this.tip) : this.tip;
      });
      for (let k = 0; k < SLOTS_PER_WINDOW; k++) {
        time.at(slotTime(first + k) - gain * (k + 1), () => {
          if (this.dead.has(m) || !previous) return;
          previous = this.make(m, first + k, previous, k >= busyAt && random.below(3) > 0);
        });
      }
    }
  }

  private make(m: number, slot: number, parent: BlockRef, busy: boolean): BlockRef {
    const { time, random } = this;
    const made = block(parent, slot, busy ? `member ${m}` : 'empty');
    const more = { confirmed: 0, cpuUs: 300, transactions: busy ? 1 : 0, bytes: busy ? 400 : 200 };
    const candidate: Candidate = { ...made, signer: signerOf(m), ...more, arrivedMs: time.now, late: false };
    this.made.set(candidateKey(candidate), candidate);
    for (const station of this.stations) {
      if (random.below(100) < this.plan.gaps) continue;
      station.port.after(1 + random.below(this.plan.spread), () => this.deliver(station, candidate));
    }
    return made;
  }

  private deliver(station: Station, candidate: Candidate): void {
    const { now } = station;
    station.take({ ...candidate, arrivedMs: now, late: now > slotTime(candidate.slot) + SLOT_MS });
  }

  private other(slot: number): void {
    const made = block(this.tip, slot, 'other');
    this.publish(made, null);
  }

  private onSent(station: Station, sent: BlockRef & { signer: string }): void {
    this.sent.push({ emitter: station.name, at: this.time.now, block: sent });
    const { id, num, slot, previous, signer } = sent;
    this.publish({ id, num, slot, previous }, signer);
  }

  private publish(made: BlockRef, signer: string | null): void {
    if (this.blocks.has(made.id)) return;
    this.blocks.set(made.id, { block: made, signer });
    if (FORK_RULES.legacy.isBetterHead(made, this.tip)) this.tip = made;
    for (const station of this.stations) this.show(station, made.id, 1 + this.random.below(30));
  }

  private show(station: Station, id: string, ms: number): void {
    const known = this.blocks.get(id);
    if (known) station.port.after(ms, () => station.sees(known.block, known.signer));
  }

  private planStrike(strike: Strike): void {
    const { time, begin } = this;
    const from = (run: () => void) => time.at(begin + strike.at, run);
    if (strike.kind === 'member') {
      from(() => {
        this.dead.set(strike.member, strike.silent);
        if (strike.silent) return;
        for (const station of this.stations)
          station.port.after(this.random.below(20), () => {
            if (station.isOpen)
              station.feed({ type: 'member', at: station.now, signer: signerOf(strike.member), up: false });
          });
      });
      return;
    }
    const until = (run: () => void) => time.at(begin + strike.at + strike.ms, run);
    if (strike.kind === 'store') {
      from(() => {
        this.slowed = strike.travel;
      });
      return until(() => {
        this.slowed = null;
      });
    }
    const station = this.stations[strike.emitter % this.plan.emitters] as Station;
    if (strike.kind === 'clock') {
      from(() => station.setClock(strike.off));
      return until(() => station.setClock(0));
    }
    const ends = {
      kill: () => station.kill(),
      freeze: () => station.port.freeze(),
      partition: () => this.cut.add(strike.emitter % this.plan.emitters),
      disk: () => (station.file.isFull = true),
      unreachable: () => (station.canSend = false),
    };
    const begins = {
      kill: () => station.start(),
      freeze: () => station.port.thaw(),
      partition: () => this.cut.delete(strike.emitter % this.plan.emitters),
      disk: () => (station.file.isFull = false),
      unreachable: () => (station.canSend = true),
    };
    from(() => void (station.isUp && ends[strike.kind]()));
    until(() => {
      if (strike.kind === 'kill' ? !station.isUp : station.isUp) begins[strike.kind]();
    });
  }

  /** All that know of all decisions hold the same of a window. */
  private compare(window: number): void {
    const { keys, wrong } = foldDecisions(this.line.decided, window);
    this.wrong.push(...wrong);
    const text = (map: Map<number, string>) =>
      [...map]
        .sort(([a], [b]) => a - b)
        .map(([slot, key]) => `${slot % 12} ${key.slice(0, 12)}`)
        .join();
    for (const station of this.stations) {
      const { name, decider, port, since } = station;
      const own = station.decidedOf(window);
      const isBehind = port.isDead || port.isFrozen || decider.place < this.line.decided.length;
      if (isBehind || own === null || since > slotTime(lastSlot(window))) continue;
      if (text(own) !== text(keys)) this.wrong.push(`${name} holds ${text(own)} for decided, and it is ${text(keys)}`);
    }
  }

  /** What left: decided before it left, never too late, and never two blocks of a slot but by a rescue that names the first. */
  private checkSent(): void {
    const wasOff = new Set(this.stations.flatMap((station) => (station.wasOff ? station.name : [])));
    for (const {
      emitter,
      at,
      block: { id, signer, slot },
    } of this.sent) {
      const decided = this.line.decided.find(({ decisions }) =>
        decisions.some((one) => one.id === id && one.signer === signer),
      );
      if (!decided || decided.at > at)
        this.wrong.push(`${emitter} sent the block of slot ${slot} before it was decided`);
      // Who goes by a clock that is off does not know better; its block is one that was decided, all the same.
      if (at >= FORK_RULES.legacy.tooLateAt(windowOf(slot)) && !wasOff.has(emitter))
        this.wrong.push(`${emitter} sent the block of slot ${slot} too late`);
    }
    const replaced = new Set(
      this.line.decided.flatMap(({ decisions }) => decisions.flatMap(({ replaces }) => replaces)),
    );
    const bySlot = Map.groupBy(this.sent, ({ block: { slot } }) => slot);
    for (const [slot, sent] of bySlot) {
      const ids = [...new Set(sent.map(({ block: { id } }) => id))];
      const standing = ids.filter((id) => !replaced.has(id));
      if (standing.length > 1)
        this.wrong.push(`slot ${slot} has ${standing.length} blocks and no rescue names the first`);
    }
  }
}
