import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, shimLibrary } from '../../../devnet/tools.ts';
import { listOf, readDockerfile, type Step, targetOf } from './dockerfile.ts';

const DOCKERFILE = path.join(ROOT, 'deploy/docker/bppool.Dockerfile');
/** The image's user; only root can start a process as another one. */
const USER = 65_532;
const isRoot = process.geteuid?.() === 0;

/** The files of the repository that a build is given: those of git that .dockerignore lets through. */
export function contextFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const rules = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return listed.split('\n').filter((file) => file !== '' && existsSync(path.join(ROOT, file)) && isLetIn(file, rules));
}

/** The last rule decides that matches the file or a folder that it is in. */
export function isLetIn(file: string, rules: string[]): boolean {
  const parts = file.split('/');
  const paths = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  const last = rules.findLast((rule) => paths.some((each) => path.matchesGlob(each, rule.replace(/^!/, ''))));
  return last === undefined || last.startsWith('!');
}

/** What the steps of a target make, in a folder, and what starts in it. */
export class Image {
  readonly dir: string;
  private readonly steps: Step[];
  private readonly data: string;
  private readonly shim: string;

  /** Replays the steps of a target into `dir`. What other stages make is taken from this checkout: its packages, but for those of development. */
  constructor(target: string, dir: string) {
    this.dir = dir;
    this.data = path.join(dir, 'data');
    this.shim = path.join(path.dirname(dir), 'shim.so');
    cpSync(shimLibrary(), this.shim);
    this.steps = targetOf(readDockerfile(DOCKERFILE), target);
    const context = contextFiles();
    let workdir = '/';
    for (const { name, text } of this.steps) {
      if (name === 'WORKDIR') workdir = text;
      if (name === 'WORKDIR') mkdirSync(path.join(dir, workdir), { recursive: true });
      if (name === 'COPY') this.copy(text, workdir, context);
      assert.notEqual(name, 'RUN', 'a target itself runs nothing: it has no shell');
    }
    // Others than root can enter, and write only where the volume is.
    for (const folder of [path.dirname(dir), dir]) chmodSync(folder, 0o755);
    if (isRoot) chownSync(this.data, USER, USER);
  }

  /** Starts what the image starts, as its user, with nothing of this process' environment but what ends it. */
  start(settings: Record<string, string>): ChildProcess {
    const [command = '', ...args] = [...listOf(this.last('ENTRYPOINT')), ...listOf(this.last('CMD'))].map((each) =>
      this.inside(each),
    );
    const fixed = Object.fromEntries((this.last('ENV')?.text ?? '').split(' ').map((pair) => pair.split('=')));
    // It ends with this process, whatever ends it; the library is not where the image is.
    const bound = { LD_PRELOAD: this.shim, DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' };
    return spawn(command, args, {
      cwd: this.inside(this.last('WORKDIR')?.text ?? '/'),
      env: { ...fixed, ...settings, ...bound },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(isRoot && { uid: USER, gid: USER }),
    });
  }

  /** Exit code of its health check, which asks at another port here. */
  async health(port: number): Promise<number | null> {
    const [, command = '', ...args] = ['', ...listOf(this.last('HEALTHCHECK'))].map((each) => this.inside(each));
    const asked = args.map((each) => each.replace(/(127\.0\.0\.1):\d+/, `$1:${port}`));
    const child = spawn(command, asked, { env: {}, stdio: 'ignore', ...(isRoot && { uid: USER, gid: USER }) });
    return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  private copy(text: string, workdir: string, context: string[]): void {
    const [, from, rest = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(text.replace(/--chown=\S+ /, '')) ?? [];
    const parts = rest.split(' ');
    const target = path.join(this.dir, path.resolve(workdir, parts.at(-1) as string));
    if (from === 'packages')
      return rest.includes('node_modules') ? copyPackages(target) : void mkdirSync(target, { recursive: true });
    if (from === 'web')
      return cpSync(path.join(ROOT, parts[0]?.replace('/app/', '') ?? ''), target, { recursive: true });
    for (const source of parts.slice(0, -1)) {
      const files = context.filter((file) => file === source || file.startsWith(`${source}/`));
      assert.ok(files.length > 0, `${source} is left out by .dockerignore, or not there`);
      const isFolder = files[0] !== source;
      for (const file of files) {
        const below = isFolder ? path.join(target, path.relative(source, file)) : target;
        cpSync(
          path.join(ROOT, file),
          (parts.at(-1) as string).endsWith('/') && !isFolder ? path.join(target, file) : below,
        );
      }
    }
  }

  private last(name: string): Step | undefined {
    return this.steps.findLast((step) => step.name === name);
  }

  private inside(text: string): string {
    return /^\/(app|data)/.test(text) ? path.join(this.dir, text) : text;
  }
}

/** What "npm ci --omit=dev --omit=optional" installs, by package-lock.json, without taking up the disk twice. */
function copyPackages(target: string): void {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
  };
  const names = Object.keys(packages).filter((name) => {
    const { dev, optional, devOptional } = packages[name] ?? {};
    return (
      name.startsWith('node_modules/') && !name.slice(13).includes('node_modules/') && !dev && !optional && !devOptional
    );
  });
  // One call for each folder that they go into: a scope's, or the root of them.
  const folders = Map.groupBy(
    names.filter((name) => existsSync(path.join(ROOT, name))),
    path.dirname,
  );
  for (const [folder, inside] of folders) {
    const to = path.join(target, path.relative('node_modules', folder));
    mkdirSync(to, { recursive: true });
    const sources = inside.map((name) => path.join(ROOT, name));
    try {
      execFileSync('cp', ['-al', ...sources, to], { stdio: 'ignore' });
    } catch {
      // Another disk, to which no file can be linked.
      execFileSync('cp', ['-a', ...sources, to]);
    }
  }
}
