import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogReader } from '../../../common/event-log.ts';
import type { PoolEvent } from '../../../common/events.ts';
import { keyId } from '../../../common/keys.ts';
import { setShift } from '../../../devnet/shift.ts';
import { eventually } from '../../../devnet/wait.ts';
import { Burner, HEAVY_CONFIG, QUIET_CONFIG } from '../../experiments/lab/burner.ts';
import { POOL, setprods, type Turn } from '../../experiments/lab/chain.ts';
import type { Lab, LabNode } from '../../experiments/lab/lab.ts';
import { type Member, type Pool, startMember, startPool } from '../../experiments/lab/pool.ts';
import { PublicView } from './public-view.ts';

/** One way between relay node and producers, as between machines of one continent. */
const LATENCY_MS = 20;

const MEMBERS = ['member1', 'member2', 'member3', 'member4'];

/** In the schedule from the beginning, so that a member can come with it at any time. */
const SPARE = 'member5';

/** A pool of four members on a chain of bp1, pool, bp2, in which one case is played after the other. */
export class Stage {
  readonly lab: Lab;
  readonly pool: Pool;
  readonly view: PublicView;
  /** Lines for the configuration of each node that is started from now on. */
  private config = HEAVY_CONFIG;
  private burner: Burner | null = null;
  /** Each schedule has to differ from the one before, or it is none. */
  private proposals = 0;

  private constructor(lab: Lab, pool: Pool) {
    this.lab = lab;
    this.pool = pool;
    this.view = new PublicView(pool);
  }

  static async start(lab: Lab): Promise<Stage> {
    const names = [...MEMBERS, SPARE];
    for (const name of names) setShift(clockOf(lab, name), 0);
    const pool = await startPool(lab, {
      latencyMs: LATENCY_MS,
      members: MEMBERS.length,
      memberConfig: () => HEAVY_CONFIG,
      memberClock: (i) => clockOf(lab, MEMBERS[i] as string),
      moreKeys: [lab.keys.pair(SPARE)],
      publicConfig: HEAVY_CONFIG,
      peers: true,
      // A member that was refused is needed again by the case after the next.
      emitter: { EMITTER_QUARANTINE_WINDOWS: '1' },
    });
    return new Stage(lab, pool);
  }

  get members(): Member[] {
    return this.pool.members;
  }

  /** The member that leads the running window, by the emitter's word. */
  async leader(): Promise<Member> {
    const status = (await (await fetch(`${this.pool.emitterHttp}/status`)).json()) as {
      window: { leader: string | null } | null;
    };
    const found = this.members.find(({ node }) => this.keyOf(node.name) === status.window?.leader);
    if (!found) throw new Error(`the window's leader is no member here: ${status.window?.leader}`);
    return found;
  }

  /** The member that leads when the pool's block for a slot has reached the first producer. */
  async leaderAfter(slot: number): Promise<Member> {
    await this.view.block(slot);
    return this.leader();
  }

  /** The key of a node as the event log has it. */
  keyOf(name: string): string {
    return keyId(this.lab.keys.pair(name).public);
  }

  /** Records of the event log of a window. */
  events<T extends PoolEvent['type']>(window: number, type: T): Extract<PoolEvent, { type: T }>[] {
    const log = new EventLogReader(this.pool.eventLog);
    try {
      const events = log.window(window).map(({ event }) => event);
      return events.filter((event): event is Extract<PoolEvent, { type: T }> => event.type === type);
    } finally {
      log.close();
    }
  }

  /** Lets a member's clock be ahead by so many seconds. */
  setClock({ node }: Member, seconds: number): void {
    setShift(clockOf(this.lab, node.name), seconds);
  }

  kill(...members: Member[]): void {
    for (const { node } of members) this.lab.kill(node.name, 'SIGKILL');
  }

  /** The relay node dies and comes back with an empty state. */
  async restartRelay(): Promise<void> {
    const { relay, toBp1, toBp2 } = this.pool;
    await this.end(relay);
    const options = { peers: [toBp1.address, toBp2.address], listens: true, config: this.config };
    this.pool.relay = await this.lab.node('relay', options);
  }

  /** A member's node again, with an empty state and these lines in its configuration; resolves when it is in sync. */
  async renew(member: Member, config: string[] = []): Promise<void> {
    const { name } = member.node;
    await this.end(member.node);
    const own = { config: [...this.config, ...config], clock: clockOf(this.lab, name) };
    member.node = await startMember(this.lab, name, [member.proxy.address], own);
    await eventually(`${name} in sync`, async () => ((await this.isOnChain(member)) ? true : undefined), 30_000);
  }

  /** A further member with an empty state; it is found as a leader as long as it lives. */
  async join(): Promise<Member> {
    const proxy = await this.lab.proxy({ target: this.members[0]?.proxy.target as string });
    const own = { config: this.config, clock: clockOf(this.lab, SPARE) };
    const member = { node: await startMember(this.lab, SPARE, [proxy.address], own), proxy };
    this.pool.members.push(member);
    return member;
  }

  /** The further member goes for good. */
  async leave(member: Member): Promise<void> {
    await this.end(member.node);
    this.pool.members.splice(this.pool.members.indexOf(member), 1);
  }

  private async end(node: LabNode): Promise<void> {
    this.lab.kill(node.name, 'SIGKILL');
    await node.running.exited;
  }

  /** Brings all back as it was: every member alive, on the public chain, with nothing in its way. Names those it had to renew. */
  async heal(): Promise<string[]> {
    const { toBp1, toBp2, toRelay, toPeers, between } = this.pool;
    const proxies = [toBp1, toBp2, toRelay, between, ...toPeers, ...this.members.map(({ proxy }) => proxy)];
    for (const proxy of proxies) proxy.rule = () => 'pass';
    for (const proxy of [toBp1, toBp2, between, ...toPeers]) proxy.latencyMs = LATENCY_MS;
    const apart: Member[] = [];
    for (const member of this.members) if (!(await this.isOnChain(member))) apart.push(member);
    await Promise.all(apart.map((member) => this.renew(member)));
    return apart.map(({ node }) => node.name);
  }

  /**
   * From now on transactions stay where they are sent, so that two cores are enough for heavy blocks: one member leaves, the relay node
   * and the others begin again. The other cases cannot be played after it.
   */
  async heavy(): Promise<Burner> {
    if (this.burner) return this.burner;
    this.config = [...HEAVY_CONFIG, ...QUIET_CONFIG];
    await this.leave(this.members.at(-1) as Member);
    await this.restartRelay();
    await Promise.all(this.members.map((member) => this.renew(member)));
    const burner = new Burner(this.pool.bp1.api, this.lab.keys.pair('eosio'));
    await burner.calibrate();
    this.burner = burner;
    return burner;
  }

  /** Proposes the same producers in the same order, the pool with one key more. */
  async proposeSchedule(): Promise<void> {
    const spare = [SPARE, `unused${++this.proposals}`];
    const turns = this.pool.turns.order.map((name): Turn => {
      const keys = name === POOL ? [...MEMBERS, ...spare] : [name];
      return { name, keys: keys.map((key) => this.lab.keys.pair(key)) };
    });
    await this.pool.bp1.api.transact([setprods(turns)]);
  }

  /** Whether the member's chain is bp1's, some blocks below the head. Asked again for a moment: it may be catching up. */
  private async isOnChain({ node }: Member): Promise<boolean> {
    if (node.running.exit) return false;
    for (let tries = 0; tries < 3; tries++) {
      const num = (await this.pool.bp1.api.info()).head_block_num - 2;
      const [own, network] = await Promise.all(
        [node, this.pool.bp1].map(({ api }) =>
          api.block(num).then(
            ({ id }) => id,
            () => null,
          ),
        ),
      );
      if (own !== null && own === network) return true;
      await sleep(300);
    }
    return false;
  }
}

function clockOf(lab: Lab, name: string): string {
  return path.join(lab.dir, `clock-${name}`);
}
