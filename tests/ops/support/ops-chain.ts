import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EmitterAddress } from '../../../devnet/config.ts';
import type { DevnetMessage, DevnetState, Phase } from '../../../devnet/state.ts';
import { ROOT, shimLibrary } from '../../../devnet/tools.ts';
import { until } from '../../support/processes.ts';

export const NODE = path.join(ROOT, 'node_modules/.bin/node');

/** Where a program runs that is not started as it is: in a network of its own. */
export type Inside = (command: string, args: string[]) => { command: string; args: string[] };

export interface ChainSize {
  /** Where the members' nodes will dial emitters that something else starts. */
  emitters: EmitterAddress[];
  oracles: number;
  portBase: number;
}

/** A devnet without emitters and oracles: those are what is tested. */
export class OpsChain {
  said = '';
  private phase: Phase | null = null;
  private readonly file: string;
  private readonly process: ChildProcess;

  private constructor(dir: string, { emitters, oracles, portBase }: ChainSize, inside: Inside) {
    this.file = path.join(dir, 'devnet.json');
    const { command, args } = inside(NODE, ['devnet/main.ts']);
    const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '15' };
    const settings = { DEVNET_DIR: dir, DEVNET_EMITTERS: JSON.stringify(emitters), ENV_FILE: '/dev/null' };
    const counts = { DEVNET_PRODUCERS: '1', DEVNET_ORACLES: String(oracles), DEVNET_PORT_BASE: String(portBase) };
    this.process = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...bound, ...settings, ...counts },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.process.on('message', (message: DevnetMessage) => {
      if ('phase' in message) this.phase = message.phase;
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (text) => {
        this.said += text;
      });
  }

  /** Resolves when the chain is there and its members wait for the emitters. */
  static async start(
    dir: string,
    size: ChainSize,
    inside: Inside = (command, args) => ({ command, args }),
  ): Promise<OpsChain> {
    const chain = new OpsChain(dir, size, inside);
    await chain.until('relay');
    return chain;
  }

  get state(): DevnetState {
    return JSON.parse(readFileSync(this.file, 'utf8')) as DevnetState;
  }

  /** Private keys by account and by public key. */
  get keys(): Record<string, string> {
    return JSON.parse(readFileSync(this.state.keys, 'utf8')) as Record<string, string>;
  }

  /** The members' nodes start and dial the emitters, then the pool is voted for. Resolves when it is in the schedule. */
  async elect(): Promise<void> {
    this.process.send({ go: 'members' });
    await this.until('members');
    this.process.send({ go: 'elect' });
    await this.until('elected');
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  private until(phase: Phase): Promise<void> {
    return until(
      `the chain's phase ${phase}`,
      () => {
        if (this.process.exitCode !== null) throw new Error(`the devnet ended:\n${this.said}`);
        return this.phase === phase;
      },
      480_000,
    );
  }
}
