import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { unpackPackage } from '../../../devnet/debian.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { readYaml } from '../../support/yaml.ts';

const UNPACKED = path.join(ROOT, '.tools', 'docker-compose');
/** The Compose Specification's JSON schema (Apache-2.0) as Debian's docker-compose has it: it is read there, and no copy is kept here. */
const SCHEMA = path.join(UNPACKED, 'usr/lib/python3/dist-packages/compose/config/compose_spec.json');

export interface Service {
  image: string;
  command?: string[];
  build?: { context: string; dockerfile: string; target?: string };
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  networks: string[];
  ports?: string[];
  volumes?: string[];
  secrets?: (string | { source: string; target: string })[];
  healthcheck?: { test: string[] };
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  privileged?: boolean;
  user?: string;
  mem_limit?: string;
  pids_limit?: number;
  stop_grace_period?: string;
  logging?: { options: Record<string, string> };
}

export interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
  secrets: Record<string, { file: string }>;
}

export function readCompose(): Compose {
  return readYaml(readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8')) as unknown as Compose;
}

/** What the schema says against a file, a line each. Throws when apt does not give the schema. */
export async function schemaProblems(compose: unknown): Promise<string[]> {
  const read = () => JSON.parse(readFileSync(SCHEMA, 'utf8')) as Record<string, unknown>;
  let schema: Record<string, unknown>;
  try {
    schema = read();
  } catch {
    await unpackPackage('docker-compose', UNPACKED);
    schema = read();
  }
  // Its formats are Compose's own, and not those of JSON schema: "duration" is "10s" there.
  const plain = JSON.parse(JSON.stringify(schema, (key, value) => (key === 'format' ? undefined : value)));
  const parsed = z.fromJSONSchema({ ...plain, $schema: 'http://json-schema.org/draft-07/schema#' }).safeParse(compose);
  return (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

/** A text with its variables replaced: by `values`, else by the default after ":-". */
export function interpolate(text: string, values: Record<string, string> = {}): string {
  return text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, otherwise = '') => values[name] || otherwise);
}

/** "20s" or "2m" in seconds. */
export function seconds(text: string): number {
  const [, count, unit] = /^(\d+)([sm])$/.exec(text) ?? [];
  return Number(count) * (unit === 'm' ? 60 : 1);
}
