import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';
import { ORACLE_PERMISSION } from '../deploy/oracle.ts';
import { createAccounts } from './accounts.ts';
import { bootSystem } from './boot.ts';
import { CORE, type DevnetConfig, folderError, NAMES, TOKEN_CONTRACT } from './config.ts';
import { registerProducer, untilActive, untilProduces, vote } from './election.ts';
import { type Cast, constitutionHash, decideAll, deploymentOf, deployPool, founders, foundPool } from './founding.ts';
import { writeGenesis } from './genesis.ts';
import { KeyRing } from './keys.ts';
import { accountName, emitterName, layout } from './layout.ts';
import { Network, url } from './network.ts';
import { passADay, setShift } from './shift.ts';
import { type DevnetState, type Phase, publish, untilTold } from './state.ts';
import type { Supervisor } from './supervisor.ts';
import { findTools } from './tools.ts';
import { eventually } from './wait.ts';

/** A real chain with a pool on it, brought up phase by phase. */
export class Devnet {
  readonly network: Network;
  readonly #config: DevnetConfig;
  readonly #keys: KeyRing;
  readonly #dir: string;
  readonly #progress: (text: string) => void;
  readonly #cast: Cast;
  readonly #begun = performance.now();
  #chainId = '';

  constructor(config: DevnetConfig, portBase: number, supervisor: Supervisor, progress: (text: string) => void) {
    this.#config = config;
    this.#dir = path.resolve(config.DEVNET_DIR);
    this.#keys = new KeyRing(config.DEVNET_SEED);
    this.#progress = progress;
    const emitters = config.DEVNET_EMITTERS;
    const counts = { producers: config.DEVNET_PRODUCERS, relays: emitters.length, members: config.DEVNET_MEMBERS };
    const plans = layout(counts, portBase);
    const membersPaused = config.DEVNET_MODE === 'standby';
    const parts = { plans, dir: this.#dir, tools: findTools(), keys: this.#keys, emitters, supervisor };
    this.network = new Network({ ...parts, membersPaused });
    this.#cast = {
      members: this.network.of('member').map((plan) => plan.name),
      oracles: Array.from({ length: config.DEVNET_ORACLES }, (_, i) => accountName('oracle', i)),
      emitters: emitters.map((_, i) => emitterName(i)),
      terms: constitutionHash(),
    };
  }

  /** All phases; resolves when the pool is in the active schedule. */
  async run(): Promise<void> {
    this.#prepareFolder();
    const client = await this.#bootAlone();
    // eosio.system pays a producer once a day.
    await passADay(client, path.join(this.#dir, 'clock'), this.#untilVoted());
    this.#progress('a day has passed');
    await this.#startPublicNodes();
    this.publish('relay');
    await untilTold('members', () => this.#emittersReady());
    await this.#startMembers(client);
    this.publish('members');
    await untilTold('elect', async () => {});
    await this.#elect(client);
    this.publish('elected');
  }

  /**
   * Seconds after which the pool is voted for, well above what it takes: a vote that comes too late waits for a minute. To start
   * a node takes some 0.15 of what the first producer alone took, and a third beside twenty others.
   */
  #untilVoted(): number {
    const toStart = this.network.plans.length - 1;
    const seconds = (performance.now() - this.#begun) / 1000;
    return Math.ceil(5 + 0.35 * seconds * toStart);
  }

  publish(phase: Phase): void {
    publish(path.join(this.#dir, 'devnet.json'), phase, this.state());
  }

  state(): DevnetState {
    const signingKey = (account: string) => this.#keys.pair(`${account}@signing`).public;
    return {
      chainId: this.#chainId,
      publicApi: this.network.apiOf('producer'),
      relayApi: this.network.apiOf('relay'),
      pool: NAMES.pool,
      dac: NAMES.dac,
      coreSymbol: CORE,
      tokenContract: TOKEN_CONTRACT,
      keys: path.join(this.#dir, 'keys.json'),
      clockShiftFile: path.join(this.#dir, 'clock'),
      members: this.network
        .of('member')
        .map(({ name }) => ({ account: name, node: name, signingKey: signingKey(name) })),
      emitters: this.#cast.emitters.map((account) => {
        return { account, logKey: this.#keys.pair(`${account}@log`).public };
      }),
      oracles: this.#cast.oracles.map((account) => {
        return { account, permission: ORACLE_PERMISSION, reportKey: this.#keys.pair(`${account}@report`).public };
      }),
      nodes: this.network.states(),
    };
  }

  /** Removes what nobody needs after a run: blocks and states. Logs, keys and devnet.json stay. */
  cleanUp(): void {
    rmSync(path.join(this.#dir, 'nodes'), { recursive: true, force: true });
  }

  #prepareFolder(): void {
    try {
      mkdirSync(path.join(this.#dir, 'logs'), { recursive: true });
      writeGenesis(path.join(this.#dir, 'genesis.json'), this.#keys.pair('eosio').public);
      setShift(path.join(this.#dir, 'clock'), 0);
    } catch (thrown) {
      throw folderError(this.#dir, thrown);
    }
  }

  /** The first producer alone makes the system, the pool and all registrations, and is elected. */
  async #bootAlone(): Promise<ChainClient> {
    const producers = this.network.of('producer');
    const { members, oracles, emitters } = this.#cast;
    const [first] = producers;
    if (!first) throw new PoolError('config', 'a chain needs a producer');
    await this.network.start(first);
    const people = [...producers.map((each) => each.name), ...members, ...emitters];
    const signers = ['eosio', NAMES.whale, NAMES.load, NAMES.dac, ...people, ...oracles];
    const client = new ChainClient(
      url(first),
      signers.map((account) => this.#keys.pair(account).private),
    );
    this.#chainId = (await client.info()).chain_id;
    const plan = {
      systemContracts: findTools().systemContracts,
      systemKey: this.#keys.pair('eosio').public,
      core: CORE,
    };
    await bootSystem(client, plan, this.#progress);
    await createAccounts(client, this.#keys, people);
    this.#progress('accounts');
    const dacKey = this.#keys.pair(NAMES.dac).public;
    await deployPool(client, this.#keys, this.#config, this.#cast);
    this.#progress('DAC deployed');
    await foundPool(client, this.#keys, this.#cast);
    this.#progress(`founded by ${founders(members).join(', ')}; the DAC has no key any more`);
    await Promise.all([this.#decide(client), this.#electFirst(client)]);
    this.#keys.save(path.join(this.#dir, 'keys.json'));
    const deployment = deploymentOf(this.#keys, this.#config, this.#cast, dacKey, this.#dir);
    writeFileSync(path.join(this.#dir, 'deploy.json'), `${JSON.stringify(deployment, null, 2)}\n`);
    return client;
  }

  async #decide(client: ChainClient): Promise<void> {
    await decideAll(client, this.#keys, this.#config, this.#cast);
    this.#progress(`${this.#cast.members.length} members; ${NAMES.pool}, emitters and oracles are voted in`);
  }

  async #electFirst(client: ChainClient): Promise<void> {
    const producers = this.network.of('producer').map((plan) => plan.name);
    const [first = ''] = producers;
    for (const name of producers) await registerProducer(client, name, this.#keys.pair(`${name}@signing`).public);
    await vote(client, NAMES.whale, [first]);
    await untilProduces(client, first);
    this.#progress(`${first} elected`);
  }

  /** In this order, so that each node's peers listen already when it dials. */
  async #startPublicNodes(): Promise<void> {
    const others = [...this.network.of('producer').slice(1), ...this.network.of('relay')];
    for (const plan of others) await this.network.start(plan);
    const first = new ChainClient(this.network.apiOf('producer'));
    for (const plan of others) await untilSynced(new ChainClient(url(plan)), first, plan.name);
    this.#progress(`${others.length + 1} public nodes in sync`);
  }

  async #emittersReady(): Promise<void> {
    for (const { http } of this.#config.DEVNET_EMITTERS) {
      const ready = async () => ((await fetch(`${http}/ready`)).ok ? true : undefined);
      await eventually(`${http}/ready`, ready);
    }
  }

  async #startMembers(client: ChainClient): Promise<void> {
    const members = this.network.of('member');
    for (const plan of members) await this.network.start(plan);
    for (const plan of members) await untilSynced(new ChainClient(url(plan)), client, plan.name);
    this.#progress(`${members.length} members in sync`);
  }

  async #elect(client: ChainClient): Promise<void> {
    const all = [...this.network.of('producer').map((plan) => plan.name), NAMES.pool];
    await vote(client, NAMES.whale, all);
    this.#progress('the pool is voted for');
    await untilActive(client, all);
    this.#progress('the pool is in the schedule');
  }
}

/** Waits until a node is at most one block behind another. */
async function untilSynced(node: ChainClient, reference: ChainClient, name: string): Promise<void> {
  const synced = async () => {
    const goal = (await reference.info()).head_block_num - 1;
    return (await node.info()).head_block_num >= goal ? true : undefined;
  };
  await eventually(`${name} in sync`, synced);
}
