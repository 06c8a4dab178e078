/** Times in ms. */
export interface Times {
  /** What the page's own script took for each update of the stream: taking it in, drawing it, and what it draws later for it. */
  updates: number[];
  /** Between frames. */
  deltas: number[];
  /** Tasks over 50 ms. */
  longTasks: number;
}

declare global {
  interface Window {
    times: { begin(): void; end(): Times };
  }
}

/**
 * Runs in the page before its own script: measures from outside how long the page's callbacks take, by putting a clock around what the browser
 * calls (events of the stream, frames, timers). An update's time is the sum of all callbacks from its event to the next one.
 */
export function keepTimes(): void {
  let updates: number[] = [];
  let deltas: number[] = [];
  let longTasks = 0;
  let isOn = false;
  const timed = <A extends unknown[], R>(work: (...args: A) => R) => {
    return (...args: A): R => {
      const from = performance.now();
      try {
        return work(...args);
      } finally {
        const at = updates.length - 1;
        if (isOn && at >= 0) updates[at] = (updates[at] as number) + performance.now() - from;
      }
    };
  };
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => frame(timed(callback));
  const timeout = window.setTimeout.bind(window);
  window.setTimeout = ((callback: () => void, ms?: number) => timeout(timed(callback), ms)) as typeof window.setTimeout;
  const listen = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (this: EventSource, type: string, listener: unknown) {
    const inner = timed(listener as (event: Event) => void);
    const outer = (event: Event) => {
      if (isOn && type === 'columns') updates.push(0);
      inner(event);
    };
    listen.call(this, type, outer);
  } as typeof EventSource.prototype.addEventListener;
  new PerformanceObserver((list) => {
    if (isOn) longTasks += list.getEntries().length;
  }).observe({ type: 'longtask' });
  let last = 0;
  const tick = (now: number) => {
    if (isOn && last > 0) deltas.push(now - last);
    last = now;
    frame(tick);
  };
  frame(tick);
  window.times = {
    begin() {
      [updates, deltas, longTasks, isOn] = [[], [], 0, true];
    },
    end() {
      isOn = false;
      return { updates, deltas, longTasks };
    },
  };
}
