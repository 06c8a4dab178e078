import { setTimeout as sleep } from 'node:timers/promises';
import { makeLogger } from '../../../../common/logger.ts';
import { Timetable } from '../../../../oracle/timetable.ts';

/**
 * A program with a job each second that catches up: it says each second of its clock once, as the window job takes windows. Its first line is where
 * it began.
 */
let next = Math.floor(Date.now() / 1000);
let running = 0;
console.log(next);
const job = async () => {
  if (++running > 1) console.log('overlap');
  const now = Math.floor(Date.now() / 1000);
  const runs: number[] = [];
  for (; next < now; next++) runs.push(next);
  console.log(`run ${runs.join(' ')}`);
  await sleep(300);
  running--;
};
new Timetable('seconds', '* * * * * *', job, makeLogger('seconds', 'silent'));
