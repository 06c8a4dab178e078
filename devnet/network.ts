import path from 'node:path';
import { ChainClient } from '../common/chain.ts';
import type { EmitterAddress } from './config.ts';
import { NAMES } from './config.ts';
import type { KeyRing } from './keys.ts';
import type { NodePlan, Role } from './layout.ts';
import { type NodeSettings, prepareNode, type StartFrom } from './nodeos.ts';
import type { NodeState } from './state.ts';
import { type Supervisor, whenReady } from './supervisor.ts';
import type { Tools } from './tools.ts';

const READY_MS = 30_000;
/** A node that makes its state from blocks answers when it is through them: some ms a block. */
const REPLAYED_MS = 600_000;

/** The nodes of a devnet: who is connected to whom, who signs with what. */
export class Network {
  readonly plans: NodePlan[];
  readonly #dir: string;
  readonly #tools: Tools;
  readonly #keys: KeyRing;
  readonly #emitters: EmitterAddress[];
  readonly #supervisor: Supervisor;
  readonly #membersPaused: boolean;

  constructor(parts: {
    plans: NodePlan[];
    dir: string;
    tools: Tools;
    keys: KeyRing;
    emitters: EmitterAddress[];
    supervisor: Supervisor;
    /** Members start paused: an agent resumes the one that leads. */
    membersPaused: boolean;
  }) {
    this.plans = parts.plans;
    this.#dir = parts.dir;
    this.#tools = parts.tools;
    this.#keys = parts.keys;
    this.#emitters = parts.emitters;
    this.#supervisor = parts.supervisor;
    this.#membersPaused = parts.membersPaused;
  }

  of(role: Role): NodePlan[] {
    return this.plans.filter((plan) => plan.role === role);
  }

  /** The API of the first node of a role. */
  apiOf(role: Role): string {
    const [first] = this.of(role);
    return first ? url(first) : '';
  }

  /** Starts a node, with an empty state or with the blocks it has; resolves when its API answers, and leaves no process when that fails. */
  async start(plan: NodePlan, from: StartFrom = 'nothing'): Promise<void> {
    const running = await this.#supervisor.start(prepareNode(this.#tools, this.#settings(plan), from));
    try {
      await whenReady(running, () => new ChainClient(url(plan)).info(), from === 'blocks' ? REPLAYED_MS : READY_MS);
    } catch (thrown) {
      await this.#supervisor.stop(plan.name);
      throw thrown;
    }
  }

  states(): NodeState[] {
    return this.plans.map((plan) => ({
      name: plan.name,
      role: plan.role,
      api: url(plan),
      p2p: plan.p2pPort === null ? null : p2p(plan),
      ...(plan.shipPort === undefined ? {} : { ship: `ws://127.0.0.1:${plan.shipPort}` }),
      pid: this.#supervisor.get(plan.name)?.pid ?? null,
      log: path.join(this.#dir, 'logs', `${plan.name}.log`),
    }));
  }

  #settings(plan: NodePlan): NodeSettings {
    const [first] = this.plans;
    const bootstrap = plan === first;
    const own = plan.role === 'relay' ? [] : [this.#keys.pair(`${plan.name}@signing`)];
    const producer = { producer: [plan.name], relay: [], member: [NAMES.pool] }[plan.role];
    return {
      plan,
      dir: this.#dir,
      genesis: path.join(this.#dir, 'genesis.json'),
      clockFile: path.join(this.#dir, 'clock'),
      peers: this.#peers(plan),
      // A chain begins with eosio as its only producer; the first node goes on as itself once it is elected.
      producers: bootstrap ? ['eosio', ...producer] : producer,
      signingKeys: bootstrap ? [this.#keys.pair('eosio'), ...own] : own,
      bootstrap,
      paused: plan.role === 'member' && this.#membersPaused,
    };
  }

  /** Each pair of producers has one connection; a relay dials all producers; a member knows nothing but emitters. */
  #peers(plan: NodePlan): string[] {
    if (plan.role === 'member') return this.#emitters.map((emitter) => emitter.p2p);
    const producers = this.of('producer');
    return (plan.role === 'relay' ? producers : producers.slice(0, producers.indexOf(plan))).map(p2p);
  }
}

/** A node's HTTP API. */
export function url(plan: NodePlan): string {
  return `http://127.0.0.1:${plan.apiPort}`;
}

function p2p(plan: NodePlan): string {
  return `127.0.0.1:${plan.p2pPort}`;
}
