import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError } from '../../../common/errors.ts';
import { makeLogger } from '../../../common/logger.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { ResourceWatch } from '../../../oracle/account/resources.ts';
import type { Alarm } from '../../../oracle/alerts/alert.ts';
import { Survey } from '../../../oracle/survey.ts';
import { WINDOW } from './support/events.ts';

const MINUTE = 60_000;
const KEY = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';

/** A survey of surroundings that the test changes; `on` is what is alarmed about now. */
class Surroundings {
  now = slotTime(firstSlot(WINDOW + 1));
  lib = firstSlot(WINDOW + 1);
  nodeError: Error | null = null;
  keysError: Error | null = null;
  problem: PoolError | null = null;
  failure: string | null = null;
  oldest: { window: number; note: string | null } | null = null;
  readonly on = new Map<string, string>();
  readonly survey: Survey;

  constructor() {
    const alarm: Alarm = {
      tell: () => {},
      hold: (name, notice) => (notice ? this.on.set(name, `${notice.level}: ${notice.text}`) : this.on.delete(name)),
    };
    const limit = { used: 0, max: -1 };
    const auth = { threshold: 1, keys: [{ key: KEY, weight: 1 }] };
    const links = ['report'].map((action) => ({ account: 'pooldac', action }));
    const permissions = [{ perm_name: 'report', parent: 'active', required_auth: auth, linked_actions: links }];
    const account = { ram_quota: -1, ram_usage: 0, net_limit: limit, cpu_limit: limit, permissions };
    const chain = {
      irreversible: async () => {
        if (this.nodeError) throw this.nodeError;
        return { num: 1, id: '', slot: this.lib, producer: '', scheduleVersion: 1 };
      },
      schedule: async () => ({ version: 1, producers: ['a', 'b'] }),
    };
    this.survey = new Survey({
      client: { url: 'http://127.0.0.1:8888', post: async () => account } as never,
      ...{ chain, alarm, clock: { now: () => this.now }, logger: makeLogger('survey', 'silent') },
      logs: () => [{ log: { name: 'a.sqlite' } as never, problem: this.problem }],
      failure: () => this.failure,
      oldest: () => this.oldest,
      resources: new ResourceWatch({ account: 'oracle1', uses: () => [], lowHours: 6, alarm }),
      wanted: { account: 'oracle1', permission: 'report', dac: 'pooldac', keeper: false },
      keys: async () => {
        if (this.keysError) throw this.keysError;
        return [KEY];
      },
    });
  }

  /** A look after so many minutes, in which the chain went on or stood still. */
  async look(minutes = 0, chainGoesOn = true): Promise<string[]> {
    this.now += minutes * MINUTE;
    if (chainGoesOn) this.lib += minutes * 120;
    await this.survey.once().catch(() => {});
    return [...this.on.keys()];
  }
}

test('all is well: no alarm, and the permission was checked', async () => {
  const around = new Surroundings();
  assert.deepEqual(await around.look(), []);
  assert.deepEqual([around.survey.nodeUp, around.survey.permissionProblems, around.survey.lib], [true, [], around.now]);
});

test('a node that is away is an alarm after five minutes, and over when it is back', async () => {
  const around = new Surroundings();
  await around.look();
  around.nodeError = new PoolError('chain_unreachable', 'no answer');
  assert.deepEqual([await around.look(1, false), await around.look(4, false)], [[], []]);
  assert.equal(around.survey.nodeUp, false);
  assert.deepEqual(await around.look(1, false), ['chain']);
  assert.match(
    around.on.get('chain') ?? '',
    /^critical: The oracle's node 127\.0\.0\.1:8888 has not answered for five minutes/,
  );
  around.nodeError = null;
  around.lib += 6 * 120;
  assert.deepEqual(await around.look(), []);
});

test('a chain that stands still is an alarm after 15 minutes', async () => {
  const around = new Surroundings();
  assert.deepEqual(await around.look(14, false), []);
  assert.deepEqual(await around.look(1, false), ['chain']);
  assert.match(around.on.get('chain') ?? '', /is 15 minutes old/);
});

test('a broken log is told at once, one that cannot be read after five minutes', async () => {
  const around = new Surroundings();
  around.problem = new PoolError('store', 'the cluster does not answer');
  assert.deepEqual([await around.look(), await around.look(4)], [[], []]);
  assert.deepEqual(await around.look(1), ['log a.sqlite']);
  around.problem = null;
  assert.deepEqual(await around.look(), []);
  around.problem = new PoolError('log_broken', 'record 7: its hash does not fit');
  assert.deepEqual(await around.look(), ['log a.sqlite']);
  assert.equal(around.on.get('log a.sqlite'), 'critical: record 7: its hash does not fit.');
});

test('a window job that fails on, a report that is stuck and a wallet that is locked are told', async () => {
  const around = new Surroundings();
  around.failure = 'no answer';
  await around.look();
  assert.deepEqual(await around.look(5), ['window job']);
  around.failure = null;
  around.oldest = { window: WINDOW, note: 'the account has no CPU left' };
  assert.deepEqual(await around.look(4), [], 'irreversible for nine minutes');
  assert.deepEqual(await around.look(1), ['reports']);
  assert.match(around.on.get('reports') ?? '', /is not: the account has no CPU left/);
  around.oldest = null;
  around.keysError = new PoolError('wallet', 'the wallet is locked');
  assert.deepEqual(await around.look(), ['signer']);
  around.keysError = null;
  assert.deepEqual(await around.look(), []);
});
