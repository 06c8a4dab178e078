import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { ChainClient } from '../../../common/chain.ts';
import { keyText } from '../../../common/keys.ts';
import { type AccountState, type Permission, type Resources, readAccount } from '../../../oracle/account/account.ts';
import { estimate, levelOf, type Use } from '../../../oracle/account/estimate.ts';
import { checkPermission } from '../../../oracle/account/permission.ts';
import { ResourceWatch } from '../../../oracle/account/resources.ts';
import { USES_SCHEMA, Uses } from '../../../oracle/account/uses.ts';
import type { Notice } from '../../../oracle/alerts/alert.ts';
import { useOf } from '../../../oracle/source/use.ts';
import { cases, fc } from '../../support/property.ts';
import { otherLogKey } from './support/events.ts';

const KEY = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';
const OTHER = keyText(otherLogKey.id);
const WANTED = { account: 'oracle1', permission: 'report', dac: 'pooldac', keys: [KEY], keeper: true };
const LINKS = ['report', 'harvest', 'cut', 'close', 'payorder'].map((name) => `pooldac::${name}`);

function resources(cpu: number, net = 1e9, ram = 1e9): Resources {
  const left = (free: number) => ({ used: 100, max: free + 100 });
  return { cpu: left(cpu), net: left(net), ram: left(ram) };
}

test('what is left is enough for so many reports, by the dearest of the last', () => {
  const uses: Use[] = [700, 2000, 900].map((cpu) => ({ cpu, net: 1000, ram: 220 }));
  const left = estimate(resources(20_500, 5000, 4560), uses, 126);
  assert.deepEqual(left.cpu, { free: 20_500, windows: 10, hours: (10 * 126) / 3600 });
  assert.deepEqual([left.net.windows, left.ram.windows], [5, 10], 'RAM: a report can be the first of its window');
  const none = estimate(resources(5000), [], 126);
  assert.equal(none.cpu.windows, 5, 'assumed before there were reports');
  const endless = { ...resources(1), cpu: { used: 5, max: null } };
  assert.deepEqual(estimate(endless, uses, 126).cpu, { free: null, windows: Infinity, hours: Infinity });
  const over = { ...resources(1), cpu: { used: 50, max: 20 } };
  assert.deepEqual(estimate(over, uses, 126).cpu.free, 0);
});

test('a warning begins below the figure and ends half as much above it', () => {
  assert.deepEqual(
    [6, 5.9, 0.61, 0.59].map((hours) => levelOf(hours, 'ok', 6)),
    ['ok', 'low', 'low', 'critical'],
  );
  assert.deepEqual(
    [8.9, 9].map((hours) => levelOf(hours, 'low', 6)),
    ['low', 'ok'],
  );
  assert.deepEqual(
    [0.89, 0.91, 8.9, 9].map((hours) => levelOf(hours, 'critical', 6)),
    ['critical', 'low', 'low', 'ok'],
  );
});

test('property: on the way down and up again each level begins and ends once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 200, maxLength: 200 }),
      (noise) => {
        let level: ReturnType<typeof levelOf> = 'ok';
        let changes = 0;
        noise.forEach((by, i) => {
          const hours = Math.max(0, Math.abs(100 - i) / 10 - 0.3) * (1 + by);
          const next = levelOf(hours, level, 6);
          if (next !== level) changes++;
          level = next;
        });
        assert.deepEqual([changes, level], [4, 'ok']);
      },
    ),
    cases(100),
  );
});

test('each resource is told by itself, with what it is enough for', () => {
  const held = new Map<string, Notice | null>();
  const alarm = { tell: () => {}, hold: (name: string, notice: Notice | null) => void held.set(name, notice) };
  const watch = new ResourceWatch({
    account: 'oracle1',
    uses: () => [{ cpu: 1000, net: 1000, ram: 0 }],
    lowHours: 6,
    alarm,
  });
  watch.look(resources(100_000), 126);
  assert.equal(held.get('net of oracle1'), null);
  assert.equal(held.get('cpu of oracle1')?.level, 'warning');
  assert.match(
    held.get('cpu of oracle1')?.text ?? '',
    /100000 µs of CPU left: enough for 100 reports, or 3\.5 hours.*stake or rent CPU/,
  );
  watch.look(resources(9000), 126);
  assert.equal(held.get('cpu of oracle1')?.level, 'critical');
  assert.deepEqual([watch.readings?.cpu.level, watch.readings?.net.level], ['critical', 'ok']);
  // RAM comes back with each settled window: not hours count, but how many may wait.
  watch.look(resources(1e9, 1e9, 101 * 456), 6);
  assert.equal(held.get('ram of oracle1'), null);
  watch.look(resources(1e9, 1e9, 99 * 456), 6);
  assert.match(held.get('ram of oracle1')?.text ?? '', /enough for 99 reports that wait to be settled/);
});

test('the last twenty reports’ use is kept, as the node’s answer has it', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(USES_SCHEMA);
  const uses = new Uses(db);
  for (let cpu = 1; cpu <= 25; cpu++) uses.add(cpu, { cpu, net: 8, ram: -220 });
  assert.deepEqual(
    [uses.all().length, uses.all()[0]?.cpu, { ...uses.all().at(-1) }],
    [20, 6, { cpu: 25, net: 8, ram: -220 }],
  );
  const traces = [
    {
      account_ram_deltas: [
        { account: 'oracle1', delta: 456 },
        { account: 'pooldac', delta: 99 },
      ],
    },
    {},
  ];
  const receipt = { cpu_usage_us: 812, net_usage_words: 150 };
  assert.deepEqual(useOf({ processed: { receipt, action_traces: traces } }, 'oracle1'), {
    cpu: 812,
    net: 1200,
    ram: 456,
  });
  assert.equal(useOf({}, 'oracle1'), null);
});

test('get_account is read as old and new nodes give it', async () => {
  const limit = (used: number, max: number, more = {}) => ({ used, available: max - used, max, ...more });
  const auth = { threshold: 1, keys: [{ key: KEY, weight: 1 }], accounts: [], waits: [] };
  const answer = {
    ...{
      ram_quota: '90000',
      ram_usage: 5000,
      net_limit: limit(10, -1),
      cpu_limit: limit(900, 1000, { current_used: 300 }),
    },
    permissions: [
      {
        perm_name: 'report',
        parent: 'active',
        required_auth: auth,
        linked_actions: [{ account: 'pooldac', action: 'report' }, { account: 'dac2' }],
      },
      { perm_name: 'active', parent: 'owner', required_auth: auth },
    ],
  };
  const client = { post: async () => answer } as unknown as ChainClient;
  const { resources: read, permissions } = await readAccount(client, 'oracle1');
  assert.deepEqual(read, {
    cpu: { used: 300, max: 1000 },
    net: { used: 10, max: null },
    ram: { used: 5000, max: 90_000 },
  });
  assert.deepEqual(
    permissions.map(({ links }) => links),
    [['pooldac::report', 'dac2::*'], null],
  );
});

function permission(name: string, parent: string, key: string, links: string[] | null): Permission {
  return { name, parent, threshold: 1, keys: [{ key, weight: 1 }], links };
}

function check(
  own: Permission | null,
  others: Permission[] = [permission('active', 'owner', OTHER, []), permission('owner', '', OTHER, [])],
  wanted = WANTED,
) {
  const state: AccountState = { resources: resources(1), permissions: own ? [own, ...others] : others };
  return checkPermission(state, wanted);
}

test('a permission as docs/oracle.md makes it is right', () => {
  assert.deepEqual(check(permission('report', 'active', KEY, LINKS)), { wrong: [], unknown: [] });
  assert.deepEqual(
    check(permission('report', 'active', KEY, LINKS.slice(0, 1)), undefined, { ...WANTED, keeper: false }),
    { wrong: [], unknown: [] },
  );
});

test('a permission that is too wide, too narrow or shares its key is told', () => {
  const wrong = (...asked: Parameters<typeof check>) => check(...asked).wrong.join(' | ');
  assert.match(
    wrong(null),
    /oracle1 has no permission report: make it with "cleos set account permission oracle1 report PUBLIC_KEY active"/,
  );
  assert.match(
    wrong(permission('report', 'active', OTHER, LINKS)),
    /the key of this oracle does not suffice for oracle1@report, which has PUB_K1_/,
  );
  const two = { ...permission('report', 'active', KEY, LINKS), threshold: 2 };
  assert.match(wrong(two), /does not suffice/);
  const active = permission('active', 'owner', KEY, []);
  assert.match(
    wrong(permission('report', 'active', KEY, LINKS), [active]),
    /the key of this oracle is in oracle1@active too/,
  );
  assert.match(
    wrong(permission('report', 'active', KEY, LINKS.slice(1))),
    /is not linked to pooldac::report, which will be refused/,
  );
  const all = ['pooldac::*', 'eosio.token::transfer'];
  assert.match(wrong(permission('report', 'active', KEY, all)), /is linked to pooldac::\*, eosio\.token::transfer too/);
  const child = permission('child', 'report', OTHER, []);
  assert.match(wrong(permission('report', 'active', KEY, LINKS), [child]), /is the parent of the permission child/);
  const wide = checkPermission({ resources: resources(1), permissions: [active] }, { ...WANTED, permission: 'active' });
  assert.match(wide.wrong.join(), /ORACLE_PERMISSION is active, with which the whole account goes/);
});

test('a node that does not tell links: said, and the keys are checked all the same', () => {
  const old = [permission('active', 'owner', KEY, null)];
  const { wrong, unknown } = check(permission('report', 'active', KEY, null), old);
  assert.match(wrong.join(), /is in oracle1@active too/);
  assert.match(unknown.join(), /cannot be checked: the node does not tell/);
});
