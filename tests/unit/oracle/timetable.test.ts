import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { shimLibrary } from '../../../devnet/tools.ts';
import { scratch } from '../../support/processes.ts';

const CHILD = path.join(import.meta.dirname, 'support/timetable-child.ts');

/** A process with a job each second, on a clock that the test shifts. */
class Seconds {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly clock: string;

  constructor(dir: string) {
    this.clock = path.join(dir, 'clock');
    writeFileSync(this.clock, '0');
    const env = { ...process.env, LD_PRELOAD: shimLibrary(), SHIM_CLOCK_FILE: this.clock };
    const args = ['--disable-warning=ExperimentalWarning', CHILD];
    this.child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    this.child.stdout?.on('data', (data) => {
      text += data;
      this.lines.splice(0, this.lines.length, ...text.split('\n').slice(0, -1));
    });
  }

  shift(seconds: number): void {
    writeFileSync(this.clock, String(seconds));
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Runs that did something. */
  get runs(): number[][] {
    const found = this.lines.filter((line) => line.startsWith('run '));
    return found.map((line) => line.slice(4).split(' ').filter(Boolean).map(Number));
  }

  /** Waits for so many more runs. */
  async more(count: number): Promise<void> {
    const goal = this.runs.length + count;
    while (this.runs.length < goal) await sleep(20);
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  /** All seconds, each once, in order, without overlap. */
  assertWhole(): void {
    const all = this.runs.flat();
    const first = Number(this.lines[0]);
    assert.deepEqual(
      all,
      all.map((_, i) => first + i),
    );
    assert.ok(!this.lines.includes('overlap'));
  }
}

test('a process that was frozen over five turns catches up in order with its next one', {
  timeout: 60_000,
}, async (t) => {
  const seconds = new Seconds(scratch(t));
  t.after(() => seconds.stop());
  await seconds.more(2);
  seconds.signal('SIGSTOP');
  const before = seconds.runs.length;
  await sleep(5500);
  seconds.signal('SIGCONT');
  await seconds.more(3);
  seconds.assertWhole();
  const after = seconds.runs.slice(before).map((each) => each.length);
  assert.ok(
    after.some((count) => count >= 4),
    `${after}`,
  );
});

test('a clock that is put an hour ahead, and back again: the job goes on within seconds, nothing is left out or done twice', {
  timeout: 60_000,
}, async (t) => {
  const seconds = new Seconds(scratch(t));
  t.after(() => seconds.stop());
  await seconds.more(2);
  seconds.shift(3600);
  await seconds.more(3);
  seconds.assertWhole();
  const ahead = seconds.runs.flat().length;
  assert.ok(ahead > 3600, `${ahead}`);
  seconds.shift(0);
  await seconds.more(3);
  seconds.assertWhole();
  assert.equal(seconds.runs.flat().length, ahead, 'an hour that was done is not done again');
});
