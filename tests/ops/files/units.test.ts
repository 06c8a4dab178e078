import assert from 'node:assert/strict';
import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { agentConfig } from '../../../agent/config.ts';
import { EMITTER_NODE_FLAGS, ORACLE_NODE_FLAGS } from '../../../common/node-flags.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { emitterConfig } from '../../../emitter/config.ts';
import { oracleConfig } from '../../../oracle/config.ts';
import { scratch } from '../../support/processes.ts';

const FOLDER = path.join(ROOT, 'deploy/systemd');
const UNITS = readdirSync(FOLDER);
/** Tenths of what "systemd-analyze security" calls exposure, of 10. */
const MOST_EXPOSURE = 15;
const WINDOW_SECONDS = 6;
const run = promisify(execFile);

const hasSystemd = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);
const skip = hasSystemd
  ? false
  : 'systemd-analyze is not here: it comes with systemd (Debian, Ubuntu: apt-get install systemd)';

function textOf(unit: string): string {
  return readFileSync(path.join(FOLDER, unit), 'utf8');
}

/** Values of a setting, in order. */
function settings(unit: string, name: string): string[] {
  return [...textOf(unit).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value as string);
}

/** What systemd-analyze says, however it ends. */
async function analyze(args: string[]): Promise<{ code: number; said: string }> {
  try {
    const { stdout, stderr } = await run('systemd-analyze', args);
    return { code: 0, said: stdout + stderr };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as ExecFileException & { stdout: string; stderr: string };
    return { code: Number(code), said: stdout + stderr };
  }
}

/** A copy of a unit with programs that are there, and `change` made to it. */
function copy(dir: string, unit: string, change = (text: string) => text): string {
  const text = textOf(unit).replaceAll('/opt/bppool', ROOT).replaceAll('/usr/sbin/nats-server', '/bin/true');
  const file = path.join(dir, unit);
  writeFileSync(file, change(text));
  return file;
}

for (const unit of UNITS) {
  describe(unit, () => {
    test('systemd knows each of its settings', { skip }, async (t) => {
      const dir = scratch(t);
      // The page's documentation and program are there once it is.
      const { said } = await analyze(['verify', '--man=no', copy(dir, unit)]);
      assert.equal(said, '');
      const misspelt = copy(dir, unit, (text) => text.replace('ProtectClock=', 'ProtectClocks='));
      assert.match((await analyze(['verify', '--man=no', misspelt])).said, /ProtectClocks/);
    });

    test('is exposed little, and more without what it gives up', { skip }, async (t) => {
      const dir = scratch(t);
      const security = ['security', '--offline=true', `--threshold=${MOST_EXPOSURE}`];
      const { code, said } = await analyze([...security, copy(dir, unit)]);
      assert.equal(code, 0, said.split('\n').at(-2));
      const bare = copy(dir, unit, (text) =>
        text.replace(/^(ProtectSystem|CapabilityBoundingSet|SystemCallFilter)=.*\n/gm, ''),
      );
      assert.notEqual((await analyze([...security, bare])).code, 0);
    });

    test('comes back when it ends, and has longer to end than a window lasts', () => {
      assert.deepEqual(settings(unit, 'Restart'), ['always']);
      assert.deepEqual(settings(unit, 'StartLimitIntervalSec'), ['0']);
      assert.ok(Number(settings(unit, 'TimeoutStopSec')[0]) > WINDOW_SECONDS);
    });

    test('runs as a user of its own and keeps its data in its own folder', () => {
      assert.deepEqual(settings(unit, 'DynamicUser'), ['yes']);
      assert.deepEqual(settings(unit, 'StateDirectoryMode'), ['0700']);
      assert.equal(settings(unit, 'WorkingDirectory')[0], `%S/${settings(unit, 'StateDirectory')[0]}`);
    });
  });
}

const PROGRAMS = {
  'bppool-emitter@.service': { entry: 'emitter/main.ts', config: emitterConfig.shape, flags: EMITTER_NODE_FLAGS },
  'bppool-oracle@.service': { entry: 'oracle/main.ts', config: oracleConfig.shape, flags: ORACLE_NODE_FLAGS },
  'bppool-agent@.service': { entry: 'agent/main.ts', config: agentConfig.shape, flags: [] },
};

for (const [unit, { entry, config, flags }] of Object.entries(PROGRAMS)) {
  test(`${unit} starts its program with Node's flags, by settings that the program knows, and with a key out of its credentials`, () => {
    const [command = ''] = settings(unit, 'ExecStart');
    assert.ok(existsSync(path.join(ROOT, entry)));
    assert.ok(command.endsWith(`/opt/bppool/${entry}`), command);
    for (const flag of flags) assert.ok(command.includes(` ${flag} `), flag);
    const names = settings(unit, 'Environment').map((pair) => pair.split('=')[0] as string);
    for (const name of names.filter((each) => each !== 'NODE_ENV')) assert.ok(name in config, name);
    const [credential = ''] = settings(unit, 'LoadCredential');
    const key = settings(unit, 'Environment').find((pair) => pair.includes('KEY_FILE='));
    assert.equal(key?.split('=')[1], `%d/${credential.split(':')[0]}`);
  });
}
