import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../common/make-folder.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { scratch } from '../../support/processes.ts';

test('a folder is made with those above it, and once more without harm', (t) => {
  const dir = path.join(scratch(t), 'a', 'b', 'c');
  makeFolder(dir);
  makeFolder(dir);
  assert.ok(existsSync(dir));
});

test('where none can be made it says so, and does not try for ever', () => {
  const script = `import { makeFolder } from '${path.join(ROOT, 'common/make-folder.ts')}'; makeFolder('/proc/none/such');`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
  const run = () => execFileSync(process.execPath, args, { timeout: 20_000, killSignal: 'SIGKILL', stdio: 'pipe' });
  assert.throws(run, /ENOENT|EACCES|EPERM/);
});
