import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PrivateKey } from 'eosjs/dist/eosjs-key-conversions.js';
import { reservePorts } from '../../../devnet/ports.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { scratch, until } from '../../support/processes.ts';
import { contextFiles, Image, isLetIn } from '../support/image.ts';

/** The development key that everybody knows. */
const KEY = '5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3';
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';
const hasPage =
  existsSync(path.join(ROOT, 'dashboard/server/main.ts')) && existsSync(path.join(ROOT, 'dashboard/page/dist'));

const SETTINGS: Record<string, (port: number, data: string) => Record<string, string>> = {
  emitter: (port, data) => ({
    ...{ EMITTER_POOL: 'poolbp', EMITTER_DAC: 'pooldac', EMITTER_RELAY_API: NOBODY, EMITTER_RELAY_P2P: '127.0.0.1:9' },
    EMITTER_HTTP: `127.0.0.1:${port}`,
    EMITTER_LISTEN: `127.0.0.1:${port + 1}`,
    EMITTER_LOG_KEY_FILE: path.join(data, 'secret.key'),
  }),
  oracle: (port, data) => ({
    ...{ ORACLE_ACCOUNT: 'oracle1', ORACLE_POOL: 'poolbp', ORACLE_DAC: 'pooldac', ORACLE_CHAIN_API: NOBODY },
    ORACLE_EVENT_LOG: path.join(data, 'events.sqlite'),
    ORACLE_KEY_FILE: path.join(data, 'secret.key'),
    ORACLE_HTTP: `127.0.0.1:${port}`,
  }),
  page: (port) => ({
    ...{
      DASHBOARD_EMITTERS: `emitter1=${NOBODY}`,
      DASHBOARD_CHAIN_API: NOBODY,
      DASHBOARD_POOL: 'poolbp',
      DASHBOARD_DAC: 'pooldac',
    },
    DASHBOARD_LISTEN: `127.0.0.1:${port}`,
    DASHBOARD_DB: 'page.sqlite',
  }),
  agent: (_, data) => ({
    ...{ AGENT_POOL: 'poolbp', AGENT_DAC: 'pooldac', AGENT_NODE: NOBODY, AGENT_EMITTERS: NOBODY },
    AGENT_KEY_FILE: path.join(data, 'secret.key'),
  }),
};

test('.dockerignore: the last rule decides, for a file or a folder that it is in', () => {
  const rules = ['*', '!common', '**/*.key', 'common/secret'];
  assert.ok(isLetIn('common/chain.ts', rules));
  for (const file of ['README.md', 'common/a/b.key', 'common/secret/x.ts']) assert.ok(!isLetIn(file, rules), file);
});

test('a build is given no key, no .env, no test, no history and nothing of tools', () => {
  const files = contextFiles();
  assert.ok(files.length > 100);
  const bad = files.filter((file) =>
    /(^|\/)(\.env|tests|docs|\.git|\.tools|node_modules|secrets)(\/|$)|\.key$|\.sqlite/.test(file),
  );
  assert.deepEqual(bad, []);
});

for (const target of ['emitter', 'oracle', 'agent', 'page']) {
  const skip = target === 'page' && !hasPage ? 'the page is not built here' : false;
  describe(`the image of ${target}, replayed step by step`, { skip, timeout: 120_000 }, () => {
    const cleanups: (() => void)[] = [];
    let image: Image;
    let child: ChildProcess;
    let said = '';
    let port: number;
    let release: () => Promise<void>;

    before(async () => {
      const dir = path.join(scratch({ after: (fn) => cleanups.push(fn) }), 'root');
      mkdirSync(dir);
      image = new Image(target, dir);
      const data = path.join(dir, 'data');
      const key = path.join(data, 'secret.key');
      writeFileSync(key, PrivateKey.fromString(KEY).toString(), { mode: 0o600 });
      if (process.geteuid?.() === 0) chownSync(key, 65_532, 65_532);
      const ports = await reservePorts(2);
      port = ports.base;
      release = ports.release;
      child = image.start(SETTINGS[target]?.(port, data) ?? {});
      child.stderr?.on('data', (text) => {
        said += text;
      });
    });
    after(async () => {
      if (child?.exitCode === null) child.kill('SIGKILL');
      await release?.();
      for (const cleanup of cleanups) cleanup();
    });

    test('the process starts with these files alone, as a user who may write to its volume only', async () => {
      await until('it is up', async () => {
        assert.equal(child.exitCode, null, said);
        if (target === 'agent') return /"level":[34]0/.test(said);
        return (await fetch(`http://127.0.0.1:${port}/live`).catch(() => null))?.ok === true;
      });
      const status = execFileSync('ps', ['-o', 'uid=', '-p', String(child.pid)], { encoding: 'utf8' });
      if (process.geteuid?.() === 0) assert.equal(status.trim(), '65532');
    });

    test('its health check says what the program says', { skip: target === 'agent' && 'it has none' }, async () => {
      const kind = target === 'page' ? 'live' : 'ready';
      const { ok } = await fetch(`http://127.0.0.1:${port}/${kind}`);
      assert.equal(await image.health(port), ok ? 0 : 1);
      // Where nothing listens it is not well.
      assert.equal(await image.health(9), 1);
    });

    test('it holds nothing that it does not need', () => {
      const folders = { emitter: 'emitter', oracle: 'oracle', agent: 'agent', page: 'dashboard' }[target];
      assert.deepEqual(
        readdirSync(path.join(image.dir, 'app')).sort(),
        ['common', folders, 'node_modules', 'package.json'].sort(),
      );
      for (const name of ['typescript', 'vite', 'playwright-core', '@eosnetwork', 'proton-tsc'])
        assert.ok(!existsSync(path.join(image.dir, 'app/node_modules', name)), name);
    });

    test('SIGTERM ends it in order', async () => {
      assert.equal(child.exitCode, null, said);
      const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
      child.kill('SIGTERM');
      assert.equal(await ended, 0, said);
    });
  });
}
