import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { PoolRun } from '../../cli/run/pool-run.ts';
import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { rootDigest } from '../../common/log-proof.ts';
import { type SigningKey, signingKeyOf, signText } from '../../common/signature.ts';
import { windowRoot } from '../../common/window-root.ts';
import { privateKey } from '../../devnet/keys.ts';
import { type Entry, forge, recordsOf } from './log-forge.ts';

/** A copy of a log that an emitter is writing. */
export function copyLog(from: string, to: string): string {
  const db = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
  db.prepare('VACUUM INTO ?').run(to);
  db.close();
  return to;
}

/** Sequence numbers of a window's candidates in a log. */
export function candidatesOf(file: string, window: number): number[] {
  return recordsOf(file)
    .filter((record) => record.window === window && record.event.type === 'candidate')
    .map(({ seq }) => seq);
}

/** Changes one byte of a record: a digit of its event. */
export function changeByte(file: string, seq: number): void {
  const db = new DatabaseSync(file);
  const text = String(db.prepare('SELECT event FROM events WHERE seq = ?').get(seq)?.event);
  const changed = text.replace(/"slot":(\d*)(\d)/, (_, digits, last) => `"slot":${digits}${(Number(last) + 1) % 10}`);
  db.prepare('UPDATE events SET event = ? WHERE seq = ?').run(changed, seq);
  db.close();
}

/** Takes records out, from one sequence number to another. */
export function removeRecords(file: string, from: number, to: number): void {
  const db = new DatabaseSync(file);
  db.prepare('DELETE FROM events WHERE seq BETWEEN ? AND ?').run(from, to);
  db.close();
}

/** The private half of an emitter's log key. */
export function logKeyOf({ state }: PoolRun, emitter: string): SigningKey {
  const keys = JSON.parse(readFileSync(state.keys, 'utf8')) as Record<string, string>;
  const { logKey = '' } = state.emitters.find(({ account }) => account === emitter) ?? {};
  return signingKeyOf(privateKey(keys, logKey)) as SigningKey;
}

/**
 * A log as its emitter itself could have written it otherwise: its records up to a window's root, some of that window's replaced by `change` (null: left
 * out), the hash chain made again and the root signed with its key.
 */
export function rewrite(
  from: string,
  to: string,
  window: number,
  key: SigningKey,
  identity: { chain: string; pool: string },
  change: (event: PoolEvent) => PoolEvent | null,
): void {
  const records = recordsOf(from);
  const end = records.findIndex((record) => isRoot(record, window));
  const entries: Entry[] = records.slice(0, end).flatMap(({ window: of, event }) => {
    const now = of === window ? change(event) : event;
    return now ? [{ window: of, event: now }] : [];
  });
  const draft = `${to}-draft`;
  forge(draft, entries);
  const root = windowRoot(recordsOf(draft).filter((record) => record.window === window)) as string;
  const signature = signText(rootDigest(identity, window, root), key);
  const { at } = (records[end] as EventRecord).event;
  forge(to, [...entries, { window, event: { type: 'root', at, window, root, signer: key.id, signature } }]);
}

function isRoot({ event }: EventRecord, window: number): boolean {
  return event.type === 'root' && event.window === window;
}

/** Whether a log has the signed root of a window. */
export function hasRoot(file: string, window: number): boolean {
  return recordsOf(file).some((record) => isRoot(record, window));
}
