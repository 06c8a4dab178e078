import { canonicalJson } from '../../common/canonical.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { EVENT_VERSION, type EventRecord, type PoolEvent } from '../../common/events.ts';
import { toPlain } from '../../common/plain.ts';
import type { LogCheck } from '../../common/verify-log.ts';
import { candidateInput } from '../../emitter/log/candidate.ts';
import { SELECT_FAULTS, type SelectEvent } from '../../emitter/select/types.ts';
import { type Expected, expectedOf, inWords, isAsExpected, sinceSchema4 } from './expected.ts';
import { History } from './history.ts';
import { Machine } from './machine.ts';

/** How much was computed again. */
export interface ReplayCounts {
  starts: number;
  inputs: number;
  decisions: number;
  rescues: number;
  /** Appointments of a leader, in standby mode. */
  leads: number;
  closings: number;
  /** States in checkpoints that the inputs before them led to. */
  checkpoints: number;
  /** Emissions that the log says it could not make durable, and so did not happen. */
  refused: number;
  /** Records of what was due when a run was cut off. */
  cut: number;
  /** Decisions of schema 1, which has no inputs. */
  unchecked: number;
}

/** Logs of older schemas have other rules of standby mode. */
const STANDBY_SCHEMA = 5;

type Kind = 'decision' | 'rescue' | 'lead' | 'rejected' | 'shadow' | 'standby' | 'window' | 'fault';
type Derived = Extract<PoolEvent, { type: Kind }>;
const COUNTED: Partial<Record<Kind, 'decisions' | 'rescues' | 'leads' | 'closings'>> = {
  ...{ decision: 'decisions', rescue: 'rescues', lead: 'leads', window: 'closings' },
};

/**
 * Feeds the selection what the log says it was fed, and compares what it says with the log's decisions, rescues and ends of
 * windows. None of these is read into the selection: after a start, what it must remember of an earlier run is looked up in the
 * records before, as the emitter does.
 */
export class Replay implements LogCheck {
  readonly counts: ReplayCounts = {
    ...{ starts: 0, inputs: 0, decisions: 0, rescues: 0, leads: 0, closings: 0 },
    ...{ checkpoints: 0, refused: 0, cut: 0, unchecked: 0 },
  };
  private machine: Machine | null = null;
  private expected: Expected[] = [];
  private readonly history = new History();
  /** After a start: what the selection still has to be told of decisions in the window that runs; null: not known yet. */
  private toRestore: SelectEvent[] | null = [];
  /** The same of who sits out. */
  private sittingOut: SelectEvent[] | null = [];
  /** What it is to be told of who stood by in the run before. */
  private standing: SelectEvent | null = null;
  /** Schema of the records at hand. */
  private version = 0;
  private restoring = false;
  /** The run at hand is of one of several emitters. */
  private isShared = false;

  take(record: EventRecord): string | null {
    const why = this.judge(record);
    if (why === null) this.history.note(record);
    return why;
  }

  private judge(record: EventRecord): string | null {
    const { event } = record;
    this.version = record.v;
    switch (event.type) {
      case 'start':
        return this.start(event, record);
      case 'checkpoint':
        return this.checkpoint(event);
      case 'gap':
        return `${event.lost} records were lost here, so what was chosen after it cannot be checked`;
      case 'input':
        return this.feed(event.input as SelectEvent, 'an input') ?? this.standsBy(event);
      case 'candidate': {
        const input = record.v > 1 ? candidateInput(event) : null;
        return input && this.feed(input, 'a candidate');
      }
      case 'decision':
      case 'rescue':
      case 'lead':
      case 'rejected':
      case 'shadow':
      case 'standby':
      case 'window':
        return this.derived(record, event);
      case 'fault':
        return sinceSchema4(this.version) && isSelectFault(event.code) ? this.derived(record, event) : null;
      case 'emission':
        return this.history.hasDecided(event) ? null : 'an emission of a block that was not decided';
      case 'end':
        return this.missing();
      default:
        return null;
    }
  }

  private start(event: Extract<PoolEvent, { type: 'start' }>, record: EventRecord): string | null {
    const version = record.v;
    this.counts.cut += this.expected.length;
    this.expected = [];
    this.machine = version > 1 ? Machine.start(event) : null;
    this.toRestore = null;
    this.isShared = event.emitter !== undefined;
    // Runs of schema 2 forgot who sat out.
    this.sittingOut = version > 2 ? null : [];
    this.history.standing.note(record);
    this.standing = version >= STANDBY_SCHEMA ? this.history.standing.restored(event.at) : null;
    this.restoring = true;
    this.counts.starts++;
    return null;
  }

  private checkpoint({ start, state }: Extract<PoolEvent, { type: 'checkpoint' }>): string | null {
    if (!this.machine) {
      this.machine = Machine.resume(start, state);
      return null;
    }
    this.counts.checkpoints++;
    const same = canonicalJson(toPlain(this.machine.state)) === canonicalJson(state);
    return same ? this.missing() : 'its state is another than the one that the inputs lead to';
  }

  private feed(event: SelectEvent, what: string): string | null {
    if (!this.machine) return `${what} before any start`;
    this.refuseOldStandby(event);
    const taken = this.takeBack(event);
    if (typeof taken === 'string') return taken;
    const why = this.missing() ?? this.restored(event);
    if (why !== null) return why;
    this.counts.inputs++;
    try {
      const { version } = this;
      for (const effect of this.machine.feed(event)) this.expected.push(...expectedOf(effect, event.at, version));
      this.expected.push(...taken);
    } catch (thrown) {
      return `the selection cannot take it: ${sentence(thrown)}`;
    }
    this.refuseOldStandby(event);
    return null;
  }

  /**
   * A fence that failed: the emission and those behind it in the same answer did not happen. The emitter says so at once, and does
   * the rest of that answer afterwards: gives what is due then, or what is wrong.
   */
  private takeBack(event: SelectEvent): Expected[] | string {
    if (event.type !== 'fence-failed') return [];
    const kept = this.expected.filter(({ step }) => step === null || step < event.step);
    if (kept.length === this.expected.length) return 'it takes back an emission that was not due';
    this.expected = kept.filter(({ step }) => step !== null);
    this.counts.refused++;
    return kept.filter(({ step }) => step === null);
  }

  private missing(): string | null {
    const [due] = this.expected;
    return due ? `${inWords(due.event)} has to come before it and does not` : null;
  }

  /** What an earlier run decided in the running window stays decided: all of that, and nothing else, is told again. */
  private restored(event: SelectEvent): string | null {
    if (event.type === 'decided' || event.type === 'replaced') {
      const what = event.type === 'decided' ? 'decision' : 'change of leader';
      return isDue(this.dueChoices(), event) ? null : `it restores a ${what} that the log does not have there`;
    }
    if (event.type === 'resume') {
      return event.window === this.history.lastClosed ? null : 'it names another window than the last that was closed';
    }
    if (event.type === 'quarantine') {
      const due = this.dueQuarantine(event.at);
      return isDue(due, event) ? null : 'it restores a quarantine that the log does not have there';
    }
    if (event.type === 'stood') {
      const due = this.standing ? [this.standing] : [];
      this.standing = null;
      return isDue(due, event) ? null : 'it restores who stood by otherwise than the log has it';
    }
    if (event.type === 'agent') return this.forgotten();
    if (event.type !== 'candidate') return null;
    this.restoring = false;
    const forgotten = this.forgotten();
    if (forgotten) return forgotten;
    if (this.dueQuarantine(event.at).length > 0) return 'who sat out in the run before was not restored';
    const [missing] = this.dueChoices();
    if (!missing) return null;
    return `a ${missing.type === 'decided' ? 'decision' : 'change of leader'} of the run before was not restored`;
  }

  private dueChoices(): SelectEvent[] {
    this.toRestore ??= this.history.restored(this.machine?.state.tip?.slot ?? 0).filter((event) => {
      // One of many emitters adopts what was decided.
      return event.type !== 'decided' || !this.isShared;
    });
    return this.toRestore;
  }

  private forgotten(): string | null {
    return this.standing ? 'who stood by in the run before was not restored' : null;
  }

  /** That a member stood by at a word is in the log for the next run. */
  private standsBy({ input, ready }: Extract<PoolEvent, { type: 'input' }>): string | null {
    const event = input as SelectEvent;
    const stands = event.type === 'agent' && this.machine?.state.agents.get(event.signer)?.ready === true;
    if (this.version < STANDBY_SCHEMA || stands === (ready === true)) return null;
    return stands ? 'the member stood by, and it does not say so' : 'it says that its member stood by, and it did not';
  }

  /** Throws PoolError `event_log`: what was standing by, and whose turn it was, had other rules then. */
  private refuseOldStandby({ type }: SelectEvent): void {
    const { state } = this.machine ?? {};
    const isStandby = type === 'stood' || state?.duty || state?.window?.rule.mode === 'standby';
    if (!isStandby || this.version >= STANDBY_SCHEMA) return;
    const what = `the log has standby mode by the rules of schema ${this.version}, and this program has those of schema ${EVENT_VERSION}`;
    throw new PoolError(
      'event_log',
      `${what}: replay it with the release that wrote it (its start record names it), or export it`,
    );
  }

  private dueQuarantine(at: number): SelectEvent[] {
    const { config, window } = this.machine?.state ?? {};
    this.sittingOut ??= this.history.quarantine.restored(config?.quarantineWindows ?? 0, window?.id ?? null, at);
    return this.sittingOut;
  }

  private derived(record: EventRecord, event: Derived): string | null {
    if (!this.machine) {
      if (record.v > 1) return `a ${event.type} before any start`;
      this.counts.unchecked++;
      return null;
    }
    const due = this.expected.shift();
    if (!due) return this.cutWindow(event) ? null : `${inWords(event)} follows from no input`;
    if (!isAsExpected(record, due)) return `the inputs lead to ${inWords(due.event)}, and it says otherwise`;
    const counted = COUNTED[event.type];
    if (counted) this.counts[counted]++;
    return null;
  }

  /** At a start, windows that an earlier run did not come to close are closed with what it emitted. */
  private cutWindow(event: Derived): boolean {
    if (event.type !== 'window' || !this.restoring) return false;
    return this.history.isOpen(event.window) && this.history.emitted(event.window) === event.emitted;
  }
}

function isSelectFault(code: string): boolean {
  return SELECT_FAULTS.some((known) => known === code);
}

/** Whether an input is the next of those that are due, whenever it was told; takes that one off. */
function isDue(due: SelectEvent[], event: SelectEvent): boolean {
  const next = due.shift();
  return !!next && canonicalJson({ ...next, at: event.at }) === canonicalJson(event);
}

/** Throws PoolError `event_log` for a log of schema 1 alone: it does not have what the selection was fed. */
export function requireReplayable(counts: ReplayCounts, file: string): void {
  if (counts.unchecked === 0 || counts.inputs > 0) return;
  throw new PoolError('event_log', `${file} is of schema 1, which has no inputs: its choices cannot be computed again`);
}
