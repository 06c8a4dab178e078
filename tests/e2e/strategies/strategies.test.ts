import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Replay } from '../../../cli/log/replay.ts';
import { SignersCheck } from '../../../cli/log/signers.ts';
import { nextRecord } from '../../../cli/run/next-record.ts';
import { PoolRun } from '../../../cli/run/pool-run.ts';
import { measureWindow } from '../../../cli/run/summary.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import type { EventRecord, PoolEvent } from '../../../common/events.ts';
import { firstSlot } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { decide } from '../../../deploy/govern.ts';
import { chooseBy } from '../../../deploy/motions.ts';
import { eventually } from '../../../devnet/wait.ts';

/** One pool on real nodes whose members vote one strategy after the other; each window's first choice has to be that strategy's. */
const dir = mkdtempSync(path.join(tmpdir(), 'bppool-strategies-'));
const run = new PoolRun(
  {
    dir,
    members: 3,
    producers: 1,
    oracles: 1,
    strategy: 'first-delivered',
    mode: 'propose',
    seed: 9,
    restart: 'members',
  },
  (text) => process.stderr.write(`${text}\n`),
);

before(() => run.start(), { timeout: 240_000 });
after(async () => {
  await run.stop();
  rmSync(dir, { recursive: true, force: true });
});

type Event<T extends PoolEvent['type']> = Extract<PoolEvent, { type: T }>;
type Candidate = Event<'candidate'>;

/** What a strategy had to choose from in a window's first slot, in order of arrival, and what it took. */
interface Choice {
  strategy: string;
  among: Candidate[];
  taken: Event<'decision'>;
  /** Who made the last block of the pool's window before. */
  lastLeader: string;
}

function logged<T>(work: (log: EventLogReader) => T): T {
  const log = new EventLogReader(run.emitters[0]?.eventLog ?? '');
  try {
    return work(log);
  } finally {
    log.close();
  }
}

function choiceOf(window: number): Choice {
  const of = <T extends PoolEvent['type']>(records: EventRecord[], type: T) =>
    records.flatMap(({ event }) => (event.type === type ? [event as Event<T>] : []));
  const [records, earlier] = logged((log) => [log.window(window), log.window(window - run.turns.round)]);
  const at = records.findIndex(({ event }) => event.type === 'decision');
  const [taken] = of(records, 'decision');
  const [end] = of(records, 'window');
  if (!taken || !end) throw new Error(`window ${window} has no decision`);
  assert.equal(taken.slot, firstSlot(window), 'nothing of its first slot is missing');
  const chosen = of(records, 'candidate').find(({ id, signer }) => id === taken.id && signer === taken.signer);
  const isEqual = (one: Candidate) =>
    one.slot === taken.slot && one.previous === chosen?.previous && one.confirmed === chosen?.confirmed;
  const among = of(records.slice(0, at), 'candidate').filter((one) => one.verdict === 'valid' && isEqual(one));
  return { strategy: end.strategy, among, taken, lastLeader: of(earlier, 'decision').at(-1)?.signer ?? '' };
}

/** The next of the members' keys in their order, from the first again after the last. */
function following(signer: string): string {
  const keys = [...new Set(logged((log) => log.after(0, 1_000_000)).flatMap(({ event }) => signerOf(event)))].sort();
  return keys[(keys.indexOf(signer) + 1) % keys.length] as string;
}

function signerOf(event: PoolEvent): string[] {
  return event.type === 'candidate' && event.verdict === 'valid' && event.signer ? [event.signer] : [];
}

const signers = (among: Candidate[]) => among.map(({ signer }) => signer);

/** What each strategy promises, said without its code. */
const PROMISES: [vote: string, windows: number, check: (choices: Choice[]) => void][] = [
  ['first-delivered', 1, ([one]) => assert.equal(one?.taken.signer, one?.among[0]?.signer)],
  ['rotate:wait=400', 2, ([one, other]) => assert.equal(other?.taken.signer, following(one?.taken.signer ?? ''))],
  ['sticky:wait=400', 1, ([one]) => assert.equal(one?.taken.signer, one?.lastLeader)],
  [
    'fullest:wait=400',
    1,
    ([one]) => {
      const most = Math.max(...(one?.among ?? []).map(({ transactions }) => transactions));
      const best = one?.among.find(({ transactions }) => transactions === most);
      assert.deepEqual([one?.taken.id, one?.taken.signer], [best?.id, best?.signer]);
    },
  ],
  [
    'highest-id:wait=400',
    1,
    ([one]) =>
      assert.equal(
        one?.taken.id,
        one?.among
          .map(({ id }) => id)
          .sort()
          .at(-1),
      ),
  ],
];

async function untilClosed(from: number): Promise<number> {
  const isIt = ({ event }: EventRecord) => event.type === 'window' && event.window >= from;
  const { event } = await nextRecord(run, isIt);
  return event.type === 'window' ? event.window : 0;
}

async function vote(strategy: string): Promise<number> {
  const { dac, members, keys } = run.state;
  const chain = run.chain(Object.values(JSON.parse(readFileSync(keys, 'utf8')) as Record<string, string>));
  await decide(
    chain,
    dac,
    members.map(({ account }) => account),
    [chooseBy(strategy, 'propose')],
  );
  const [row] = await chain.rows<{ strategy: string; from_window: number }>(dac, dac, 'strategy');
  assert.equal(row?.strategy, strategy);
  return Number(row?.from_window);
}

const seen: number[] = [];

for (const [strategy, windows, check] of PROMISES)
  test(`${strategy} is voted: it holds from the window's border on, and its windows' blocks are its choice`, {
    timeout: 150_000,
  }, async () => {
    const from = await vote(strategy);
    const choices: Choice[] = [];
    for (let next = Math.max(from, run.turns.first); choices.length < windows; ) {
      const window = await untilClosed(next);
      next = window + 1;
      seen.push(window);
      choices.push(choiceOf(window));
    }
    for (const choice of choices) {
      assert.equal(choice.strategy, strategy);
      assert.ok(choice.among.length > 0);
      process.stderr.write(`${strategy}: ${choice.taken.signer.slice(0, 12)} of ${signers(choice.among).length}\n`);
    }
    check(choices);
  });

test('no slot was missed, nothing replaced, and the log of it all verifies and replays', {
  timeout: 120_000,
}, async () => {
  for (const window of seen) {
    const measured = await eventually(
      `window ${window} to be irreversible`,
      () => measureWindow(run, window),
      90_000,
      500,
    );
    assert.deepEqual([measured.missed, measured.replaced], [0, 0], `window ${window}`);
    assert.ok(measured.members.every(({ eligible }) => eligible));
  }
  const replay = new Replay();
  const signed = new SignersCheck();
  const { ok, why } = logged((log) => verifyLog(log, [signed, replay]));
  assert.deepEqual({ ok, why }, { ok: true, why: null });
  assert.ok(replay.counts.closings >= seen.length && signed.proven > 0);
});
