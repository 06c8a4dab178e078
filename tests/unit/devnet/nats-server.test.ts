import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { findNatsServer } from '../../../devnet/nats-server.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-tools-'));
after(() => rmSync(dir, { recursive: true, force: true }));

let count = 0;
function program(folder: string, name: string, text = ''): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}
const newFolder = () => path.join(dir, `${++count}`);
const hasSystemServer = existsSync('/usr/sbin/nats-server');

test('the server that is named is taken, then the one in PATH', async () => {
  const [named, inPath] = [program(newFolder(), 'mine'), program(newFolder(), 'nats-server')];
  const PATH = path.dirname(inPath);
  assert.equal(await findNatsServer({ PATH, NATS_SERVER_BIN: named }), named);
  assert.equal(await findNatsServer({ PATH }), inPath);
});

test('a named server that is none is refused with its name', async () => {
  const NATS_SERVER_BIN = path.join(dir, 'nothing');
  await assert.rejects(findNatsServer({ NATS_SERVER_BIN }), {
    code: 'tools',
    message: /NATS_SERVER_BIN names .*nothing/,
  });
});

test('neither in PATH nor from apt: one sentence with the reason and what to do', {
  skip: hasSystemServer,
}, async () => {
  const apt = program(newFolder(), 'apt', 'echo "E: Unable to locate package nats-server" >&2; exit 100');
  const message =
    /^nats-server is not in PATH and .*apt does not give it \(E: Unable to locate package nats-server\): install it \(.*\) or set NATS_SERVER_BIN$/;
  await assert.rejects(findNatsServer({ PATH: dir }, newFolder(), apt), { code: 'tools', message });
  await assert.rejects(findNatsServer({ PATH: dir }, newFolder(), path.join(dir, 'no-apt')), {
    code: 'tools',
    message: /ENOENT.*install it/,
  });
});

test('a list of packages that is missing is fetched, and a package unpacked once', {
  skip: hasSystemServer,
}, async () => {
  const [folder, tree] = [newFolder(), newFolder()];
  program(path.join(tree, 'usr/sbin'), 'nats-server');
  mkdirSync(path.join(tree, 'DEBIAN'));
  const control =
    'Package: nats-server\nVersion: 1\nArchitecture: all\nMaintainer: nobody <n@example.com>\nDescription: test\n';
  writeFileSync(path.join(tree, 'DEBIAN/control'), control);
  const list = path.join(dir, `list${count}`);
  const build = `dpkg-deb --build ${tree} nats-server_1_all.deb >/dev/null`;
  const apt = program(
    newFolder(),
    'apt',
    `if [ "$1" = update ]; then touch ${list}; else [ -e ${list} ] && ${build}; fi`,
  );
  const PATH = `${dir}`;
  const found = await findNatsServer({ PATH }, folder, apt);
  assert.equal(found, path.join(folder, 'usr/sbin/nats-server'));
  assert.ok(existsSync(found));
  assert.equal(existsSync(path.join(folder, 'nats-server_1_all.deb')), false);
  assert.equal(await findNatsServer({ PATH }, folder, path.join(dir, 'no-apt')), found);
});
