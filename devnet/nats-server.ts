import path from 'node:path';
import { findDebianProgram } from './debian.ts';
import { ROOT } from './tools.ts';

const UNPACKED = path.join(ROOT, '.tools', 'nats');
const NATS_SERVER = {
  name: 'nats-server',
  package: 'nats-server',
  folder: '/usr/sbin',
  variable: 'NATS_SERVER_BIN',
};

/**
 * The nats-server to run: NATS_SERVER_BIN when it is set, else the one in PATH, else Debian's package, unpacked below `.tools` without being
 * installed. Throws PoolError `tools` in one sentence when it is nowhere to be had. `apt`: the command that fetches packages.
 */
export function findNatsServer(env = process.env, unpacked = UNPACKED, apt = 'apt-get'): Promise<string> {
  return findDebianProgram(NATS_SERVER, unpacked, env, apt);
}
