import { DatabaseSync } from 'node:sqlite';
import { ChainClient } from '../../common/chain.ts';
import type { EventRecord } from '../../common/events.ts';
import { keyId } from '../../common/keys.ts';
import { windowOf } from '../../common/slot.ts';
import { eventually } from '../../devnet/wait.ts';
import { nextRecord } from '../run/next-record.ts';
import type { PoolRun } from '../run/pool-run.ts';
import { oracleJournal } from '../run/programs.ts';
import type { Victim } from './draw.ts';
import type { Scene } from './scene.ts';

const WAIT_MS = 300_000;

/** Who was killed, and in which window of the pool's. */
export interface Fallen {
  victim: Victim;
  name: string;
  window: number;
}

/** Resolves when it takes part again; what shows that is another thing for each. Rejects with PoolError `timeout` after five minutes. */
export async function untilBack(scene: Scene, fallen: Fallen): Promise<void> {
  const { run } = scene;
  switch (fallen.victim) {
    case 'leader':
    case 'member':
      await memberBack(run, fallen);
      break;
    case 'relay':
      await relayBack(run, fallen.name);
      break;
    case 'emitter':
      await emitterBack(run, fallen);
      break;
    case 'oracle':
      await oracleBack(run, fallen);
      break;
    case 'nats':
      await clusterWhole(scene);
      break;
  }
  await eventually(`${fallen.name} with a pid`, async () => run.pidOf(fallen.name) ?? undefined, WAIT_MS);
}

/** Candidates of it in a later window, at every emitter; in standby mode its agent's word that it follows. */
async function memberBack(run: PoolRun, { name, window }: Fallen): Promise<void> {
  const member = run.state.members.find(({ node }) => node === name);
  const signer = keyId(member?.signingKey ?? '');
  if (run.options.mode === 'standby') {
    await eventually(`${name} in sync`, () => follows(run, signer), WAIT_MS);
    return;
  }
  const isBack = ({ event }: EventRecord) =>
    event.type === 'candidate' && event.signer === signer && windowOf(event.slot) > window;
  await Promise.all(run.emitters.map((emitter) => nextRecord(run, isBack, emitter.name)));
}

async function follows(run: PoolRun, signer: string): Promise<true | undefined> {
  const { tip, agents } = await statusOf(run.emitters[0]?.http);
  const agent = agents.find((each) => each.signer === signer);
  return agent && agent.node !== 'unreachable' && agent.headNum >= tip.num - 1 ? true : undefined;
}

/** In sync with the network, and its emitter's session with it is up. */
async function relayBack(run: PoolRun, name: string): Promise<void> {
  const { api = '' } = run.state.nodes.find((node) => node.name === name) ?? {};
  const emitter = run.emitters.find(({ relay }) => relay === name);
  const isBack = async () => {
    const [own, network] = await Promise.all([new ChainClient(api).info(), run.chain().info()]);
    const { outside } = await statusOf(emitter?.http);
    return outside.relayUp && own.head_block_num >= network.head_block_num - 1 ? true : undefined;
  };
  await eventually(`${name} in sync, and ${emitter?.name} connected to it`, isBack, WAIT_MS);
}

/** Ready, and members' blocks of a later window in its own log. */
async function emitterBack(run: PoolRun, { name, window }: Fallen): Promise<void> {
  const isBack = ({ event }: EventRecord) => event.type === 'candidate' && windowOf(event.slot) > window;
  await nextRecord(run, isBack, name);
  const emitter = run.emitters.find((each) => each.name === name);
  const isReady = async () => ((await fetch(`${emitter?.http}/ready`)).ok ? true : undefined);
  await eventually(`${name} ready`, isReady, WAIT_MS);
}

/** By its own journal it sent a report of the window in which it was killed, or of a later one. */
async function oracleBack(run: PoolRun, { name, window }: Fallen): Promise<void> {
  const reported = async () => {
    const db = new DatabaseSync(oracleJournal(run.options.dir, name), { readOnly: true, timeout: 2000 });
    try {
      const sql = `SELECT 1 FROM windows WHERE window >= ? AND state IN ('sent', 'irreversible') LIMIT 1`;
      return db.prepare(sql).get(window) ? true : undefined;
    } finally {
      db.close();
    }
  };
  await eventually(`a report of ${name}`, reported, WAIT_MS);
}

/** Every stream of the cluster has its leading node, and no copy that is away or behind. */
export async function clusterWhole({ nats }: Pick<Scene, 'nats'>): Promise<void> {
  if (!nats) return;
  const isWhole = async () => {
    const { manager } = nats;
    for (let names = manager.streams.names(); ; ) {
      const page = await names.next();
      if (page.length === 0) return true;
      for (const name of page) {
        const { cluster } = await manager.streams.info(name);
        if (!cluster?.leader || cluster.replicas?.some(({ current, offline }) => !current || offline)) return undefined;
      }
    }
  };
  await eventually('every stream current on all nodes', isWhole, WAIT_MS);
}

/** The part of an emitter's `/status` that is read here. */
interface Status {
  tip: { num: number };
  outside: { relayUp: boolean };
  agents: { signer: string; node: string; headNum: number }[];
}

async function statusOf(http: string | undefined): Promise<Status> {
  return (await (await fetch(`${http}/status`)).json()) as Status;
}
