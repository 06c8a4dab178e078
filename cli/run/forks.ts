import { readFileSync } from 'node:fs';
import type { NodeState } from '../../devnet/state.ts';

const LINE_TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})/;

/** Times (ms since 1970, on the run's clock) at which a node's log tells of a switch of forks. */
export function forkSwitches(log: string): number[] {
  const times: number[] = [];
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const time = line.includes('switching forks') && LINE_TIME.exec(line)?.[1];
    if (time) times.push(Date.parse(`${time}Z`));
  }
  return times;
}

/** The largest count of fork switches in a network producer's log between two times. */
export function publicForkSwitches(nodes: NodeState[], fromMs: number, toMs: number): number {
  const producers = nodes.filter(({ role }) => role === 'producer');
  const counts = producers.map(({ log }) => forkSwitches(log).filter((at) => at >= fromMs && at <= toMs).length);
  return Math.max(0, ...counts);
}
