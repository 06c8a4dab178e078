import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import { pack } from '../../../oracle/metrics/packed.ts';
import {
  blockId,
  CHAIN,
  candidate,
  closing,
  decision,
  emission,
  members,
  POOL,
  records,
  signer,
  signers,
  standby,
  WINDOW,
} from './support/events.ts';

const SLOT = firstSlot(WINDOW);
const text = readFileSync(path.join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
const [, lines = '', json = ''] = /```\n(0-4 [\s\S]*?)```\n\n```json\n([\s\S]*?)```/.exec(text) ?? [];

/** The events of one line of the example. */
function eventsOf(line: string): PoolEvent[] {
  const [slots = '', member = '', what = '', ...values] = line.split(/ +/);
  const [first = 0, last = first] = slots.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => eventsIn(first + i, member, what, values)).flat();
}

function eventsIn(k: number, member: string, what: string, values: string[]): PoolEvent[] {
  const [first = 0, transactions = 0, bytes = 0, cpuUs = 0] = values.map(Number);
  const came = { at: slotTime(SLOT + k) + first, transactions, bytes, cpuUs };
  if (what === 'standby') return [standby(WINDOW, k, member)];
  if (what === 'invalid') return [{ ...candidate(WINDOW, k, member, 'invalid'), reason: values[0] } as PoolEvent];
  if (what === 'late') return [{ ...candidate(WINDOW, k, member, 'late'), ...came } as PoolEvent];
  if (what === 'candidate') return [{ ...candidate(WINDOW, k, member), ...came } as PoolEvent];
  if (what === 'emission')
    return [decision(WINDOW, k, member), { ...emission(WINDOW, k, member), addedUs: first } as PoolEvent];
  const failed = values[0] ?? '';
  const of = { cause: 'connection', failed: signer(failed), leader: signer(member), path: [blockId(SLOT + k, member)] };
  return [{ type: 'rescue', at: slotTime(SLOT + k), window: WINDOW, ...of, replaced: [blockId(SLOT + k, failed)] }];
}

test('the example in docs/metrics.md is what comes of its own lines', () => {
  const told = lines.trim().split('\n');
  const makers = told.pop()?.split(' ').slice(1) ?? [];
  const all = records(WINDOW, [...told.flatMap(eventsOf), closing(WINDOW)]);
  const blocks = makers.map((maker, k) => {
    return { num: k + 1, id: blockId(SLOT + k, maker), slot: SLOT + k, producer: POOL, scheduleVersion: 7 };
  });
  const about = { window: WINDOW, pool: POOL, chain: CHAIN, blocks, members, signers, eligiblePercent: 50 };
  const metrics = pack(measure({ ...about, logs: [{ records: all, around: [] }] }));
  assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(metrics)));
});
