import { Numeric } from 'eosjs';
import pino from 'pino';
import { sha256 } from '../../common/canonical.ts';
import type { RunStart } from '../../common/events.ts';
import { type SigningKey, signingKeyOf } from '../../common/signature.ts';
import { Chooser } from '../../emitter/chooser.ts';
import { emitterConfig } from '../../emitter/config.ts';
import { ALONE } from '../../emitter/decide/decider.ts';
import { Journal } from '../../emitter/log/journal.ts';
import { Notary } from '../../emitter/log/notary.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import type { MemberDirectory } from '../../emitter/members.ts';
import { PublicBranch } from '../../emitter/relay/branch.ts';
import { Frames } from '../../emitter/relay/frames.ts';
import { candidateKey } from '../../emitter/select/state.ts';
import { STRATEGY_VERSIONS } from '../../emitter/select/strategy.ts';
import type { SelectEvent } from '../../emitter/select/types.ts';
import { play, type World } from './select-world.ts';

export const CHAIN = 'c0'.repeat(32);

export function logKey(name = 'log'): SigningKey {
  const data = sha256(`log key ${name}`);
  return signingKeyOf(Numeric.privateKeyToString({ type: Numeric.KeyType.k1, data })) as SigningKey;
}

export interface LogOptions {
  /** Refuse the fence of the nth emission, counted from 1. */
  failFence?: number;
  /** Kill the emitter as the nth block leaves: decided, and its emission not told; then start it anew. */
  killAt?: number;
  keepWindows?: number;
  /** End by a kill instead of a clean stop. */
  cut?: boolean;
  unsigned?: boolean;
  /** As voted; else first-delivered. */
  strategy?: string;
}

class Killed extends Error {}

/** A real chooser that sends nowhere. */
export function chooserOf(journal: Journal, now: () => number, send: () => boolean): Chooser {
  const address = { EMITTER_RELAY_API: 'http://127.0.0.1:1', EMITTER_RELAY_P2P: '127.0.0.1:1' };
  const none = () => {};
  return new Chooser({
    config: emitterConfig.parse({ EMITTER_POOL: 'pool', EMITTER_DAC: 'dac', ...address }),
    ...{ clock: { now }, logger: pino({ level: 'silent' }), journal, send, canSend: () => true },
    members: { account: (signer: string) => signer.slice(2) } as unknown as MemberDirectory,
    ...{ frames: new Frames(), branch: new PublicBranch() },
    onFault: (code, text, at = now()) => journal.tell(null, { type: 'fault', at, code, text }),
    ...{ onSent: none, onLead: none, onRelease: none, onLeak: none, onFenced: none, onClosing: none, onWant: none },
    decider: ALONE,
  });
}

export function runStart(chooser: Chooser, logKey: string | null): RunStart {
  const select = { strategies: STRATEGY_VERSIONS, config: chooser.state.config };
  return { pool: 'pool', dac: 'dac', chain: CHAIN, software: 'test', ...select, logKey };
}

/** Feeds it an event as the emitter does: a candidate with its bytes. */
export function feedTo(chooser: Chooser, event: SelectEvent): void {
  if (event.type !== 'candidate') return chooser.dispatch(event);
  const { arrivedMs, late, ...fields } = event.candidate;
  const key = candidateKey(event.candidate);
  const { frames } = (chooser as unknown as { parts: { frames: Frames } }).parts;
  frames.keep(key, { slot: fields.slot, frame: Buffer.from(key), monotonic: 0 });
  const said = { verdict: late ? 'late' : 'valid', reason: late ? 'late' : null } as const;
  const more = { member: fields.signer.slice(2), evidence: null, reducedAt: event.at };
  chooser.offer({ type: 'candidate', at: arrivedMs, ...fields, ...said, ...more });
}

/** Lets the real chooser, journal, store and notary write the log of a world that the selection went through. */
export function writeLog(file: string, world: World, options: LogOptions = {}): void {
  const writer = new Writer(file, options);
  for (const { event } of play(world).steps) writer.feed(event);
  writer.end();
}

class Writer {
  private readonly options: LogOptions;
  private readonly file: string;
  private store!: SqliteStore;
  private readonly key = logKey();
  private journal!: Journal;
  private chooser!: Chooser;
  private notary: Notary | null = null;
  private now = 0;
  private fences = 0;
  private sends = 0;
  private isDown = false;

  constructor(file: string, options: LogOptions) {
    this.options = options;
    this.file = file;
    this.open();
    this.begin();
  }

  feed(event: SelectEvent): void {
    this.now = event.at;
    try {
      feedTo(this.chooser, event);
      this.turn();
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
      this.restart();
    }
  }

  end(): void {
    this.chooser.stop();
    this.journal.write();
    if (!this.options.cut) this.notary?.stop();
    this.stopNotary();
    this.store.close();
  }

  private open(): void {
    this.store = new SqliteStore(this.file, 'process');
    const { hold } = this.store;
    this.store.hold = (entries) => {
      if (++this.fences === this.options.failFence) throw new Error('no room');
      hold.call(this.store, entries);
    };
  }

  private begin(): void {
    const { store, options } = this;
    this.notary = null;
    const saw = (records: Parameters<Notary['saw']>[0]) => this.notary?.saw(records);
    this.journal = new Journal(store, saw, () => {});
    this.chooser = chooserOf(
      this.journal,
      () => this.now,
      () => this.send(),
    );
    const run = runStart(this.chooser, options.unsigned ? null : this.key.id);
    this.journal.tell(null, { type: 'start', at: this.now, ...run });
    if (!options.unsigned) this.sign(run);
    if (options.strategy !== undefined) this.vote(options.strategy);
  }

  private vote(strategy: string): void {
    const voted = { strategy, mode: 'propose', fromWindow: 0, previousStrategy: strategy, previousMode: 'propose' };
    this.chooser.dispatch({ type: 'settings', at: this.now, ...voted });
  }

  private sign(run: RunStart): void {
    const { store, options } = this;
    const signing = { key: this.key, store, keepWindows: options.keepWindows ?? 0 };
    const { chooser, journal } = this;
    const onFault = (text: string) => {
      throw new Error(text);
    };
    this.notary = new Notary(signing, { run, journal, now: () => this.now, state: () => chooser.state, onFault });
    this.notary.catchUp();
  }

  private send(): boolean {
    this.sends++;
    if (this.sends !== this.options.killAt || this.isDown) return true;
    this.isDown = true;
    throw new Killed();
  }

  /** The end of a turn of the event loop: what was told is written, and signed once some time passed. */
  private turn(): void {
    this.chooser.stop();
    this.journal.write();
    (this.notary as unknown as { batch(): void } | null)?.batch();
    this.stopNotary();
  }

  private restart(): void {
    const tip = this.chooser.tip;
    this.chooser.stop();
    this.stopNotary();
    this.store.close();
    this.open();
    this.begin();
    if (tip) this.chooser.dispatch({ type: 'public', at: this.now, block: tip, pool: false });
    this.chooser.restore(this.store);
    this.turn();
  }

  /** Time does not pass by itself here. */
  private stopNotary(): void {
    const { timer } = (this.notary ?? {}) as unknown as { timer?: NodeJS.Timeout | null };
    if (timer) clearTimeout(timer);
    if (this.notary) (this.notary as unknown as { timer: null }).timer = null;
  }
}
