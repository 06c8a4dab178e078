/** A value as plain JSON: a Map as {map: [[key, value], …]}, a Set as {set: […]}, a plain object as {of: {…}}. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, each]) => [toPlain(key), toPlain(each)]) };
  if (value instanceof Set) return { set: [...value].map(toPlain) };
  // A list can have holes, where nothing was set yet.
  if (Array.isArray(value)) return Array.from(value, (each) => (each === undefined ? { hole: true } : toPlain(each)));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return { of: Object.fromEntries(entries.map(([key, each]) => [key, toPlain(each)])) };
}

/** The value that `toPlain` was given. Throws TypeError for what it never makes. */
export function fromPlain(plain: unknown): unknown {
  if (Array.isArray(plain)) return plain.map(fromPlain);
  if (plain === null || typeof plain !== 'object') return plain;
  const { map, set, of, hole } = plain as Record<string, unknown>;
  if (Array.isArray(map)) return new Map(map.map(([key, each]) => [fromPlain(key), fromPlain(each)]));
  if (Array.isArray(set)) return new Set(set.map(fromPlain));
  if (hole === true) return undefined;
  if (of === null || typeof of !== 'object') throw new TypeError('this is no plain form of a value');
  return Object.fromEntries(Object.entries(of).map(([key, each]) => [key, fromPlain(each)]));
}
