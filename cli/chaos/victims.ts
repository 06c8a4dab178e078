import { PoolError } from '../../common/errors.ts';
import type { Drawn, Victim } from './draw.ts';
import type { Scene } from './scene.ts';

/** Name of the process that a draw hits now. Throws PoolError `run` when there is none of its kind. */
export function victimOf(scene: Scene, { victim, pick }: Drawn): string {
  const names = candidates(scene, victim).filter((name) => scene.run.pidOf(name) !== null);
  const name = names[Math.floor(pick * names.length)];
  if (name === undefined) throw new PoolError('run', `no ${victim} runs that could be killed`);
  return name;
}

function candidates(scene: Scene, victim: Victim): string[] {
  const { run, window } = scene;
  const signer = scene.leaderIn(window);
  const leader = signer === null ? undefined : run.nodeOf(signer)?.name;
  const members = run.state.members.map(({ node }) => node);
  switch (victim) {
    case 'leader':
      return members.filter((name) => name === leader);
    case 'member':
      return members.filter((name) => name !== leader);
    case 'relay':
      return run.emitters.map(({ relay }) => relay);
    case 'emitter':
      return run.emitters.map(({ name }) => name);
    case 'oracle':
      return run.state.oracles.map(({ account }) => account);
    case 'nats':
      return run.natsNodes;
  }
}
