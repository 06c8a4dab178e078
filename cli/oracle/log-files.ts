import { asFile } from '../log/location.ts';

/** Gives `work` the logs as files; one in a NATS cluster ("nats://host:port/POOL/EMITTER") is copied to a temporary file first. */
export async function asFiles<T>(
  places: string[],
  work: (files: string[]) => Promise<T>,
  files: string[] = [],
): Promise<T> {
  const [next, ...rest] = places;
  if (next === undefined) return work(files);
  return asFile(next, (file) => asFiles(rest, work, [...files, file]));
}

/** "one,two" as a list; an empty text is an empty list. */
export function listed(text: string): string[] {
  // The servers of a cluster have commas between them as well: after such a comma comes host:port.
  return text
    .split(/,(?![^,/]*:\d+[,/])/)
    .map((each) => each.trim())
    .filter(Boolean);
}
