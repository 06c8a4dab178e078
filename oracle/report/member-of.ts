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
