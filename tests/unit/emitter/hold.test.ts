import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotTime } from '../../../common/slot.ts';
import { Hold, type HoldAnswer } from '../../../emitter/relay/hold.ts';
import { cases, fc } from '../../support/property.ts';

const W = 1_000_001;
const FIRST = firstSlot(W);
const LAST = lastSlot(W);
/** The pool's windows are the odd ones. */
const isPool = (window: number) => window % 2 === 1;
const RELEASE = slotTime(LAST) + 150;

interface Shown {
  id: string;
  slot: number;
  pool: boolean;
  frame: Buffer;
}

function pool(k: number, id = `pool ${k}`): Shown {
  return { id, slot: FIRST + k, pool: true, frame: Buffer.from(id) };
}

function other(slot: number, id = `other ${slot}`): Shown {
  return { id, slot, pool: false, frame: Buffer.from(id) };
}

function decide(hold: Hold, block: Shown, now: number): HoldAnswer {
  return hold.decide(block, block.frame, now, isPool);
}

/** Its parent plays no part but where a test says so. */
function wrote(hold: Hold, { id, slot }: Shown, now = slotTime(slot), previous = 'another'): void {
  hold.wrote({ id, slot, previous }, now);
}

const IN_WINDOW = slotTime(FIRST + 5);

function notBeforePool(hold: Hold): HoldAnswer {
  const block = other(FIRST - 1);
  return hold.decide(block, block.frame, slotTime(FIRST), () => false);
}

for (const [what, answer, make] of [
  ['a pool block of the running window, member unknown', 'hold', (h: Hold) => decide(h, pool(0), slotTime(FIRST) - 50)],
  ['a pool block before its window has begun', 'hold', (h: Hold) => decide(h, pool(0), slotTime(FIRST) - 900)],
  ['a pool block in mid-window', 'hold', (h: Hold) => decide(h, pool(5), IN_WINDOW)],
  ['a pool block until 150 ms past the window', 'hold', (h: Hold) => decide(h, pool(11), RELEASE - 1)],
  ['a pool block later than that, nothing held', 'pass', (h: Hold) => decide(h, pool(11), RELEASE)],
  ['a pool block of an older window', 'pass', (h: Hold) => decide(h, { ...pool(3), slot: FIRST - 20 }, IN_WINDOW)],
  ['another producer’s block in time', 'pass', (h: Hold) => decide(h, other(FIRST - 1), slotTime(FIRST - 1) - 1)],
  ['the previous producer’s last block, late', 'hold', (h: Hold) => decide(h, other(FIRST - 1), slotTime(FIRST - 1))],
  ['an earlier one of the previous producer, late', 'hold', (h: Hold) => decide(h, other(FIRST - 2), IN_WINDOW)],
  ['an old block of another producer', 'pass', (h: Hold) => decide(h, other(FIRST - 13), IN_WINDOW)],
  ['a late block before another producer’s window', 'pass', (h: Hold) => notBeforePool(h)],
  ['the next producer’s first block, nothing held', 'pass', (h: Hold) => decide(h, other(LAST + 1), RELEASE + 100)],
] as const) {
  test(`${what}: ${answer}`, () => assert.equal(make(new Hold()), answer));
}

test('the member’s own slot-11 candidate ends the hold, its other blocks do not', () => {
  const hold = new Hold();
  const at = slotTime(FIRST);
  assert.equal(decide(hold, pool(0), at), 'hold');
  for (let k = 0; k < 11; k++) assert.equal(hold.produced(`own ${k}`, FIRST + k), false);
  assert.equal(hold.produced('own 11', LAST), true);
  assert.deepEqual(hold.flush(W, [pool(0)]), [pool(0).frame]);
  assert.equal(hold.window, null);
  assert.equal(hold.flushAt, null);
  assert.equal(decide(hold, pool(1), slotTime(FIRST + 11) - 500), 'pass');
  assert.equal(hold.produced('own 11', LAST), false);
});

test('time ends the hold: the next pool block after it flushes first', () => {
  const hold = new Hold();
  decide(hold, pool(0), slotTime(FIRST));
  assert.equal(hold.flushAt, RELEASE);
  assert.equal(decide(hold, pool(11), RELEASE), 'flush');
});

test('the next producer’s first block flushes first, whatever the time', () => {
  const hold = new Hold();
  decide(hold, pool(0), slotTime(FIRST));
  assert.equal(decide(hold, other(LAST + 1), slotTime(LAST) + 100), 'flush');
  assert.equal(hold.window, W);
});

test('an older frame of another producer in mid-window does not end the hold', () => {
  const hold = new Hold();
  decide(hold, pool(0), slotTime(FIRST));
  assert.equal(decide(hold, other(FIRST - 30), IN_WINDOW), 'pass');
  assert.equal(decide(hold, pool(1), IN_WINDOW), 'hold');
});

test('a member’s block of an older window does not end the hold of the running one', () => {
  const hold = new Hold();
  decide(hold, other(FIRST - 1), slotTime(FIRST - 1) + 10);
  decide(hold, pool(0), slotTime(FIRST));
  // An answer to a sync request, say: slot 11 of the pool's window before.
  if (hold.produced('old', LAST - 24)) {
    assert.deepEqual(hold.flush(W - 2, []), [], 'the late block must stay until the running window is over');
  }
  assert.equal(hold.window, W);
  assert.equal(hold.isHolding(IN_WINDOW), true);
  assert.equal(decide(hold, other(LAST + 1), RELEASE + 10), 'flush');
});

test('late blocks of the previous producer are handed first, in their order, then the window’s', () => {
  const hold = new Hold();
  const late = [other(FIRST - 2), other(FIRST - 1)];
  for (const block of late) assert.equal(decide(hold, block, slotTime(FIRST - 1) + 20), 'hold');
  const window = [0, 1, 2].map((k) => pool(k));
  for (const block of window) assert.equal(decide(hold, block, slotTime(block.slot)), 'hold');
  assert.deepEqual(
    hold.flush(W, window).map(String),
    [...late, ...window].map(({ id }) => id),
  );
});

test('a flush leaves out the member’s own blocks and what it was given, and gives each block once', () => {
  const hold = new Hold();
  decide(hold, pool(0), slotTime(FIRST));
  hold.produced(pool(1).id, FIRST + 1);
  wrote(hold, pool(2));
  const branch = [0, 1, 2, 3].map((k) => pool(k));
  assert.deepEqual(hold.flush(W, branch).map(String), ['pool 0', 'pool 3']);
  assert.deepEqual(hold.flush(W, branch), []);
  for (const block of branch) assert.equal(decide(hold, block, RELEASE), 'drop');
});

test('blocks that a rescue replaced are not handed over: a flush gives what is public at the time', () => {
  const hold = new Hold();
  for (const k of [0, 1, 2]) decide(hold, pool(k), slotTime(FIRST + k));
  const branch = [pool(0), pool(1, 'rescued 1'), pool(2, 'rescued 2')];
  assert.deepEqual(hold.flush(W, branch).map(String), ['pool 0', 'rescued 1', 'rescued 2']);
});

test('duplicates are dropped: written, own, and late ones that wait', () => {
  const hold = new Hold();
  wrote(hold, pool(0));
  hold.produced('pool 1', FIRST + 1);
  decide(hold, other(FIRST - 1), slotTime(FIRST));
  for (const block of [pool(0), pool(1), other(FIRST - 1)]) assert.equal(decide(hold, block, IN_WINDOW), 'drop');
});

test('a held block that comes again is held again, and handed over once', () => {
  const hold = new Hold();
  for (let i = 0; i < 3; i++) assert.equal(decide(hold, pool(0), IN_WINDOW), 'hold');
  assert.deepEqual(hold.flush(W, [pool(0)]).map(String), ['pool 0']);
});

test('a joiner far behind gets the window’s older blocks, the newest are held', () => {
  const hold = new Hold();
  hold.connected(500, ['head', 'lib']);
  const now = slotTime(FIRST + 8);
  assert.equal(decide(hold, pool(3), now), 'pass');
  assert.equal(decide(hold, pool(5), now), 'pass');
  assert.equal(decide(hold, pool(8), now), 'hold');
  assert.equal(decide(hold, other(FIRST - 1), now), 'pass');
  assert.equal(hold.isHolding(now), false, 'its handshakes must pass while it syncs');
  hold.produced('own 9', FIRST + 9);
  assert.equal(hold.isHolding(now), true);
  assert.equal(decide(hold, pool(4), now), 'hold', 'a block to a member that produces is lost');
});

test('a member just behind by a block or two is no joiner', () => {
  const hold = new Hold();
  hold.connected(2, ['head', 'lib']);
  assert.equal(decide(hold, pool(0), slotTime(FIRST + 8)), 'hold');
});

test('a joiner that has been given all that it lacked, up to a live block, is none any more', () => {
  const late = other(FIRST - 1);
  const joined = (previous: string[], now = slotTime(FIRST - 1) + 1) => {
    const hold = new Hold();
    hold.connected(500, ['head', 'lib']);
    for (const [i, on] of previous.entries()) wrote(hold, other(FIRST - 1 - previous.length + i), now, on);
    return decide(hold, late, slotTime(late.slot) + 10);
  };
  const id = (slot: number) => `other ${slot}`;
  assert.equal(joined(['head', id(FIRST - 4), id(FIRST - 3)]), 'hold', 'from its head on');
  assert.equal(joined(['lib', id(FIRST - 4), id(FIRST - 3)]), 'hold', 'from its last irreversible block on');
  assert.equal(joined(['elsewhere', id(FIRST - 4), id(FIRST - 3)]), 'pass', 'on a branch it was not given');
  assert.equal(joined(['head', id(FIRST - 4), 'elsewhere']), 'pass', 'a gap');
  assert.equal(joined(['head'], slotTime(FIRST + 2)), 'pass', 'nothing live yet');
});

test('a joiner that tells of the public head is in sync; an old handshake changes nothing', () => {
  const hold = new Hold();
  hold.connected(500, ['head', 'lib']);
  hold.toldHead(3, 'head');
  assert.equal(hold.isJoining, true);
  hold.toldHead(2, 'head');
  assert.equal(hold.isJoining, false);
  hold.toldHead(400, 'head');
  assert.equal(hold.isJoining, false, 'its private branch is lower than the public one');
});

test('a node that follows gets every block at once, and what was kept before it was paused first', () => {
  const hold = new Hold();
  const follow = (block: Shown, now: number) => hold.decide(block, block.frame, now, isPool, true);
  assert.equal(decide(hold, pool(0), slotTime(FIRST)), 'hold');
  assert.equal(follow(pool(1), slotTime(FIRST + 1)), 'flush');
  const handed = hold.flush(W, [pool(0), pool(1)]).map(String);
  assert.deepEqual(handed, ['pool 0', 'pool 1']);
  assert.equal(follow(pool(1), slotTime(FIRST + 1)), 'drop', 'the flush handed it over');
  assert.equal(follow(pool(2), IN_WINDOW), 'pass');
  assert.equal(follow(other(FIRST - 1), IN_WINDOW), 'pass', 'a late block of the previous producer, too');
});

test('a node that followed and now leads is held; what it was given does not count as new', () => {
  const hold = new Hold();
  for (const k of [0, 1]) {
    assert.equal(hold.decide(pool(k), pool(k).frame, slotTime(FIRST + k), isPool, true), 'pass');
    wrote(hold, pool(k));
  }
  assert.equal(decide(hold, pool(1), slotTime(FIRST + 1)), 'drop');
  assert.equal(decide(hold, pool(2), slotTime(FIRST + 2)), 'hold');
  assert.deepEqual(hold.flush(W, [pool(0), pool(1), pool(2)]).map(String), ['pool 2']);
});

test('a node that follows can ask for old blocks again', () => {
  const hold = new Hold();
  const follow = (block: Shown, now: number) => hold.decide(block, block.frame, now, isPool, true);
  const old = { ...pool(3, 'old'), slot: FIRST - 21 };
  assert.equal(follow(old, slotTime(FIRST - 21)), 'pass');
  wrote(hold, old);
  assert.equal(follow(pool(0), slotTime(FIRST)), 'pass');
  assert.equal(follow(old, slotTime(FIRST)), 'pass');
});

test('each window is held anew', () => {
  const hold = new Hold();
  for (let n = 0; n < 5; n++) {
    const shift = 24 * n;
    const block = { ...pool(0, `pool ${n}`), slot: FIRST + shift };
    assert.equal(decide(hold, block, slotTime(block.slot)), 'hold');
    assert.equal(hold.produced(`own ${n}`, LAST + shift), true);
    assert.deepEqual(hold.flush(W + 2 * n, [block]).map(String), [block.id]);
  }
});

/** One window's traffic to one member, in the order of its times. */
interface Traffic {
  at: number;
  block?: Shown;
  own?: number;
}

const traffic = fc
  .record({
    lags: fc.array(fc.integer({ min: -600, max: 900 }), { minLength: SLOTS_PER_WINDOW, maxLength: SLOTS_PER_WINDOW }),
    own: fc.array(fc.boolean(), { minLength: SLOTS_PER_WINDOW, maxLength: SLOTS_PER_WINDOW }),
    ownLead: fc.integer({ min: -50, max: 600 }),
    previousLag: fc.integer({ min: -600, max: 3000 }),
    nextLag: fc.integer({ min: -50, max: 900 }),
    older: fc.array(fc.record({ slot: fc.integer({ min: FIRST - 60, max: FIRST - 13 }), at: fc.nat(8000) }), {
      maxLength: 5,
    }),
    repeats: fc.array(fc.record({ k: fc.nat(11), at: fc.nat(8000) }), { maxLength: 5 }),
  })
  .map(({ lags, own, ownLead, previousLag, nextLag, older, repeats }): Traffic[] => {
    const events: Traffic[] = lags.map((lag, k) => ({ at: slotTime(FIRST + k) + lag, block: pool(k) }));
    for (const [k, makes] of own.entries()) if (makes) events.push({ at: slotTime(FIRST + k) - ownLead, own: k });
    events.push({ at: slotTime(FIRST - 1) + previousLag, block: other(FIRST - 1) });
    events.push({ at: slotTime(LAST + 1) + nextLag, block: other(LAST + 1) });
    for (const { slot, at } of older) events.push({ at: slotTime(FIRST) + at, block: other(slot) });
    for (const { k, at } of repeats) events.push({ at: slotTime(FIRST) + at, block: pool(k) });
    return events.sort((a, b) => a.at - b.at);
  });

test('a member never gets a pool block, nor a late one before it, while it could be producing', () => {
  fc.assert(
    fc.property(traffic, (events) => {
      const hold = new Hold();
      const written: { at: number; id: string }[] = [];
      const shown: Shown[] = [];
      const own = new Set<string>();
      let released = RELEASE;
      const flush = (at: number) => {
        const branch = shown.filter(({ pool: isOurs }) => isOurs).toSorted((a, b) => a.slot - b.slot);
        for (const frame of hold.flush(W, branch)) written.push({ at, id: String(frame) });
      };
      for (const { at, block, own: k } of events) {
        while (hold.flushAt !== null && at >= hold.flushAt) flush(hold.flushAt);
        if (k !== undefined) {
          const id = `own ${k}`;
          own.add(id);
          if (hold.produced(id, FIRST + k)) {
            released = Math.min(released, at);
            flush(at);
          }
          continue;
        }
        const { id, slot } = block as Shown;
        if (!shown.some((known) => known.id === id)) shown.push(block as Shown);
        if (slot > LAST) released = Math.min(released, at);
        const answer = decide(hold, block as Shown, at);
        if (answer === 'flush') flush(at);
        if (answer === 'hold' || answer === 'drop' || (answer === 'flush' && hold.has(id))) continue;
        wrote(hold, block as Shown, at);
        written.push({ at, id });
      }
      if (hold.flushAt !== null) flush(hold.flushAt);
      const ids = written.map(({ id }) => id);
      // Blocks of other producers can be asked for again, so they may pass again.
      const ours = ids.filter((id) => id.startsWith('pool') || id === `other ${FIRST - 1}`);
      assert.deepEqual(ours, [...new Set(ours)], 'each block once');
      for (const { at, id } of written) {
        if (id.startsWith('pool')) assert.ok(at >= released, `${id} while it could be producing`);
        const before = at >= slotTime(FIRST - 1) && at < released;
        if (id === `other ${FIRST - 1}`) assert.ok(!before, 'a late block of the previous producer');
      }
      for (const { id } of shown) assert.ok(ids.includes(id), `${id} was never handed over`);
    }),
    cases(3000),
  );
});
