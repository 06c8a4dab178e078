import type { ChainClient } from '../common/chain.ts';
import { sentence } from '../common/errors.ts';
import type { SelectEvent } from './select/types.ts';

/** A vote holds from the window after its execution on, and can be executed in the last slot before it: an oracle refuses a window in another mode. */
const REREAD_MS = 250;

export type SettingsEvent = Extract<SelectEvent, { type: 'settings' }>;

/** The contract's row, as `get_table_rows` gives it. */
interface StrategyRow {
  strategy: string;
  mode: string;
  from_window: number | string;
  previous_strategy: string;
  previous_mode: string;
}

interface Handlers {
  now(): number;
  /** What was voted, at the start and after each change. */
  onSettings(event: SettingsEvent): void;
  onFault(code: string, text: string): void;
}

/** Follows the members' vote on strategy and mode: table `strategy` of the contract. */
export class SettingsReader {
  private readonly chain: ChainClient;
  private readonly dac: string;
  private readonly override: string | null;
  private readonly handlers: Handlers;
  private last = '';
  private isFailing = false;
  /** An answer is waited for: a slow one must not come after a newer one. */
  private isAsking = false;
  private timer: NodeJS.Timeout | null = null;

  /** `override`: a strategy for tests that holds instead of the vote, in propose mode. */
  constructor(chain: ChainClient, dac: string, override: string | null, handlers: Handlers) {
    this.chain = chain;
    this.dac = dac;
    this.override = override;
    this.handlers = handlers;
  }

  /** Resolves after the first reading, whether the node answered or not. */
  async start(): Promise<void> {
    if (this.override !== null) {
      const all = { strategy: this.override, previousStrategy: this.override };
      return this.tell({ ...all, mode: 'propose', previousMode: 'propose', fromWindow: 0 });
    }
    await this.read();
    this.timer = setInterval(() => void this.read(), REREAD_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** A node that does not answer leaves what was read last; it is said once until it answers again. */
  private async read(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const [row] = await this.chain.rows<StrategyRow>(this.dac, this.dac, 'strategy');
      this.isFailing = false;
      if (row) this.tell(fromRow(row));
    } catch (thrown) {
      if (!this.isFailing) this.handlers.onFault('settings_unread', sentence(thrown));
      this.isFailing = true;
    } finally {
      this.isAsking = false;
    }
  }

  private tell(read: Omit<SettingsEvent, 'type' | 'at'>): void {
    const text = JSON.stringify(read);
    if (text === this.last) return;
    this.last = text;
    this.handlers.onSettings({ type: 'settings', at: this.handlers.now(), ...read });
  }
}

/** A row from before the first vote has no modes in it. */
function fromRow(row: StrategyRow): Omit<SettingsEvent, 'type' | 'at'> {
  return {
    strategy: row.strategy,
    mode: row.mode || 'propose',
    fromWindow: Number(row.from_window),
    previousStrategy: row.previous_strategy,
    previousMode: row.previous_mode || 'propose',
  };
}
