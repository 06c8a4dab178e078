import { setTimeout as sleep } from 'node:timers/promises';
import type { EventRecord } from '../../common/events.ts';

const RETRY_MS = 100;

/** Follows an emitter's `/events` from the log's beginning until aborted, across restarts of the emitter. */
export async function followEvents(http: string, signal: AbortSignal, onRecord: (record: EventRecord) => void) {
  let last = 0;
  while (!signal.aborted) {
    try {
      const response = await fetch(`${http}/events`, { signal, headers: { 'last-event-id': String(last) } });
      for await (const data of dataLines(response)) {
        const record = JSON.parse(data) as EventRecord;
        if (record.seq <= last) continue;
        last = record.seq;
        onRecord(record);
      }
    } catch {
      // Cut off or not up yet: the stream goes on from the last record.
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

async function* dataLines(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice(6);
  }
}
