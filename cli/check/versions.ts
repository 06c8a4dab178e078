import { readFileSync } from 'node:fs';
import { PoolError } from '../../common/errors.ts';

export const VERSIONS = ['eosio-2.0', 'leap-3', 'leap-4', 'leap-5', 'spring-1.0', 'spring-1.2'] as const;
export type Version = (typeof VERSIONS)[number];

interface Known {
  options: string[];
  commandLineOnly: string[];
  plugins: string[];
}

const { versions } = JSON.parse(readFileSync(new URL('nodeos-options.json', import.meta.url), 'utf8')) as {
  versions: Record<Version, Known>;
};

/** What a version of nodeos takes; of several, what any of them does. */
export function known(of: Version[]): { options: Set<string>; commandLineOnly: Set<string>; plugins: Set<string> } {
  const all = <K extends keyof Known>(part: K) => new Set(of.flatMap((version) => versions[version][part]));
  return { options: all('options'), commandLineOnly: all('commandLineOnly'), plugins: all('plugins') };
}

/** Versions that take an option. */
export function versionsWith(option: string): Version[] {
  return VERSIONS.filter((version) => versions[version].options.includes(option));
}

/** From what get_info or `nodeos --version` says ("v4.0.6"); a build between two versions takes what either does. Throws PoolError `version`. */
export function versionsOf(text: string): Version[] {
  const [, major = '', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  // Leap's main before 5.0, and the 4.1 of it that some packages carry.
  if (major === '4' && minor !== '0') return ['leap-4', 'leap-5'];
  const found: Record<string, Version> = { 2: 'eosio-2.0', 3: 'leap-3', 4: 'leap-4', 5: 'leap-5' };
  if (found[major]) return [found[major]];
  // Spring begins at 1 again; EOSIO 1 ended with 1.8.
  if (major === '1' && Number(minor) < 8) return [minor === '0' ? 'spring-1.0' : 'spring-1.2'];
  throw new PoolError(
    'version',
    `"${text}" is no version of nodeos that is known here: name one of ${VERSIONS.join(', ')} with --nodeos`,
  );
}
