import { EventLogReader } from '../../../common/event-log.ts';
import { keyId } from '../../../common/keys.ts';
import { firstSlot, lastSlot, slotInWindow, slotTime, windowOf } from '../../../common/slot.ts';
import { eventually } from '../../../devnet/wait.ts';
import { blocksBetween, POOL } from '../../experiments/lab/chain.ts';
import type { Lab } from '../../experiments/lab/lab.ts';
import { logLines } from '../../experiments/lab/nodelog.ts';
import { blockOf, type Member, type Pool, startMember, startPool } from '../../experiments/lab/pool.ts';
import { untilTime } from '../../experiments/lab/turns.ts';
import type { DelayProxy, Way } from '../../support/delay-proxy.ts';
import type { Fault } from '../plan.ts';
import { LOOK_AFTER_MS, type Outcome, ranges, type Scenario } from './scenarios.ts';

/** What the emitter calls itself on its own session with the relay node. */
const OWN_SESSION = 'bppool emitter';

/** A pool of real nodes with a proxy in every connection, on which one scenario after the other is played. */
export class ActualPool {
  private readonly lab: Lab;
  private readonly pool: Pool;
  /** Newest emitted block by slot. */
  private readonly emitted = new Map<number, Buffer>();

  private constructor(lab: Lab, pool: Pool) {
    this.lab = lab;
    this.pool = pool;
    pool.toRelay.taps.add((frame, way, link) => {
      const block = way === 'up' && link.agent === OWN_SESSION ? blockOf(frame) : null;
      if (block) this.emitted.set(block.slot, Buffer.from(frame));
    });
  }

  static async start(lab: Lab): Promise<ActualPool> {
    return new ActualPool(lab, await startPool(lab, { latencyMs: 1 }));
  }

  /** Plays a scenario in the pool's next window and brings members that it cost back. */
  async play(scenario: Scenario): Promise<Outcome> {
    const window = this.pool.turns.next(POOL, 2500);
    const hit = scenario.fault ? await this.act(scenario.fault, window) : [];
    await untilTime(slotTime(lastSlot(window)) + LOOK_AFTER_MS);
    const alive = this.pool.members.filter((member) => !(hit.includes(member) && scenario.fault?.kind === 'kill'));
    const apart: Member[] = [];
    for (const member of alive) if (!(await this.isOnChain(member))) apart.push(member);
    await untilTime(slotTime(lastSlot(window + 1)) + 700);
    const outcome = await this.outcome(window, apart.length);
    for (const member of new Set([...apart, ...this.pool.members.filter((one) => !alive.includes(one))]))
      await this.renew(member);
    return outcome;
  }

  private async outcome(window: number, apart: number): Promise<Outcome> {
    const [start, end] = [slotTime(firstSlot(window)) - 1000, slotTime(lastSlot(window)) + LOOK_AFTER_MS];
    const chain = await blocksBetween(this.pool.relay.api, firstSlot(window) - 1, lastSlot(window + 1));
    const of = (one: number) =>
      ranges(chain.filter(({ slot }) => windowOf(slot) === one).map(({ slot }) => slotInWindow(slot)));
    const log = new EventLogReader(this.pool.eventLog);
    const rescues = log.window(window).filter(({ event }) => event.type === 'rescue').length;
    log.close();
    const ids = new Set([...this.emitted.values()].map((frame) => blockOf(frame)?.id));
    const drops = ({ node }: Member) => {
      const lines = logLines(node.log, /dropped incoming block/, start, end);
      return lines.some(({ text }) => ids.has(/id: ([0-9a-f]{64})/.exec(text)?.[1] ?? ''));
    };
    return {
      pool: of(window),
      next: of(window + 1),
      parent: chain.some(({ slot }) => slot === firstSlot(window) - 1),
      rescues,
      switches: logLines(this.pool.relay.log, /switching forks/, start, end).length,
      dropped: this.pool.members.filter(drops).length,
      apart,
    };
  }

  /** Whether the member's chain is the relay node's, some blocks below the head. */
  private async isOnChain({ node }: Member): Promise<boolean> {
    const num = (await this.pool.relay.api.info()).head_block_num - 3;
    const idAt = (api: Member['node']['api']) =>
      api.block(num).then(
        ({ id }) => id,
        () => null,
      );
    const [own, relay] = await Promise.all([idAt(node.api), idAt(this.pool.relay.api)]);
    return own !== null && own === relay;
  }

  /** Does what the fault says; gives the members it hit. */
  private async act({ kind, slot, afterMs, forMs }: Omit<Fault, 'window'>, window: number): Promise<Member[]> {
    const first = firstSlot(window);
    const at = slotTime(first + slot) + afterMs;
    switch (kind) {
      case 'stall':
        this.holdFrames('up', first + slot, slotTime(first + slot) + afterMs + forMs);
        return [];
      case 'late-parent':
        this.holdFrames('down', first - 1, slotTime(first - 1) + forMs);
        return [];
      case 'leak': {
        await untilTime(at);
        const frame = this.emitted.get(first);
        const leader = await this.leader();
        const victim = this.pool.members.find((member) => member !== leader);
        if (frame) victim?.proxy.link?.write('down', frame);
        return [];
      }
      default: {
        await untilTime(at - 150);
        const leader = await this.leader();
        await untilTime(at);
        this.lab.kill(leader.node.name, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
        if (kind === 'freeze') void untilTime(at + forMs).then(() => this.lab.kill(leader.node.name, 'SIGCONT'));
        return [leader];
      }
    }
  }

  /**
   * Holds blocks on their way between emitter and relay node until a time: `up` the emitted ones from a slot on, `down` one slot's
   * block on the members' connections.
   */
  private holdFrames(held: Way, slot: number, until: number): void {
    const { toRelay } = this.pool;
    const rule: DelayProxy['rule'] = (frame, way, link) => {
      if (Date.now() >= until || way !== held || (link.agent === OWN_SESSION) !== (held === 'up')) return 'pass';
      const block = blockOf(frame);
      if (!block || (held === 'up' ? block.slot < slot : block.slot !== slot)) return 'pass';
      return until;
    };
    toRelay.rule = rule;
  }

  private async leader(): Promise<Member> {
    const status = (await (await fetch(`${this.pool.emitterHttp}/status`)).json()) as {
      window: { leader: string | null } | null;
    };
    const signer = status.window?.leader;
    const found = this.pool.members.find(({ node }) => keyId(this.lab.keys.pair(node.name).public) === signer);
    return found ?? (this.pool.members[0] as Member);
  }

  /** A member's node again, with an empty state. */
  private async renew(member: Member): Promise<void> {
    const { name } = member.node;
    this.lab.kill(name, 'SIGKILL');
    await member.node.running.exited;
    member.node = await startMember(this.lab, name, [member.proxy.address]);
    await eventually(`${name} in sync`, async () => ((await this.isOnChain(member)) ? true : undefined), 30_000);
  }
}
