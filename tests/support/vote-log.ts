import type { VoteLog } from '../../emitter/log/quorum/voter.ts';

/** How messages fare between emitters and voters. */
export interface Network {
  /** Each message takes one of these. */
  travel(): Promise<void>;
  /** Asked for each message. */
  isLost(): boolean;
}

/** A voter's log in memory, whose node can die and come back with its entries or without. */
export class MemoryLog implements VoteLog {
  network: Network;
  isUp = true;
  private entries: string[] = [];

  constructor(network: Network) {
    this.network = network;
  }

  restart(wiped: boolean): void {
    if (wiped) this.entries = [];
    this.isUp = true;
  }

  /** What stands in it. */
  get texts(): readonly string[] {
    return this.entries;
  }

  /** Somebody who asks for no place adds something. */
  inject(text: string): void {
    this.entries.push(text);
  }

  last(): Promise<number> {
    return this.call(() => this.entries.length);
  }

  append(text: string, after: number): Promise<boolean> {
    return this.call(() => {
      if (this.entries.length !== after) return false;
      this.entries.push(text);
      return true;
    });
  }

  read(from: number, to: number): Promise<{ seq: number; text: string }[]> {
    return this.call(() => {
      const found = this.entries.slice(from - 1, to);
      return found.map((text, i) => ({ seq: from + i, text }));
    });
  }

  /** There, the effect, and back; both ways can fail. */
  private async call<T>(effect: () => T): Promise<T> {
    await this.pass();
    const answer = effect();
    await this.pass();
    return answer;
  }

  private async pass(): Promise<void> {
    await this.network.travel();
    if (!this.isUp || this.network.isLost()) throw new Error('away');
  }
}
