import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { firstSlot, windowOf } from '../../../common/slot.ts';
import { SharedDecider } from '../../../emitter/decide/shared.ts';
import { blockOf, type Pool, poolOf, Run, twice } from '../../support/lease-world.ts';
import { cases, fc } from '../../support/property.ts';

const WINDOW = 100;
const slots = (window: number, from = 0, to = 12) =>
  Array.from({ length: to - from }, (_, i) => firstSlot(window) + from + i);

/** Runs with nothing in the stream yet; `pause` is over when it is said so. */
async function begun(names: string[], parts: Partial<Pool> = {}): Promise<{ pool: Pool; runs: Run[] }> {
  const pool = poolOf(parts);
  const runs = names.map((name) => new Run(pool, name));
  for (const { decider } of runs) await decider.begin(WINDOW);
  return { pool, runs };
}

async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

function leases(pool: Pool): string[] {
  return pool.stream.entries.map(({ proposal }) => {
    const { emitter, lease } = proposal;
    return `${emitter} ${lease && windowOf(lease.from)}`;
  });
}

test('who has the lease is answered at once and asks nobody; the others let out the same, in the same order', async () => {
  const { pool, runs } = await begun(['a', 'b', 'c']);
  const [a, b, c] = runs as [Run, Run, Run];
  await a.work(slots(WINDOW, 0, 1));
  const { length } = pool.stream.entries;
  let answered = 0;
  for (const slot of slots(WINDOW, 1))
    a.decider.decide([blockOf('a', slot)], ({ as }) => (answered += +(as === 'stands')));
  assert.equal(answered, 11, 'before decide returned');
  assert.equal(pool.stream.entries.length, length, 'nothing more in the stream');
  await turns();
  const want = slots(WINDOW).map((slot) => blockOf('a', slot).id);
  for (const run of [b, c]) assert.deepEqual(run.told, want, run.name);
});

test('the same block stands for who has no lease, once the holder has told of it; another one does not', async () => {
  const { runs } = await begun(['a', 'b']);
  const [a, b] = runs as [Run, Run];
  const [first, second] = slots(WINDOW) as [number, number];
  await a.ask(blockOf('a', first));
  await turns();
  const same = b.ask({ ...blockOf('a', second), at: 77 });
  const waited = await Promise.race([same, turns().then(() => 'waits')]);
  assert.equal(waited, 'waits');
  await a.ask(blockOf('a', second));
  assert.equal((await same).as, 'stands');
  const third = second + 1;
  const other = b.ask(blockOf('b', third));
  await a.ask(blockOf('a', third));
  assert.equal((await other).as, 'others');
  assert.equal(b.out.get(third), blockOf('a', third).id);
});

test('a holder that is gone costs its window, and the next is another’s', async () => {
  const ends: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => void ends.push(resolve));
  const { pool, runs } = await begun(['a', 'b'], { pause });
  const [a, b] = runs as [Run, Run];
  await a.work(slots(WINDOW, 0, 4));
  await turns();
  // Its blocks of slot 4 come, and nobody decides them.
  const answer = b.ask(blockOf('b', firstSlot(WINDOW) + 4));
  await turns();
  assert.equal(b.unsure.length, 0, 'it waits for the holder');
  for (const end of ends.splice(0)) end();
  const given = await answer;
  assert.match(given.as === 'unsure' ? given.why : '', /a has the lease of window 100 and says nothing/);
  b.decider.prepare(WINDOW + 1);
  await turns();
  assert.deepEqual(leases(pool), ['a 100'], 'who had the last one may still take it');
  for (const end of ends.splice(0)) end();
  await turns();
  await b.work(slots(WINDOW + 1));
  assert.deepEqual(leases(pool), ['a 100', 'b 101']);
  assert.deepEqual([...b.out.keys()], [...slots(WINDOW, 0, 4), ...slots(WINDOW + 1)]);
});

test('who had the last lease takes the next one beforehand, and the other leaves it', async () => {
  const ends: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => void ends.push(resolve));
  const { pool, runs } = await begun(['a', 'b'], { pause });
  const [a, b] = runs as [Run, Run];
  await a.work(slots(WINDOW, 0, 1));
  await turns();
  for (const { decider } of [b, a]) decider.prepare(WINDOW + 3);
  await turns();
  assert.deepEqual(leases(pool), ['a 100', 'a 103']);
  for (const end of ends.splice(0)) end();
  await turns();
  assert.deepEqual(leases(pool), ['a 100', 'a 103']);
  a.decider.prepare(WINDOW + 3);
  await turns();
  assert.equal(leases(pool).length, 2, 'once');
});

test('a holder that was frozen and wakes in another’s window decides nothing of it', async () => {
  const { runs } = await begun(['a', 'b']);
  const [a, b] = runs as [Run, Run];
  await a.work(slots(WINDOW, 0, 3));
  await turns();
  // Frozen: it neither reads nor hears, and then all at once.
  const late: (() => void)[] = [];
  const { hear, hint } = a.decider;
  a.decider.hear = (text) => void late.push(() => hear.call(a.decider, text));
  a.decider.hint = () => void late.push(() => hint.call(a.decider));
  await b.work(slots(WINDOW + 1, 0, 6));
  const woken = a.work(slots(WINDOW + 1, 4, 8));
  await turns();
  Object.assign(a.decider, { hear, hint });
  for (const one of late) one();
  await b.work(slots(WINDOW + 1, 6));
  await woken;
  assert.equal(twice([a, b]), null);
  assert.equal(a.out.get(firstSlot(WINDOW + 1) + 7), blockOf('b', firstSlot(WINDOW + 1) + 7).id);
});

test('a restarted emitter is another run: what is left of its window is nobody’s, and it says so', async () => {
  const { pool, runs } = await begun(['a', 'b']);
  const [a, b] = runs as [Run, Run];
  await a.work(slots(WINDOW, 0, 3));
  a.decider.stop();
  const again = new Run(pool, 'a', 'a-again');
  await again.decider.begin(WINDOW);
  const given = await again.ask(blockOf('other', firstSlot(WINDOW) + 3));
  assert.match(given.as === 'unsure' ? given.why : '', /window 100 is an earlier run's of this emitter/);
  // Nor can it tell in its name.
  await turns();
  const before = b.told.length;
  const steps = [0, 1, 2, 3].map((i) => [blockOf('other', firstSlot(WINDOW) + i)]);
  b.decider.hear(JSON.stringify({ place: 1, run: 'a-again', steps }));
  assert.equal(b.told.length, before);
  await again.work(slots(WINDOW + 1));
  assert.equal(again.out.size, 12);
  assert.equal(twice([a, b, again]), null);
});

test('an announcement that is lost comes with the next; one that is no announcement, or of other slots, has no effect', async () => {
  let lost = false;
  const { runs } = await begun(['a', 'b'], { isLost: () => lost });
  const [a, b] = runs as [Run, Run];
  await a.work(slots(WINDOW, 0, 2));
  await turns();
  lost = true;
  await a.work(slots(WINDOW, 2, 5));
  await turns();
  assert.equal(b.told.length, 2);
  lost = false;
  await a.work(slots(WINDOW, 5, 6));
  await turns();
  assert.deepEqual(b.told, a.told);
  const beyond = {
    place: 1,
    run: 'a',
    steps: [...slots(WINDOW, 0, 7), firstSlot(WINDOW + 1)].map((s) => [blockOf('a', s)]),
  };
  for (const text of ['', 'null', '{}', '{"place":1}', '{"place":1,"run":"a","steps":[[]]}', JSON.stringify(beyond)])
    b.decider.hear(text);
  await turns();
  assert.deepEqual(b.told, a.told);
});

test('words about leases that are not known yet wait for them, however many', async () => {
  const { pool, runs } = await begun(['a', 'b']);
  const [a, b] = runs as [Run, Run];
  const read = Promise.withResolvers<void>();
  const after = pool.stream.after.bind(pool.stream);
  pool.stream.after = async (seq, limit) => {
    await read.promise;
    return after(seq, limit);
  };
  const words: string[] = [];
  const { hear } = b.decider;
  b.decider.hear = (text) => void words.push(text);
  for (const window of [WINDOW, WINDOW + 1]) {
    await a.work(slots(window));
    await turns();
  }
  // They come by several ways, in no order.
  for (const text of [...words.slice(12), ...words.slice(0, 12), ...words.toReversed()]) hear.call(b.decider, text);
  assert.equal(b.told.length, 0, 'it has not read who has the windows');
  read.resolve();
  await turns();
  for (const text of words) hear.call(b.decider, text);
  assert.deepEqual(b.told, a.told);
});

test('a public block counts as checked when its holder’s word came, or when nobody else has its window; else as unchecked', async () => {
  const ends: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => void ends.push(resolve));
  let lost = false;
  const { runs } = await begun(['a', 'b'], { pause, isLost: () => lost });
  const [a, b] = runs as [Run, Run];
  const [first, second] = slots(WINDOW) as [number, number];
  const ask = (run: Run, slot: number) => {
    return new Promise((resolve) => run.decider.catchUp(resolve, { id: blockOf('a', slot).id, slot }));
  };
  assert.deepEqual(await ask(b, first), [], 'nobody has a lease: it is nobody’s decision');
  await a.work([first]);
  assert.deepEqual(await ask(a, second), [], 'its own lease, and not decided');
  await turns();
  const came = ask(b, second);
  await turns();
  await a.work([second]);
  assert.equal(((await came) as object[]).length, 1);
  lost = true;
  await a.work([second + 1]);
  const gone = ask(b, second + 1);
  await turns();
  for (const end of ends.splice(0)) end();
  assert.equal(await gone, null);
});

test('an emitter that decides slot by slot and one that goes by leases never decide the same window', async () => {
  const pool = poolOf();
  const told: string[] = [];
  const shared = new SharedDecider({
    ...{ stream: pool.stream, name: 'q', pause: async () => {}, onTrouble: () => {} },
    onDecided: (decided) => told.push(...decided.map(({ emitter }) => emitter)),
  });
  const ask = (slot: number) => {
    return new Promise<{ as: string; why?: string }>((resolve) => shared.decide([blockOf('q', slot)], resolve));
  };
  const a = new Run(pool, 'a');
  await shared.begin(WINDOW);
  await a.decider.begin(WINDOW);
  // The first in a window has it.
  assert.equal((await ask(firstSlot(WINDOW))).as, 'stands');
  assert.equal((await a.ask(blockOf('a', firstSlot(WINDOW) + 1))).as, 'others');
  const refused = await a.ask(blockOf('a', firstSlot(WINDOW) + 1));
  assert.match(refused.as === 'unsure' ? refused.why : '', /EMITTER_LEASE alike/);
  await a.work(slots(WINDOW + 1, 0, 1));
  assert.equal((await ask(firstSlot(WINDOW + 1))).as, 'others');
  const second = await ask(firstSlot(WINDOW + 1));
  assert.equal(second.as, 'unsure');
  assert.match(second.why ?? '', /lease of window 101.*EMITTER_LEASE alike/);
  assert.equal((await ask(firstSlot(WINDOW + 2))).as, 'stands', 'a window of which there is no lease');
  // At a start it is refused.
  await assert.rejects(new Run(pool, 'c').decider.begin(WINDOW + 2), { code: 'config', message: /alike/ });
  await new Run(pool, 'd').decider.begin(WINDOW + 3);
  await a.work(slots(WINDOW + 4, 0, 1));
  const late = new SharedDecider({
    stream: pool.stream,
    name: 'r',
    pause: async () => {},
    onTrouble() {},
    onDecided() {},
  });
  await assert.rejects(late.begin(WINDOW + 4), { code: 'config', message: /alike/ });
  await late.begin(WINDOW + 5);
});

test('three runs, messages in any order and some lost, restarts: no slot has two blocks, and what one tells another tells in that order', async () => {
  let out = 0;
  let many = 0;
  const plan = fc.record({
    lost: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    loses: fc.boolean(),
    restarts: fc.boolean(),
    starts: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
  });
  const property = fc.asyncProperty(fc.scheduler(), plan, async (scheduler, { lost, loses, restarts, starts }) => {
    let calls = 0;
    const travel = () => scheduler.schedule(Promise.resolve());
    const isLost = () => loses && lost[calls++ % lost.length] === true;
    const { pool, runs } = await begun(['a', 'b', 'c'], { travel, isLost, pause: () => travel() });
    pool.stream.network = { travel, isLost };
    const windows = [0, 1, 2];
    const work = runs.map(async (run, i) => {
      for (const w of windows) {
        if (w < (starts[i] ?? 0)) continue;
        run.decider.prepare(WINDOW + w);
        await run.work(slots(WINDOW + w, 0, 3));
      }
    });
    const revived = async () => {
      await travel();
      runs[0]?.decider.stop();
      const again = new Run(pool, 'a', 'a-again');
      await again.decider.begin(WINDOW);
      for (const w of windows) await again.work(slots(WINDOW + w, 0, 3));
      again.decider.stop();
    };
    await scheduler.waitFor(Promise.all([...work, restarts ? revived() : null]));
    for (const { decider } of pool.runs) decider.stop();
    assert.equal(twice(pool.runs), null);
    requireOneOrder(pool.runs);
    out += pool.runs.reduce((sum, run) => sum + run.out.size, 0);
    many += new Set(pool.stream.entries.map(({ proposal }) => proposal.emitter)).size > 1 ? 1 : 0;
  });
  await fc.assert(property, cases(300));
  console.log(`${out} slots let out; in ${many} cases more than one emitter had a lease`);
  assert.ok(out > 2000 && many > 20, `${out} slots, ${many} cases`);
});

/** Of each window every run tells the same blocks in the same order, from its beginning. */
function requireOneOrder(runs: readonly Run[]): void {
  const windowsOf = ({ out }: Run) => Map.groupBy(out, ([slot]) => windowOf(slot));
  for (const one of runs)
    for (const other of runs)
      for (const [window, blocks] of windowsOf(one)) {
        const others = windowsOf(other).get(window) ?? [];
        const length = Math.min(blocks.length, others.length);
        assert.deepEqual(blocks.slice(0, length), others.slice(0, length), `${one.name} and ${other.name}`);
      }
}
