interface Planned {
  at: number;
  order: number;
  run: () => void;
}

/** What happens when, in simulated milliseconds: a binary heap; equal times keep the order in which they were planned. */
export class Queue {
  now: number;
  private readonly heap: Planned[] = [];
  private order = 0;

  constructor(now: number) {
    this.now = now;
  }

  at(at: number, run: () => void): void {
    const entry = { at: Math.max(at, this.now), order: this.order++, run };
    let i = this.heap.push(entry) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = this.heap[up] as Planned;
      if (!isBefore(entry, parent)) break;
      this.heap[i] = parent;
      i = up;
    }
    this.heap[i] = entry;
  }

  /** Runs everything up to a time. */
  until(end: number): void {
    for (let next = this.heap[0]; next && next.at <= end; next = this.heap[0]) {
      this.pop();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  private pop(): void {
    const last = this.heap.pop() as Planned;
    const size = this.heap.length;
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(this.heap[child + 1] as Planned, this.heap[child] as Planned)) child++;
      if (!isBefore(this.heap[child] as Planned, last)) break;
      this.heap[i] = this.heap[child] as Planned;
      i = child;
    }
    this.heap[i] = last;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
