import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../../devnet/tools.ts';
import { scratch } from '../../support/processes.ts';

test('npm install -g of the checkout makes the command bppool, a link into it, which runs from anywhere', (t) => {
  const prefix = scratch(t);
  const npm = spawnSync(
    'npm',
    ['install', '-g', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', prefix, ROOT],
    {
      cwd: prefix,
      encoding: 'utf8',
      timeout: 120_000,
    },
  );
  assert.equal(npm.status, 0, npm.stderr);
  // Node strips no types below node_modules: a copy there would not run.
  const package_ = path.join(prefix, 'lib/node_modules/bppool');
  assert.ok(readlinkSync(package_));
  assert.equal(realpathSync(package_), realpathSync(ROOT));
  const bppool = (...args: string[]) =>
    spawnSync(path.join(prefix, 'bin/bppool'), args, { cwd: prefix, encoding: 'utf8', timeout: 60_000 });
  const help = bppool('vote', '--help');
  assert.equal(help.status, 0, help.stderr);
  assert.match(help.stdout, /vote on a proposal, or change the vote/);
  const wrong = bppool('vote', '12', 'yes', '--as', 'alice', '--api', 'http://127.0.0.1:9');
  assert.deepEqual([wrong.status, wrong.stdout], [1, '']);
  assert.match(wrong.stderr, /no answer from http:\/\/127\.0\.0\.1:9/);
});
