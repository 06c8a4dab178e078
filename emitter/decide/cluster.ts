import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { NatsFiles } from '../../common/nats/access.ts';
import { connectNats, connectNodes, type Nats } from '../../common/nats/connection.ts';
import { NatsRecords } from '../../common/nats/records.ts';
import { decidedSubject, votePlace } from '../../common/nats/streams.ts';
import type { Decided } from '../../common/pool-store.ts';
import type { SigningKey } from '../../common/signature.ts';
import { windowOf } from '../../common/slot.ts';
import { type OwnLog, Publisher } from '../log/publisher.ts';
import type { QuorumDecisions } from '../log/quorum/decisions.ts';
import { openQuorum } from '../log/quorum/open.ts';
import { votingBy } from '../log/quorum/signed-vote.ts';
import { type Known, StoreMark } from '../log/store-mark.ts';
import { LeaseDecider } from './lease.ts';
import type { NamedEmitters } from './named.ts';
import { SharedDecider } from './shared.ts';
import { Words } from './words.ts';

/** How often it is noted what was decided, for the next run; and, when that is nothing new, whether the voters answer. */
const MARK_MS = 500;
const VOTERS = [1, 2, 3];

export interface ClusterOptions {
  /** See connectNats. */
  url: string;
  files: NatsFiles;
  /** Name of this emitter, and the key that signs its log. */
  name: string;
  key: SigningKey;
  /** Those that the contract names: only their votes and words count. */
  named: NamedEmitters;
  /** ms since 1970. */
  now(): number;
  /** Whether each window is decided by one emitter alone. */
  lease: boolean;
  /** The emitter's own log, and the file beside it that says what was decided. */
  log: OwnLog;
  markFile: string;
}

export interface ClusterHandlers {
  onDecided(decided: Decided[]): void;
  /** An emitter has the lease of a window. */
  onLease(window: number, holder: string): void;
  onFault(code: string, text: string): void;
}

interface Parts {
  nats: Nats;
  wire: Nats;
  nodes: Nats[];
  quorum: QuorumDecisions;
  publisher: Publisher;
  mark: StoreMark;
  words: Words;
}

/** What an emitter shares with the others of its pool: the decisions, and its log's copy, in a NATS cluster. */
export class Cluster {
  readonly decider: SharedDecider | LeaseDecider;
  /** For candidates, whose bytes must not stand before a vote; it goes to another node when its own is lost. */
  readonly wire: NatsConnection;
  /** For records. */
  private readonly nats: Nats;
  /** What the emitters say to each other besides. */
  readonly words: Words;
  private readonly named: NamedEmitters;
  private readonly nodes: readonly Nats[];
  private readonly quorum: QuorumDecisions;
  private readonly publisher: Publisher;
  private readonly log: OwnLog;
  private readonly name: string;
  private readonly mark: StoreMark;
  private readonly handlers: ClusterHandlers;
  private readonly timer: NodeJS.Timeout;
  private marked = '';
  /** The write of the mark that is under way. */
  private marking: Promise<void> | null = null;
  private isTroubled = false;

  private constructor(parts: Parts, { named, name, lease, log }: ClusterOptions, handlers: ClusterHandlers) {
    this.log = log;
    this.name = name;
    this.named = named;
    const { nats, wire, nodes, quorum, publisher, mark, words } = parts;
    this.nats = nats;
    this.words = words;
    this.wire = wire.connection;
    this.nodes = nodes;
    this.quorum = quorum;
    this.publisher = publisher;
    this.mark = mark;
    this.handlers = handlers;
    this.decider = lease ? this.leaseDecider(named.identity.pool, name) : this.sharedDecider(name);
    this.timer = setInterval(() => this.note(), MARK_MS);
  }

  /**
   * Rejects with PoolError `store` when too few nodes answer, `store_lost` and `stale_log` when the cluster or this emitter's log is not what
   * the other knows; see openQuorum and Publisher.
   */
  static async open(options: ClusterOptions, handlers: ClusterHandlers): Promise<Cluster> {
    const { url, files, name, key, named, log, markFile, now } = options;
    const { pool } = named.identity;
    const voting = votingBy(named.identity, key, () => named.keys);
    const nodes = await connectNodes(url, name, files);
    const [nats, wire] = await Promise.all([
      connectNats(url, name, files),
      connectNats(url, `${name} candidates`, files),
    ]);
    try {
      const mark = new StoreMark(markFile);
      const quorum = await openQuorum(nodes, voting, mark.read());
      const words = new Words({ voting, keyOf: (account) => named.keyOf(account), now });
      const onBehind = (text: string) => handlers.onFault('log_behind', text);
      const publisher = await Publisher.begin(log, await NatsRecords.open(nats, pool, name), onBehind);
      const cluster = new Cluster({ nats, wire, nodes, quorum, publisher, mark, words }, options, handlers);
      for (const voter of VOTERS) cluster.listen(votePlace(pool, voter).subject);
      return cluster;
    } catch (thrown) {
      await Promise.all([nats, wire, ...nodes].map(({ connection }) => connection.close().catch(() => {})));
      throw thrown;
    }
  }

  /** Sequence number up to which the cluster has this emitter's log. */
  get kept(): number {
    return this.publisher.kept;
  }

  /**
   * What is shown of it: `voters` that answer, of which two are needed; `isEntered`: whether this emitter's votes count; `leader`: who made the newest
   * decision; `behind`: records of the own log that the cluster does not keep yet.
   */
  get status() {
    const { quorum, log, name } = this;
    const { kept } = this.publisher;
    const { leader, isOpen: isEntered, voting: voters, known } = quorum;
    const behind = Math.max(0, log.lastSeq - kept);
    return { voters, isEntered, place: known.seq, leader, leads: leader === name, kept, behind };
  }

  /** There are new records in the own log. */
  saw(): void {
    this.publisher.saw();
  }

  /** Brings the rest of the log, for as long as `ms`, and ends. */
  async close(ms: number): Promise<void> {
    this.decider.stop();
    this.named.stop();
    clearInterval(this.timer);
    await this.marking;
    this.note();
    await this.marking;
    await Promise.race([this.publisher.settled(), sleep(ms, undefined, { ref: false })]);
    this.publisher.stop();
    const open = [this.wire, ...[this.nats, ...this.nodes].map(({ connection }) => connection)];
    await Promise.all(open.map((connection) => connection.close().catch(() => {})));
  }

  private sharedDecider(name: string): SharedDecider {
    return new SharedDecider({
      ...{ stream: this.quorum, name },
      pause: (ms) => sleep(ms),
      onDecided: (decided) => this.handlers.onDecided(decided),
      onTrouble: (why) => this.onTrouble(why),
    });
  }

  private leaseDecider(pool: string, name: string): LeaseDecider {
    const { quorum, nats, nodes, words } = this;
    const own = decidedSubject(pool, name);
    const decider = new LeaseDecider({
      ...{ stream: quorum, name, run: quorum.run, random: Math.random },
      pause: (ms) => sleep(ms),
      announce: (text) => nats.connection.publish(own, words.seal(own, text)),
      onDecided: (decided) => this.handlers.onDecided(decided),
      onTrouble: (why) => this.onTrouble(why),
      onLease: ({ from, emitter }) => this.handlers.onLease(windowOf(from), emitter),
    });
    const callback = (problem: Error | null, message: Msg) => {
      const text = problem || message.subject === own ? null : words.open(message.subject, message.string());
      if (text !== null) decider.hear(text);
    };
    // By all nodes, for any can be away: what was heard before has no effect.
    for (const { connection } of nodes) connection.subscribe(decidedSubject(pool, '*'), { callback });
    return decider;
  }

  /** A vote says that there may be a decision; what was decided is read from the voters. By all nodes, for any can be away. */
  private listen(subject: string): void {
    const own = `"${this.quorum.run}"`;
    for (const { connection } of this.nodes) {
      connection.subscribe(subject, {
        callback: (problem, message) => {
          if (!problem && !message.string().includes(own)) this.decider.hint();
        },
      });
    }
  }

  private onTrouble(why: string | null): void {
    if (why !== null && !this.isTroubled) this.handlers.onFault('store', `the pool’s decisions cannot be read: ${why}`);
    this.isTroubled = why !== null;
  }

  private note(): void {
    if (this.marking) return;
    const { known } = this.quorum;
    // Between the pool's windows nobody else asks them.
    if (JSON.stringify(known) === this.marked) return this.decider.hint();
    this.marking = this.write(known);
  }

  private async write(known: Known): Promise<void> {
    try {
      await this.mark.write(known);
      this.marked = JSON.stringify(known);
    } catch (thrown) {
      this.handlers.onFault('store_mark', `what was decided could not be noted: ${(thrown as Error).message}`);
    }
    this.marking = null;
  }
}
