import { PoolError } from '../../common/errors.ts';
import type { DevnetMessage, DevnetState, GoMessage, Phase } from '../../devnet/state.ts';
import type { Running } from '../../devnet/supervisor.ts';
import type { EmitterPlace } from './emitters.ts';
import type { RunOptions } from './options.ts';
import type { Services } from './services.ts';

const READY_MS = 240_000;

/** The service that has all nodes of the chain below it. */
export const CHAIN_SERVICE = 'devnet';

/** A run's chain, a process of its own: what it says of itself, and the phases that it is led through. */
export class ChainProcess {
  private readonly options: RunOptions;
  private readonly progress: (text: string) => void;
  private readonly onRestart: () => void;
  private readonly phases = new Map<Phase, PromiseWithResolvers<void>>();
  private running: Running | null = null;
  private current: DevnetState | null = null;

  /** `onRestart` is called when a node came back. */
  constructor(options: RunOptions, progress: (text: string) => void, onRestart: () => void) {
    this.options = options;
    this.progress = progress;
    this.onRestart = onRestart;
  }

  /** As the chain told it last. Throws PoolError `run` before the first phase. */
  get state(): DevnetState {
    if (!this.current) throw new PoolError('run', 'the chain is not up yet');
    return this.current;
  }

  get isUp(): boolean {
    return this.current !== null;
  }

  async start(services: Services, emitters: EmitterPlace[], portBase: number): Promise<void> {
    const { dir, members, producers, oracles, strategy, mode, seed, restart } = this.options;
    const env = {
      DEVNET_DIR: dir,
      DEVNET_MEMBERS: String(members),
      DEVNET_PRODUCERS: String(producers),
      DEVNET_PORT_BASE: String(portBase),
      DEVNET_EMITTERS: JSON.stringify(emitters.map(({ p2p, http }) => ({ p2p, http }))),
      DEVNET_ORACLES: String(oracles),
      DEVNET_STRATEGY: strategy,
      DEVNET_MODE: mode,
      DEVNET_RESTART: restart,
      ...(seed === undefined ? {} : { DEVNET_SEED: String(seed) }),
    };
    // It has to stop its nodes and to remove their states; other programs are safe to be killed at any moment.
    this.running = await services.start({ name: CHAIN_SERVICE, entry: 'devnet/main.ts', env }, true);
    this.running.process.on('message', (message) => this.onMessage(message as DevnetMessage));
  }

  /** Lets it go on to the next phase. */
  go(step: GoMessage['go']): void {
    this.running?.process.send?.({ go: step } satisfies GoMessage);
  }

  /** Resolves when the phase is reached; rejects with PoolError `timeout` when that takes minutes. */
  async reached(phase: Phase): Promise<void> {
    const late = AbortSignal.timeout(READY_MS);
    const timeout = new Promise<never>((_, reject) => {
      const text = `the chain did not reach the phase "${phase}" in ${READY_MS / 1000} s; see ${this.options.dir}/logs`;
      late.addEventListener('abort', () => reject(new PoolError('timeout', text)), { once: true });
    });
    await Promise.race([this.phase(phase).promise, timeout]);
  }

  private onMessage(message: DevnetMessage): void {
    if ('exit' in message) {
      const { name, code, signal } = message.exit;
      this.progress(`${name} ended with ${signal ?? `code ${code}`}`);
      const node = this.current?.nodes.find((each) => each.name === name);
      if (node) node.pid = null;
      return;
    }
    const isRestart = message.phase === 'restarted';
    // Before that, nodes without a pid have not been started yet.
    const away = isRestart ? (this.current?.nodes ?? []).filter(({ pid }) => pid === null) : [];
    for (const { name, pid } of message.state.nodes)
      if (pid !== null && away.some((node) => node.name === name)) this.progress(`${name} is back`);
    this.current = message.state;
    if (isRestart) this.onRestart();
    this.phase(message.phase).resolve();
  }

  private phase(phase: Phase): PromiseWithResolvers<void> {
    const known = this.phases.get(phase) ?? Promise.withResolvers<void>();
    this.phases.set(phase, known);
    return known;
  }
}
