/** One way of a TCP connection over a distance. Times are in ms. */
export interface PathOptions {
  /** From the sender to the receiver. */
  thereMs: number;
  /** For the acknowledgement, from the receiver to the sender. */
  backMs: number;
  /** Part of the segments that are lost, 0 to 1, each by itself. */
  loss: number;
  /** In [0, 1): a seeded one makes a run that can be repeated. */
  random(): number;
  /** Linux's net.ipv4.tcp_slow_start_after_idle; on unless it is false. */
  slowStartAfterIdle?: boolean;
}

/** Bytes that the receiver's program can read, and when. */
export interface Arrival {
  bytes: number;
  at: number;
}

/** Payload of a segment at an MTU of 1500, with time stamps. */
const SEGMENT = 1448;
/** Linux's TCP_INIT_CWND (RFC 6928), in segments; also what an idle connection falls back to. */
const INITIAL_WINDOW = 10;
/** Linux's TCP_RTO_MIN: what a retransmission timer adds to the round trip at least. */
const LEAST_TIMER_MS = 200;
/** What is left of the window after a loss (CUBIC, RFC 9438). */
const AFTER_LOSS = 0.7;
/** Segments after a lost one that have to arrive for it to count as lost at once. */
const DUPLICATES = 3;

/** Something that the sender hears about a segment. */
interface Heard {
  at: number;
  /** Segments under way when it was sent. */
  underWay: number;
  /** It is heard that it was lost. */
  isLost: boolean;
}

/**
 * What a program at the end of a long way sees of TCP, as Linux does it, without sending packets: slow start from ten segments, doubled each
 * round trip; back towards ten when the connection was idle for longer than a retransmission timer; and everything behind a lost segment
 * waits for its retransmission. A loss is noticed
 * - one round trip after it was sent, when three segments follow in the same write; a quarter of one later when one or two do (RACK);
 * - when nothing follows, by the probe of the tail after two round trips, or, for a segment that is alone, by the retransmission timer: the round
 *   trip + 200 ms, doubled for each time that the retransmission is lost too.
 * Left out: lost acknowledgements, the receiver's window, bandwidth and queues. tests/experiments/15-distance.ts compares it with the kernel.
 */
export class TcpPath {
  private readonly path: PathOptions;
  private readonly roundTrip: number;
  private readonly timer: number;
  private window = INITIAL_WINDOW;
  /** Above it the window grows by a segment a round trip. */
  private threshold = Infinity;
  private flight: Heard[] = [];
  private sentAt = -Infinity;
  /** When it last waited for the window. */
  private waitedAt = -Infinity;
  private readableAt = -Infinity;

  constructor(path: PathOptions) {
    this.path = path;
    this.roundTrip = path.thereMs + path.backMs;
    this.timer = this.roundTrip + LEAST_TIMER_MS;
  }

  /** Takes what the program writes at a time, not before the write before it; gives when its segments can be read, in order. */
  write(bytes: number, now: number): Arrival[] {
    const count = Math.ceil(bytes / SEGMENT);
    this.rest(now);
    return Array.from({ length: count }, (_, i) => {
      const size = i === count - 1 ? bytes - i * SEGMENT : SEGMENT;
      return { bytes: size, at: this.send(now, count - 1 - i) };
    });
  }

  /** The window of a connection that was idle halves with each timer that passed. */
  private rest(now: number): void {
    this.hear(now);
    if (this.path.slowStartAfterIdle === false || this.flight.length > 0) return;
    let idle = now - this.sentAt - this.timer;
    if (idle <= 0 || this.window <= INITIAL_WINDOW) return;
    this.threshold = Math.max(this.threshold === Infinity ? 0 : this.threshold, this.window * 0.75);
    for (; idle > 0 && this.window > INITIAL_WINDOW; idle -= this.timer) this.window /= 2;
    this.window = Math.max(this.window, INITIAL_WINDOW);
  }

  /** `behind`: segments that follow in the same write. */
  private send(now: number, behind: number): number {
    let at = Math.max(now, this.sentAt);
    this.hear(at);
    while (this.flight.length >= Math.floor(this.window)) {
      at = this.flight[0]?.at ?? at;
      this.waitedAt = at;
      this.hear(at);
    }
    this.sentAt = at;
    const { thereMs, backMs, loss, random } = this.path;
    const underWay = this.flight.length + 1;
    let sent = at;
    if (random() < loss) {
      sent += this.noticed(behind, underWay);
      this.expect({ at: sent, underWay, isLost: true });
      for (let wait = this.timer; random() < loss; wait *= 2) sent += wait;
    }
    this.expect({ at: sent + thereMs + backMs, underWay, isLost: false });
    this.readableAt = Math.max(this.readableAt, sent + thereMs);
    return this.readableAt;
  }

  private noticed(behind: number, underWay: number): number {
    if (behind >= DUPLICATES) return this.roundTrip;
    if (behind > 0) return this.roundTrip * 1.25;
    return underWay > 1 ? Math.min(2 * this.roundTrip + 2, this.timer) : this.timer;
  }

  private expect(heard: Heard): void {
    const place = this.flight.findLastIndex(({ at }) => at <= heard.at);
    this.flight.splice(place + 1, 0, heard);
  }

  private hear(now: number): void {
    const most = Math.max(0, ...this.flight.map(({ underWay }) => underWay));
    while (this.flight[0] && this.flight[0].at <= now) {
      const { at, isLost } = this.flight.shift() as Heard;
      if (isLost) {
        this.window = Math.max(2, this.window * AFTER_LOSS);
        this.threshold = this.window;
      } else if (this.window >= this.threshold) this.window += 1 / this.window;
      // What does not fill the window says nothing about it.
      else if (at <= this.waitedAt + this.roundTrip || this.window < 2 * most) this.window += 1;
    }
  }
}
