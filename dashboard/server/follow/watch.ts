import { setTimeout as sleep } from 'node:timers/promises';
import type { EmitterView } from '../../api.ts';
import { type EmitterStatus, readStatus } from './status.ts';

const EVERY_MS = 1000;
/** One that did not answer for so long is away. */
const AWAY_MS = 4000;

/** How each emitter is, asked once a second. */
export class EmitterWatch {
  private readonly emitters: readonly { name: string; url: string }[];
  private readonly notices: (emitter: string) => string[];
  private readonly memberOf: (signer: string) => string | null;
  private readonly heard = new Map<string, { at: number; status: EmitterStatus }>();

  constructor(
    emitters: { name: string; url: string }[],
    notices: (emitter: string) => string[],
    memberOf: (signer: string) => string | null,
  ) {
    this.emitters = emitters;
    this.notices = notices;
    this.memberOf = memberOf;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.emitters.map(({ name, url }) => this.ask(name, url, signal)));
  }

  views(): EmitterView[] {
    return this.emitters.map(({ name }) => this.viewOf(name));
  }

  /** What an emitter said last, when that was a moment ago. */
  status(name: string): EmitterStatus | null {
    const heard = this.heard.get(name);
    return heard && performance.now() - heard.at < AWAY_MS ? heard.status : null;
  }

  private async ask(name: string, url: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const status = await readStatus(url, signal);
        this.heard.set(name, { at: performance.now(), status });
      } catch {
        // It shows by the age of what it said last.
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private viewOf(name: string): EmitterView {
    const heard = this.heard.get(name);
    const ageMs = heard ? Math.round(performance.now() - heard.at) : null;
    const notices = this.notices(name);
    const status = this.status(name);
    if (!status) {
      const reasons = [ageMs === null ? `${name} has not answered yet` : `${name} does not answer`];
      const none = { relayUp: false, peersUp: 0, members: [], leader: null };
      return { name, state: 'away', reasons, ...none, logSeq: heard?.status.logSeq ?? 0, notices, ageMs };
    }
    const { ready, reasons, relayUp, peersUp, logSeq, window } = status;
    const leader = window?.leader ? (this.memberOf(window.leader) ?? window.leader) : null;
    const members = [
      ...new Set([...status.members, ...status.signers.map(this.memberOf).filter((one) => one !== null)]),
    ];
    const state = ready ? 'ready' : 'not-ready';
    return { name, state, reasons, relayUp, peersUp, members: members.sort(), leader, logSeq, notices, ageMs };
  }
}
