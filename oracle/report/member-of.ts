import { metricsOf } from './build.ts';

/** What a report's metrics say of a member: its slots with a candidate, null when the metrics have another form. `metrics`: hex of the JSON. */
export function candidatesIn(metrics: string, index: number): number | null {
  try {
    const found = metricsOf({ metrics }).members.find((member) => member.index === index);
    return typeof found?.candidates === 'number' ? found.candidates : null;
  } catch {
    // An oracle can have reported what it liked.
    return null;
  }
}

/** Whether a bitmap of the contract has a member's bit. */
export function hasBit(bitmap: string, index: number): boolean {
  const byte = Buffer.from(bitmap, 'hex')[index >> 3] ?? 0;
  return (byte & (1 << (index & 7))) !== 0;
}

/** The same bitmap with one more bit. */
export function withBit(bitmap: string, index: number): string {
  const bytes = Buffer.from(bitmap, 'hex');
  const longer = Buffer.concat([bytes, Buffer.alloc(Math.max(0, (index >> 3) + 1 - bytes.length))]);
  longer[index >> 3] = (longer[index >> 3] ?? 0) | (1 << (index & 7));
  return longer.toString('hex');
}
