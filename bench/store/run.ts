import secp256k1 from 'secp256k1';
import { chainRecord, type EventRecord, GENESIS_HASH } from '../../common/events.ts';
import { connectNats, connectNodes } from '../../common/nats/connection.ts';
import { NatsRecords } from '../../common/nats/records.ts';
import { STREAM_DEFAULTS } from '../../common/nats/streams.ts';
import type { DecisionEvent, Proposal } from '../../common/pool-store.ts';
import { NATS_PORTS, NatsCluster } from '../../devnet/nats-cluster.ts';
import { findNatsServer } from '../../devnet/nats-server.ts';
import { reservePorts } from '../../devnet/ports.ts';
import type { Supervisor } from '../../devnet/supervisor.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { votingBy } from '../../emitter/log/quorum/signed-vote.ts';
import type { StoreResult, Times } from './result.ts';

/** As the slots come: half a slot's sleep leaves code and data as cold as they are in the emitter. */
const PACE_MS = 50;
const SETTINGS = { ...STREAM_DEFAULTS, votesBytes: 32 * 1024 ** 2, recordsBytes: 64 * 1024 ** 2 };

const SECRET = Buffer.alloc(32, 1);
const KEY = { secret: SECRET, id: `0:${Buffer.from(secp256k1.publicKeyCreate(SECRET, true)).toString('hex')}` };
const NAMED = new Set([KEY.id]);
const VOTING = votingBy({ chain: '00'.repeat(32), pool: 'bench' }, KEY, () => NAMED);

/** Measures decisions and records on a cluster of three nodes that it starts. `samples`: of each. */
export async function benchStore(
  dir: string,
  supervisor: Supervisor,
  progress: (text: string) => void,
  samples: number,
): Promise<StoreResult> {
  const ports = await reservePorts(NATS_PORTS);
  const cluster = new NatsCluster(dir, supervisor, await findNatsServer(), ports.base);
  await cluster.start();
  progress(`three nats-servers run; ${samples} decisions of each kind, one every ${PACE_MS} ms`);
  const [one, other] = await Promise.all(['one', 'other'].map((name) => connectNodes(cluster.url, name)));
  const streams = await Promise.all([one, other].map((nodes) => openQuorum(nodes ?? [], VOTING, null, SETTINGS)));
  const [first, second] = streams as [(typeof streams)[0], (typeof streams)[0]];
  let place = 0;
  const decide = async (stream: typeof first, emitter: string) => {
    const got = await stream.append(proposal(emitter, place + 1), place);
    if (got.as === 'unsure') throw new Error(got.why);
    if (got.as === 'won') place = got.seq;
    else place = got.winners.at(-1)?.seq ?? place;
  };
  for (let i = 0; i < 50; i++) await decide(first, 'one');
  const alone = await timed(samples, () => decide(first, 'one'));
  // The other one has never won: it asks for promises first, and hears what it missed.
  const takeOver = await timed(samples, () => (place % 2 === 0 ? decide(first, 'one') : decide(second, 'other')));
  const nats = await connectNats(cluster.url, 'records');
  const records = await NatsRecords.open(nats, 'bench', 'emitter1', SETTINGS);
  let last: EventRecord | null = null;
  const record = await timed(samples, async () => {
    last = chainRecord(
      (last?.seq ?? 0) + 1,
      1,
      proposal('one', place).decisions[0] as DecisionEvent,
      last?.hash ?? GENESIS_HASH,
    );
    await records.append([last]);
  });
  await Promise.all([...(one ?? []), ...(other ?? []), nats].map(({ connection }) => connection.close()));
  await supervisor.stopAll();
  await ports.release();
  return { alone, takeOver, record };
}

async function timed(samples: number, work: () => Promise<void>): Promise<Times> {
  const times: number[] = [];
  for (let i = 0; i < samples; i++) {
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => Number((times[Math.min(samples - 1, Math.floor(samples * part))] as number).toFixed(3));
  return { n: samples, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

function proposal(emitter: string, slot: number): Proposal {
  const id = slot.toString(16).padStart(64, '0');
  const signer = `0:02${'ab'.repeat(32)}`;
  const named = { type: 'decision', at: 0, slot, id, num: slot, signer, member: 'member1' } as const;
  return { emitter, decisions: [{ ...named, reason: 'extend', replaces: [] }] };
}
