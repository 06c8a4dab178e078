import { useEffect, useState } from 'preact/hooks';

/** The value of something outside the components; drawn again when it tells of a change to another value. */
export function useSyncExternalStore<T>(subscribe: (listener: () => void) => () => void, read: () => T): T {
  const [value, set] = useState(read);
  // `read` may be a new function each time.
  useEffect(() => {
    set(read);
    return subscribe(() => set(read));
  }, [subscribe]);
  return value;
}
