import type { Logger } from '../common/logger.ts';
import type { EmitterConfig } from './config.ts';

/** Settings that take effect while the emitter runs; the others need a restart. */
const LIVE: readonly (keyof EmitterConfig)[] = [
  'EMITTER_PEERS',
  'EMITTER_SESSIONS',
  'EMITTER_PARENT_WAIT_MS',
  'EMITTER_OVERDUE_MS',
  'EMITTER_DEADLINE_MARGIN_MS',
  'EMITTER_PATH_MS',
  'EMITTER_APPLY_PERCENT',
  'EMITTER_RESCUES_PER_WINDOW',
  'LOG_LEVEL',
];

export interface Change {
  name: keyof EmitterConfig;
  from: string;
  to: string;
}

export interface Reload {
  /** The old configuration with the live settings of the new one. */
  config: EmitterConfig;
  applied: Change[];
  /** Changed as well, but only a restart makes them count. */
  ignored: Change[];
}

/** What a new configuration changes. */
export function compareConfig(old: EmitterConfig, next: EmitterConfig): Reload {
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])] as (keyof EmitterConfig)[];
  const changes = names
    .map((name): Change => ({ name, from: String(old[name] ?? ''), to: String(next[name] ?? '') }))
    .filter(({ from, to }) => from !== to);
  const applied = changes.filter(({ name }) => LIVE.includes(name));
  const live = Object.fromEntries(applied.map(({ name }) => [name, next[name]]));
  return { config: { ...old, ...live }, applied, ignored: changes.filter(({ name }) => !LIVE.includes(name)) };
}

/** Names each change in the log; gives what it was given. */
export function tellChanges(logger: Logger, reload: Reload): Reload {
  const { applied, ignored } = reload;
  for (const { name, ...values } of ignored) logger.warn(values, `${name} has changed; that takes a restart`);
  for (const { name, ...values } of applied) logger.info(values, `${name} has changed and holds from now on`);
  if (applied.length === 0) logger.info('the configuration was read again: nothing to change');
  return reload;
}
