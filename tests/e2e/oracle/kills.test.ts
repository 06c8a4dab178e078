import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { KillLoop } from '../../support/kill-loop.ts';
import { scratch, until } from '../../support/processes.ts';

const seed = Number(process.env.POOL_SEED ?? 7);
const kills = process.env.POOL_DEEP || process.env.POOL_ALL_CASES ? 100 : 10;

/** States of all windows in an oracle's journal. */
function states(journal: string): Map<number, string> {
  const db = new DatabaseSync(journal, { readOnly: true, timeout: 5000 });
  try {
    const rows = db.prepare('SELECT window, state, settled FROM windows ORDER BY window').all();
    return new Map(rows.map((row) => [Number(row.window), `${row.state}${row.settled ? ', settled' : ''}`]));
  } finally {
    db.close();
  }
}

test('an oracle killed again and again at random steps reports each window once, in order', {
  timeout: 1_200_000,
}, async (t) => {
  const loop = await new KillLoop(scratch(t), seed).start();
  t.after(() => loop.stop());
  for (let i = 0; i < kills; i++) await loop.die();
  loop.endWindows();
  const { windows } = loop;
  const isDone = () => {
    const known = states(loop.journal);
    return windows.every((window) => known.get(window) === 'irreversible, settled');
  };
  const end = performance.now() + 120_000;
  const oracle = await loop.live(() => isDone() || performance.now() > end);
  const { executed, taken, forked, lost } = loop.market;
  console.log(
    `seed ${seed}: ${kills} kills, ${windows.length} windows, ${taken.size} transactions (${lost} lost, ${forked} put out of a block by a fork); killed at:`,
    Object.fromEntries([...loop.places].sort()),
  );
  assert.ok(isDone(), JSON.stringify([...states(loop.journal)].slice(-20)) + oracle.said.slice(-2000));
  assert.deepEqual(executed.map(({ report }) => report.window).sort(), windows, 'each window once, none twice');
  const order = [...new Set([...taken.values()].map(({ report }) => report.window))];
  assert.deepEqual(order, windows, 'first sent in the order of windows');
  for (const window of windows) {
    const tries = [...taken.values()].filter(({ report }) => report.window === window);
    for (const [i, { irreversibleAt }] of tries.entries()) {
      const before = tries[i - 1];
      assert.ok(
        !before || irreversibleAt > before.expiresAt,
        `window ${window}: two transactions that can both get in`,
      );
    }
  }
});

test('a second process with the same journal ends with a sentence, and the first goes on', {
  timeout: 120_000,
}, async (t) => {
  const loop = await new KillLoop(scratch(t), seed).start();
  t.after(() => loop.stop());
  const reported = (count: number) => until(`${count} reports`, () => loop.market.executed.length >= count);
  let isOver = false;
  const first = loop.live(() => isOver);
  await reported(1);
  const said = await loop.second();
  assert.match(
    said,
    /^oracle: another oracle works with the journal .*: stop it, or set ORACLE_JOURNAL to another file$/m,
  );
  await reported(4);
  isOver = true;
  assert.doesNotMatch((await first).complaints.join('\n'), /journal/);
});
