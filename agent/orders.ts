import type { Command } from '../common/agent.ts';

/**
 * Which of the commands that come from several emitters count. They are numbered by (window, seq): an older one than the newest
 * seen is from an emitter that is behind, or was under way for long. Pure: the caller brings the time.
 */
export class Orders {
  private window = -1;
  private seq = -1;

  /** Why a command does not count, or null: then it is the newest. */
  refuse({ window, seq, expires }: Command, now: number): string | null {
    if (window < this.window || (window === this.window && seq <= this.seq)) return 'a newer command was seen';
    if (now >= expires) return `it expired ${Math.floor(now - expires)} ms ago`;
    this.window = window;
    this.seq = seq;
    return null;
  }

  /** Whether nothing newer came since. */
  isNewest({ window, seq }: Command): boolean {
    return window === this.window && seq === this.seq;
  }
}
