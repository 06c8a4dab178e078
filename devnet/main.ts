import { loadConfig } from '../common/config.ts';
import { runMain } from '../common/errors.ts';
import { devnetSchema } from './config.ts';
import { Devnet } from './devnet.ts';
import { portsNeeded } from './layout.ts';
import { reservePorts } from './ports.ts';
import { Reviver } from './revive.ts';
import { tellParent } from './state.ts';
import { type Exit, exitError, type Running, Supervisor } from './supervisor.ts';

/** Runs a devnet until SIGTERM, SIGINT or the end of the parent. */
async function main(): Promise<void> {
  const config = loadConfig('devnet', devnetSchema);
  const relays = config.DEVNET_EMITTERS.length;
  const counts = { producers: config.DEVNET_PRODUCERS, relays, members: config.DEVNET_MEMBERS };
  const base = config.DEVNET_PORT_BASE ?? (await reservePorts(portsNeeded(counts))).base;

  const ended = new AbortController();
  // Not `once`: when a parent with several threads is killed, the kernel sends its signal more than once.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'disconnect'] as const) process.on(signal, () => ended.abort());
  const stopped = new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve()));

  // Until the pool is elected, a node that ends ends the start; afterwards it is told and, if wanted, replaced.
  const starting = Promise.withResolvers<never>();
  let up = false;
  const onExit = (exit: Exit, running: Running) => {
    if (exit.expected || ended.signal.aborted) return;
    tellParent({ exit: { name: exit.name, code: exit.code, signal: exit.signal } });
    progress(`${exit.name} ended with ${exit.signal ?? `code ${exit.code}`}`);
    if (!up) starting.reject(exitError(running, exit));
    else void reviver.revive(exit.name);
  };
  const supervisor = new Supervisor(onExit);
  const devnet = new Devnet(config, base, supervisor, progress);
  const onRevived = () => devnet.publish('restarted');
  const { signal } = ended;
  const reviver = new Reviver(devnet.network, { restart: config.DEVNET_RESTART, signal, progress, onRevived });

  try {
    await Promise.race([devnet.run(), stopped, starting.promise]);
    up = true;
    await stopped;
  } finally {
    ended.abort();
    await supervisor.stopAll();
    devnet.cleanUp();
  }
  // Requests of an interrupted start may still be under way.
  process.exit(0);
}

function progress(text: string): void {
  process.stdout.write(`chain: ${text}\n`);
}

runMain('devnet', main);
