import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { findChromium } from '../../browser/support/chromium.ts';
import { scratch } from '../../support/processes.ts';

/** A folder with a program of that name in it, which does what the shell script says. */
function folderWith(t: TestContext, name: string, script = 'exit 0'): string {
  const dir = scratch(t);
  const file = path.join(dir, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return dir;
}

test('the one that is named counts, and is refused when it is no program', async (t) => {
  const dir = folderWith(t, 'browser');
  const named = path.join(dir, 'browser');
  assert.equal(await findChromium({ CHROMIUM_BIN: named, PATH: '' }), named);
  await assert.rejects(findChromium({ CHROMIUM_BIN: '/nowhere/chromium', PATH: dir }), {
    message: 'CHROMIUM_BIN names /nowhere/chromium, which is no program that can be run',
  });
});

test('the one in PATH counts, by any of its names', async (t) => {
  const dir = folderWith(t, 'chromium-browser');
  assert.equal(await findChromium({ PATH: `relative:${dir}` }, false), path.join(dir, 'chromium-browser'));
});

test('without one, who is not root is told what to do', async (t) => {
  const { message } = await findChromium({ PATH: scratch(t) }, false).then(assert.fail, (error: Error) => error);
  assert.match(
    message,
    /need Chromium, which is not in PATH: install it \(Debian: apt-get install chromium\) or set CHROMIUM_BIN$/,
  );
});

test('root has it installed, after a look at newer lists where the first try fails', async (t) => {
  const dir = scratch(t);
  const target = path.join(dir, 'chromium');
  const lists = path.join(dir, 'lists');
  const script = `case $1 in update) touch ${lists} ;; install) test -e ${lists} && cp /bin/true ${target} ;; esac`;
  const apt = path.join(folderWith(t, 'apt', script), 'apt');
  assert.equal(await findChromium({ PATH: dir }, true, apt), target);
});

test('what the installation fails by is said', async (t) => {
  const apt = path.join(folderWith(t, 'apt', 'echo "no network" >&2; exit 1'), 'apt');
  const { message } = await findChromium({ PATH: scratch(t) }, true, apt).then(assert.fail, (error: Error) => error);
  assert.match(message, /does not give it \(no network\): install it/);
});
