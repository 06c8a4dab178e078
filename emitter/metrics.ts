import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventRecord, PoolEvent } from '../common/events.ts';
import { SLOTS_PER_WINDOW, slotTime } from '../common/slot.ts';
import { LIMITS } from './limits.ts';

/** What is read at each scrape, for it is a state and no event. Bytes, and counts of sessions. */
export interface Readings {
  members: number;
  relayUp: boolean;
  peersUp: number;
  peers: number;
  /** Waiting to be read by members; by the relay node and public peers; kept candidates and public blocks; candidates put on disk since the start. */
  bytes: { members: number; outside: number; kept: number; spilled: number };
  /** Members' messages dropped for want of the relay node, since the start. */
  dropped: number;
  /** Bytes left on the event log's disk; null when not known. */
  diskFree: number | null;
  /**
   * Of several emitters: nodes of the cluster that vote, whether this emitter's votes count, whether it made the newest decision or has the newest
   * lease, and records of the own log that the cluster does not keep yet.
   */
  store: { voters: number; isEntered: boolean; leads: boolean; behind: number } | null;
  /** The same: others that are heard; frames that came from them, answers that failed, announcements not signed, bytes given; since the start. */
  exchange: { others: number; received: number; failed: number; unsigned: number; givenBytes: number } | null;
}

export interface Metrics {
  /** Takes records as they are written to the log. */
  record(records: EventRecord[]): void;
  /** How long a fence took. */
  fenced(ms: number): void;
  /** The text that Prometheus reads. */
  text(): Promise<string>;
}

/** ms before (negative) and after the slot's time; Leap sends a window's last block 600 ms early at 90 % effort. */
const ARRIVAL_MS = [-3000, -1000, -600, -450, -300, -200, -150, -100, -50, 0, 50, 150, 300, 500, 1000];
const ADDED_MS = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100];
/** There from the start, at 0: Prometheus sees no increase in a counter that begins at 1. */
const KNOWN_FAULTS = [
  'store_unsure',
  'store_lost',
  'event_log',
  'log_behind',
  'log_signing',
  'not_sent',
  'all_rejected',
  'no_verdict',
];
const VERDICTS = ['valid', 'late', 'invalid'];
const KNOWN_CAUSES = ['connection_lost', 'overdue', 'rejected'];
const FENCE_MS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50];

/** The emitter's metrics, counted from the log's records in one place. docs/metrics-emitter.md lists them. `isShared`: of one of several emitters. */
export function makeMetrics(read: () => Readings, isShared = false): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const member = atMost(LIMITS.memberLabels);
  const code = atMost(LIMITS.memberLabels);
  const shown = new Set<string>();
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `bppool_emitter_${name}_total`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: L[] = []) =>
    new Histogram({ name: `bppool_emitter_${name}_ms`, help, buckets, labelNames, registers });

  const candidates = counter('candidates', 'Blocks of members by verdict', ['member', 'result']);
  const arrival = histogram('candidate_arrival', 'Arrival before (<0) or after its slot’s time', ARRIVAL_MS, [
    'member',
  ]);
  const standby = counter('standby_slots', 'Slots in which a connected member had no candidate', ['member']);
  const added = histogram('added_latency', 'From a block’s last byte in to its first byte out', ADDED_MS);
  const fence = histogram('fence', 'Time to make a decision durable', FENCE_MS);
  const emissions = counter('emissions', 'Blocks let out');
  const emittedSlots = counter('emitted_slots', 'Slots of closed windows that have an emitted block');
  const missedSlots = counter('missed_slots', 'Slots of closed windows without an emitted block');
  const lastWindow = gauge('last_window', 'The window closed last');
  const lastMissed = gauge('last_window_missed_slots', 'Slots without an emitted block in the window closed last');
  const rescues = counter('rescues', 'Changes of branch inside a window', ['cause']);
  const replaced = counter('replaced_blocks', 'Own public blocks whose place a rescue took');
  const poisoned = counter('poisoned', 'Windows in which a member built beside a block it was given', ['member']);
  const leaks = counter('leaks', 'Pool blocks in public that were not emitted here', ['held']);
  const unjudged = counter('unjudged_blocks', 'Blocks of which the relay node did not show whether it takes them');
  const faults = counter('faults', 'Things that should not be', ['code']);

  for (const held of ['true', 'false']) leaks.inc({ held }, 0);
  for (const known of KNOWN_FAULTS) faults.inc({ code: code(known) }, 0);
  for (const cause of KNOWN_CAUSES) rescues.inc({ cause: code(cause) }, 0);

  function gauge(name: string, help: string, value?: (now: Readings) => number): Gauge {
    const collect = value && { collect: (): void => made.set(value(read())) };
    const made: Gauge = new Gauge({ name: `bppool_emitter_${name}`, help, registers, ...collect });
    return made;
  }
  gauge('member_sessions', 'Members’ connections', ({ members }) => members);
  gauge('relay_up', '1 while there is a session with the relay node', ({ relayUp }) => (relayUp ? 1 : 0));
  gauge('peers_up', 'Public peers with a session', ({ peersUp }) => peersUp);
  gauge('peers', 'Public peers that are dialled', ({ peers }) => peers);
  gauge('members_unsent_bytes', 'Bytes that members have not read yet', ({ bytes }) => bytes.members);
  gauge('outside_unsent_bytes', 'Bytes that relay node and peers have not read yet', ({ bytes }) => bytes.outside);
  gauge('kept_bytes', 'Bytes of candidates and public blocks in memory', ({ bytes }) => bytes.kept);
  gauge('spilled_bytes', 'Candidates put on disk for want of memory, since the start', ({ bytes }) => bytes.spilled);
  if (isShared) {
    gauge('store_voters', 'Nodes of the cluster that vote: two are needed', ({ store }) => store?.voters ?? 0);
    gauge('store_votes_count', '1 while votes of this emitter’s key count', ({ store }) => (store?.isEntered ? 1 : 0));
    gauge('store_leads', '1 when the newest decision, or lease, is this emitter’s', ({ store }) =>
      store?.leads ? 1 : 0,
    );
    gauge('store_behind_records', 'Records that the cluster does not keep yet', ({ store }) => store?.behind ?? 0);
    const exchanged = (name: string, help: string, of: (now: NonNullable<Readings['exchange']>) => number) =>
      gauge(`exchange_${name}`, help, ({ exchange }) => (exchange ? of(exchange) : 0));
    exchanged('emitters', 'Other emitters that are heard', ({ others }) => others);
    exchanged('received_blocks', 'Candidates that came from them, since the start', ({ received }) => received);
    exchanged('failed_answers', 'Their answers that were of no use, since the start', ({ failed }) => failed);
    exchanged('given_bytes', 'Bytes of candidates given to them, since the start', ({ givenBytes }) => givenBytes);
    exchanged('unsigned_words', 'Announcements no emitter has signed, or old ones', ({ unsigned }) => unsigned);
  }
  gauge(
    'dropped_messages',
    'Members’ messages dropped without a relay node, since the start',
    ({ dropped }) => dropped,
  );
  gauge('disk_free_bytes', 'Left on the disk of the event log', ({ diskFree }) => diskFree ?? Number.NaN);

  /** All that is counted of a member is there from the first that is heard of it. */
  function show(name: string): void {
    if (shown.has(name)) return;
    shown.add(name);
    for (const result of VERDICTS) candidates.inc({ member: name, result }, 0);
    standby.inc({ member: name }, 0);
    poisoned.inc({ member: name }, 0);
  }

  function count(event: PoolEvent): void {
    switch (event.type) {
      case 'candidate': {
        const name = member(event.member);
        show(name);
        candidates.inc({ member: name, result: event.verdict });
        if (event.verdict !== 'invalid') arrival.observe({ member: name }, event.at - slotTime(event.slot));
        return;
      }
      case 'standby': {
        const name = member(event.member);
        show(name);
        return standby.inc({ member: name });
      }
      case 'emission':
        emissions.inc();
        return added.observe(event.addedUs / 1000);
      case 'rescue':
        rescues.inc({ cause: code(event.cause) });
        return replaced.inc(event.replaced.length);
      case 'poisoned':
        return poisoned.inc({ member: member(event.member) });
      case 'leak':
        return leaks.inc({ held: String(event.held) });
      case 'fault':
        if (event.code === 'no_verdict') unjudged.inc();
        return faults.inc({ code: code(event.code) });
      case 'window':
        emittedSlots.inc(event.emitted);
        missedSlots.inc(SLOTS_PER_WINDOW - event.emitted);
        lastWindow.set(event.window);
        return lastMissed.set(SLOTS_PER_WINDOW - event.emitted);
    }
  }

  return {
    record: (records) => {
      for (const { event } of records) count(event);
    },
    fenced: (ms) => fence.observe(ms),
    text: () => registry.metrics(),
  };
}

/** Values of a label: null is `unknown`, and those beyond the limit are `other`, so that no peer can fill the memory. */
function atMost(limit: number): (value: string | null) => string {
  const known = new Set<string>();
  return (value) => {
    if (value === null || value === '') return 'unknown';
    if (known.size < limit) known.add(value);
    return known.has(value) ? value : 'other';
  };
}
