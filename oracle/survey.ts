import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import { PoolError, sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { firstSlot, SLOT_MS, SLOTS_PER_WINDOW, slotTime } from '../common/slot.ts';
import { readAccount } from './account/account.ts';
import { checkPermission, type Wanted } from './account/permission.ts';
import type { ResourceWatch } from './account/resources.ts';
import type { Alarm } from './alerts/alert.ts';
import type { KnownLog } from './logs/logs.ts';
import type { OracleChain } from './source/chain.ts';

/** On a chain of 21 producers a block is irreversible after three minutes. */
const OLD_LIB_MS = 15 * 60_000;
/** Looks are every 5 s, and transactions expire after one minute. */
const OLD_WINDOW_MS = 10 * 60_000;
/** A log, a node or a run that fails for a moment is nobody's alarm. */
const PATIENCE_MS = 5 * 60_000;

export interface SurveyParts {
  client: ChainClient;
  chain: Pick<OracleChain, 'irreversible' | 'schedule'>;
  /** The logs that are read now. */
  logs(): KnownLog[];
  /** The window job's last failure, if it failed. */
  failure(): string | null;
  /** The oldest window that is closed and has no irreversible report, with the last thing that went wrong with it. */
  oldest(): { window: number; note: string | null } | null;
  resources: ResourceWatch;
  /** All but the keys, which a signer may not tell yet. */
  wanted: Omit<Wanted, 'keys'>;
  keys(): Promise<string[]>;
  alarm: Alarm;
  clock: Clock;
  logger: Logger;
}

/** Looks round at what reports depend on: the node, the account, the permission, the logs; and raises the alarm about it. */
export class Survey {
  nodeUp = false;
  /** Time of the last irreversible block, in ms; null before the node answered. */
  lib: number | null = null;
  /** What is wrong with the permission; null while it was not checked. */
  permissionProblems: string[] | null = null;
  private readonly parts: SurveyParts;
  /** Since when something fails, by its name. */
  private readonly failing = new Map<string, number>();

  constructor(parts: SurveyParts) {
    this.parts = parts;
  }

  /** One look. Throws what the node did not answer, after the alarm. */
  async once(): Promise<void> {
    this.watchLogs();
    this.watchJob();
    try {
      await this.watchNode();
      this.nodeUp = true;
    } catch (thrown) {
      this.nodeUp = !(thrown instanceof PoolError && thrown.code === 'chain_unreachable');
      throw thrown;
    } finally {
      this.watchChain();
    }
  }

  private async watchNode(): Promise<void> {
    const { client, chain, resources, wanted } = this.parts;
    this.lib = slotTime((await chain.irreversible()).slot);
    const account = await readAccount(client, wanted.account);
    const { producers } = await chain.schedule();
    resources.look(account.resources, (producers.length * SLOTS_PER_WINDOW * SLOT_MS) / 1000);
    this.watchWindows();
    const keys = await this.watchKeys();
    if (keys && this.permissionProblems === null) this.checkPermission(checkPermission(account, { ...wanted, keys }));
  }

  /** A wallet can be locked long after the start: the next report should not be what shows it. */
  private async watchKeys(): Promise<string[] | null> {
    const { keys, alarm } = this.parts;
    try {
      const known = await keys();
      alarm.hold('signer', null);
      return known;
    } catch (thrown) {
      const text = `Nothing can be signed: ${sentence(thrown)}.`;
      alarm.hold('signer', { kind: 'key', level: 'critical', title: 'the oracle cannot sign', text });
      return null;
    }
  }

  private watchWindows(): void {
    const { oldest, alarm } = this.parts;
    const found = oldest();
    const late = found && this.lib !== null && this.lib - slotTime(firstSlot(found.window + 1)) >= OLD_WINDOW_MS;
    if (!late) return alarm.hold('reports', null);
    const { window, note } = found;
    const text = `Window ${window} has been irreversible for ten minutes, and this oracle's report of it is not: ${note ?? 'nothing was refused'}.`;
    alarm.hold('reports', {
      kind: 'unreported',
      level: 'critical',
      title: 'reports do not get on the chain',
      text,
      fields: { window },
    });
  }

  /** Once after each start: the account's permissions are its operator's own. */
  private checkPermission({ wrong, unknown }: ReturnType<typeof checkPermission>): void {
    const { alarm, logger, wanted } = this.parts;
    this.permissionProblems = wrong;
    for (const text of unknown) logger.info(text);
    const text = `${wrong.join('. ')}.`;
    const title = `the permission ${wanted.account}@${wanted.permission} is not as it should be`;
    alarm.hold('permission', wrong.length === 0 ? null : { kind: 'key', level: 'warning', title, text });
  }

  private watchChain(): void {
    const { alarm, clock, client } = this.parts;
    const age = this.lib === null ? null : clock.now() - this.lib;
    const away = this.lasts('node', !this.nodeUp);
    if (away) {
      const text = `The oracle's node ${new URL(client.url).host} has not answered for five minutes: nothing is reported until it does.`;
      return alarm.hold('chain', { kind: 'chain', level: 'critical', title: 'the node does not answer', text });
    }
    if (age === null || age < OLD_LIB_MS) return alarm.hold('chain', null);
    const minutes = Math.round(age / 60_000);
    const text = `The last irreversible block of the oracle's node is ${minutes} minutes old: the node is behind, or the chain stands still. Nothing is reported meanwhile.`;
    alarm.hold('chain', {
      kind: 'chain',
      level: 'critical',
      title: 'no block becomes irreversible',
      text,
      fields: { minutes },
    });
  }

  private watchLogs(): void {
    const { logs, alarm } = this.parts;
    for (const { log, problem } of logs()) {
      const name = `log ${log.name}`;
      const isBroken = problem?.code === 'log_broken';
      if (!this.lasts(name, problem !== null) && !isBroken) {
        if (!problem) alarm.hold(name, null);
        continue;
      }
      const title = isBroken ? `the log ${log.name} is broken` : `the log ${log.name} cannot be read`;
      alarm.hold(name, { kind: 'log', level: isBroken ? 'critical' : 'warning', title, text: `${problem?.message}.` });
    }
  }

  private watchJob(): void {
    const { failure, alarm } = this.parts;
    const why = failure();
    if (!this.lasts('window job', why !== null)) {
      if (why === null) alarm.hold('window job', null);
      return;
    }
    const text = `The window job has failed for five minutes, so nothing is reported: ${why}.`;
    alarm.hold('window job', { kind: 'unreported', level: 'critical', title: 'no window is reported', text });
  }

  private lasts(name: string, fails: boolean): boolean {
    const now = this.parts.clock.now();
    if (!fails) {
      this.failing.delete(name);
      return false;
    }
    const since = this.failing.get(name) ?? now;
    this.failing.set(name, since);
    return now - since >= PATIENCE_MS;
  }
}
