import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import { firstSlot, slotAt, slotTime, windowOf } from '../common/slot.ts';
import { Acceptance } from './acceptance.ts';
import type { EmitterConfig } from './config.ts';
import type { SelectEvent } from './select/types.ts';
import { SettingsReader } from './settings.ts';

interface Handlers {
  dispatch(event: SelectEvent): void;
  /** A window has begun by the clock, whosever it is. */
  onWindow(): void;
  onFault(code: string, text: string): void;
  /** Writes a question to the relay node; see Acceptance. */
  ask(): bigint | null;
}

/** What the selection is told besides blocks and connections: the members' vote, the relay node's acceptance, the clock. */
export class Watch {
  readonly acceptance: Acceptance;
  private readonly settings: SettingsReader;
  private readonly clock: Clock;
  private readonly onWindow: () => void;
  private timer: NodeJS.Timeout | null = null;

  constructor(config: EmitterConfig, chain: ChainClient, clock: Clock, { dispatch, onWindow, onFault, ask }: Handlers) {
    const now = () => Math.floor(clock.now());
    this.clock = clock;
    this.onWindow = onWindow;
    this.acceptance = new Acceptance({
      ...{ info: () => chain.info(), ask, now, acceptMs: config.EMITTER_ACCEPT_MS },
      onUnknown: (slot, why) => {
        onFault('no_verdict', `whether the relay node takes the block of slot ${slot} is not known: ${why}`);
      },
      onVerdict: (id, ok) => dispatch({ type: 'accepted', at: now(), id, ok }),
      onIrreversible: (num) => dispatch({ type: 'irreversible', at: now(), num }),
    });
    const override = config.EMITTER_STRATEGY ?? null;
    this.settings = new SettingsReader(chain, config.EMITTER_DAC, override, { now, onSettings: dispatch, onFault });
  }

  /** Resolves once the vote was read, or could not be. */
  async start(): Promise<void> {
    await this.settings.start();
    this.armWindow();
  }

  stop(): void {
    this.settings.stop();
    this.acceptance.stop();
    if (this.timer) clearTimeout(this.timer);
  }

  /** A window begins also when nobody makes a block in it. */
  private armWindow(): void {
    const now = this.clock.now();
    const next = slotTime(firstSlot(windowOf(slotAt(now)) + 1));
    this.timer = setTimeout(
      () => {
        this.onWindow();
        this.armWindow();
      },
      Math.ceil(next - now),
    );
  }
}
