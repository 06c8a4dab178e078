import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Exit, Supervisor, whenReady } from '../../../devnet/supervisor.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'supervisor-'));
after(() => rmSync(dir, { recursive: true, force: true }));

function shell(name: string, script: string) {
  return { name, command: '/bin/sh', args: ['-c', script], log: path.join(dir, `${name}.log`) };
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that nobody has waited for yet is dead too.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function ends(pid: number, ms = 3000): Promise<boolean> {
  for (let waited = 0; waited < ms && isAlive(pid); waited += 20) await sleep(20);
  return !isAlive(pid);
}

test('a child that ends at once is an error with the end of its log', async () => {
  const exits: Exit[] = [];
  const supervisor = new Supervisor((exit) => exits.push(exit));
  const running = await supervisor.start(shell('early', 'echo the state is dirty; exit 3'));
  const never = async () => undefined;
  await assert.rejects(whenReady(running, never), {
    code: 'child_exit',
    message: /early ended with code 3.*state is dirty/s,
  });
  assert.deepEqual(exits, [{ name: 'early', code: 3, signal: null, expected: false }]);
  assert.deepEqual(supervisor.running, []);
});

test('a program that is not there is an error that names it', async () => {
  const spec = { ...shell('absent', ''), command: path.join(dir, 'nothing') };
  await assert.rejects(new Supervisor().start(spec), { code: 'process', message: /absent can not start.*ENOENT/ });
});

test('a child that never gets ready is an error too', async () => {
  const supervisor = new Supervisor();
  const running = await supervisor.start(shell('silent', 'exec sleep 60'));
  await assert.rejects(
    whenReady(running, async () => undefined, 200),
    { code: 'child_silent' },
  );
  await supervisor.stopAll();
});

test('stopAll ends obedient, stubborn and frozen children and awaits them', async () => {
  const exits: Exit[] = [];
  const supervisor = new Supervisor((exit) => exits.push(exit));
  const pids: number[] = [];
  const stubborn = 'trap "" TERM; while :; do sleep 0.05; done';
  for (const [name, script] of [
    ['obedient', 'exec sleep 60'],
    ['stubborn', stubborn],
    ['frozen', 'exec sleep 60'],
  ] as const) {
    pids.push((await supervisor.start(shell(name, script))).pid);
  }
  supervisor.get('frozen')?.process.kill('SIGSTOP');
  await sleep(50);
  await supervisor.stopAll(400);
  assert.deepEqual(pids.map(isAlive), [false, false, false]);
  const signals = Object.fromEntries(exits.map((exit) => [exit.name, exit.signal]));
  assert.deepEqual(signals, { obedient: 'SIGTERM', stubborn: 'SIGKILL', frozen: 'SIGTERM' });
  assert.ok(exits.every((exit) => exit.expected));
  await assert.rejects(supervisor.start(shell('late', 'exit')), { code: 'stopping' });
});

/** A Node program that supervises one child and prints the child's pid. */
function supervisingProgram(onParentDeath: string, script: string): string {
  const module = JSON.stringify(path.resolve('devnet/supervisor.ts'));
  const spec = JSON.stringify({ ...shell(`child-${onParentDeath}`, script), onParentDeath });
  return `import { Supervisor } from ${module};
    console.log((await new Supervisor().start(${spec})).pid);
    setInterval(() => {}, 1000);`;
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`kill -9 of the parent leaves no child behind (${signal})`, async () => {
    const mark = path.join(dir, 'cleaned-up');
    const script = `trap "echo done > ${mark}; exit" TERM; while :; do sleep 0.05; done`;
    const program = supervisingProgram(signal, script);
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await parent.stdout.take(1).toArray()) as [Buffer];
    const pid = Number(line.toString());
    await sleep(100);
    assert.ok(isAlive(pid));
    parent.kill('SIGKILL');
    assert.ok(await ends(pid), 'the child should have ended');
    if (signal === 'SIGTERM') assert.equal(readFileSync(mark, 'utf8'), 'done\n');
  });
}
