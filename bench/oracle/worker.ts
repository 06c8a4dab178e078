import { parentPort, workerData } from 'node:worker_threads';
import { castOf } from './cast.ts';
import { type WindowPlan, windowEvents } from './day.ts';

/** Makes windows for write.ts, one at a time. */
const cast = castOf((workerData as { members: number }).members);
parentPort?.on('message', (plan: WindowPlan) => parentPort?.postMessage(windowEvents(plan, cast)));
