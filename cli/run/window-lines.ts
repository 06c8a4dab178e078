/** So long a window's line waits for the emitters that have not closed it: they all do 2 s after its last slot. */
const PATIENCE_MS = 1000;

/** Puts what the emitters say of a window's end into one line a window, which names them only where they differ. */
export class WindowLines {
  private readonly names: () => string[];
  private readonly tell: (window: number, text: string) => void;
  private readonly patienceMs: number;
  /** Slots emitted, by emitter, of the windows whose line is still to come. */
  private readonly open = new Map<number, Map<string, number>>();
  private told = 0;

  /** `names`: of all emitters. `tell` gets each window once, windows in their order. */
  constructor(names: () => string[], tell: (window: number, text: string) => void, patienceMs = PATIENCE_MS) {
    this.names = names;
    this.tell = tell;
    this.patienceMs = patienceMs;
  }

  /** An emitter has closed a window. One that was away and closes it late is not told of again. */
  closed(window: number, emitter: string, emitted: number): void {
    if (window <= this.told) return;
    const said = this.open.get(window) ?? new Map<string, number>();
    if (said.size === 0) setTimeout(() => this.end(window), this.patienceMs).unref();
    this.open.set(window, said.set(emitter, emitted));
    if (said.size >= this.names().length) this.end(window);
  }

  private end(window: number): void {
    const said = this.open.get(window);
    if (!said) return;
    this.told = window;
    for (const id of this.open.keys()) if (id <= window) this.open.delete(id);
    this.tell(window, sentence(this.names(), said));
  }
}

function sentence(names: string[], said: Map<string, number>): string {
  const [first = 0, ...others] = said.values();
  const silent = names.filter((name) => !said.has(name));
  const missing = silent.length > 0 ? `, no word from ${silent.join(', ')}` : '';
  if (others.every((emitted) => emitted === first)) return `${first} of 12 slots emitted${missing}`;
  const each = [...said].map(([name, emitted], i) => `${emitted}${i === 0 ? ' of 12 slots emitted' : ''} by ${name}`);
  return `${each.join(', ')}${missing}`;
}
