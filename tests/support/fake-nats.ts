import type { Message, Wire } from '../../emitter/exchange/wire.ts';

type Take = (error: Error | null, message: Message) => void;

/** Core NATS within the process: what is published comes to all who listen, in order, a turn of the event loop later. */
export class FakeNats {
  readonly wires: FakeWire[] = [];
  /** Whether a message, or an answer to a request on that subject, gets lost. */
  loses: (subject: string, payload: Uint8Array) => boolean = () => false;

  connect(): FakeWire {
    const wire = new FakeWire(this);
    this.wires.push(wire);
    return wire;
  }

  /** Gives how many listen. */
  deliver(subject: string, data: Uint8Array, respond: (payload: Uint8Array) => void): number {
    const takers = this.wires.flatMap((wire) => (wire.isUp ? wire.takers(subject) : []));
    if (this.loses(subject, data)) return takers.length;
    const answer = (payload: Uint8Array = new Uint8Array()) => {
      if (!this.loses(subject, payload)) respond(payload);
      return true;
    };
    setImmediate(() => {
      for (const take of takers) take(null, { subject, data, respond: answer });
    });
    return takers.length;
  }
}

export class FakeWire implements Wire {
  private readonly bus: FakeNats;
  private readonly subscriptions = new Set<{ subject: string; take: Take }>();
  private readonly waiting = new Set<(status: { type: string }) => void>();
  isUp = true;
  /** Whether what it writes is taken; else `flush` waits. */
  isTaken = true;
  readonly published: { subject: string; payload: string }[] = [];
  readonly requested: { subject: string; payload: string }[] = [];
  private flushes: (() => void)[] = [];

  constructor(bus: FakeNats) {
    this.bus = bus;
  }

  publish(subject: string, payload: string): void {
    this.published.push({ subject, payload });
    if (this.isUp) this.bus.deliver(subject, Buffer.from(payload), () => {});
  }

  subscribe(subject: string, { callback }: { callback: Take }): { unsubscribe(): void } {
    const subscription = { subject, take: callback };
    this.subscriptions.add(subscription);
    return { unsubscribe: () => this.subscriptions.delete(subscription) };
  }

  request(subject: string, payload: string, { timeout }: { timeout: number }): Promise<{ data: Uint8Array }> {
    this.requested.push({ subject, payload });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('timeout')), timeout);
      const respond = (data: Uint8Array) => {
        clearTimeout(timer);
        setImmediate(() => resolve({ data }));
      };
      if (!this.isUp || this.bus.deliver(subject, Buffer.from(payload), respond) > 0) return;
      clearTimeout(timer);
      setImmediate(() => reject(new Error('no responders')));
    });
  }

  async flush(): Promise<void> {
    if (!this.isTaken) await new Promise<void>((resolve) => this.flushes.push(resolve));
  }

  /** What waited is taken now. */
  take(): void {
    this.isTaken = true;
    for (const resolve of this.flushes.splice(0)) resolve();
  }

  cut(): void {
    this.isUp = false;
    this.tell('disconnect');
  }

  mend(): void {
    this.isUp = true;
    this.tell('reconnect');
  }

  async *status(): AsyncIterable<{ type: string }> {
    for (;;) yield await new Promise<{ type: string }>((resolve) => this.waiting.add(resolve));
  }

  takers(subject: string): Take[] {
    const fits = (pattern: string) => pattern === subject || pattern === subject.replace(/[^.]+$/, '*');
    return [...this.subscriptions].filter((one) => fits(one.subject)).map(({ take }) => take);
  }

  private tell(type: string): void {
    for (const resolve of this.waiting) resolve({ type });
    this.waiting.clear();
  }
}
