import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import dotenv from 'dotenv';
import type { z } from 'zod';
import { agentConfig } from '../../../agent/config.ts';
import { dashboardConfig } from '../../../dashboard/server/config.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { emitterConfig } from '../../../emitter/config.ts';
import { oracleConfig } from '../../../oracle/config.ts';

const TEXT = readFileSync(path.join(ROOT, '.env.example'), 'utf8');
/** A setting, perhaps commented out: it then has no use for everybody. */
const LINE = /^(# )?([A-Z][A-Z0-9_]*)=/;
/** For a local chain whose clock is put forward; and what says which file this is. */
const NOT_FOR_USERS = ['CLOCK_SHIFT_FILE'];

/** Variables of docker-compose.yml. */
const compose = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
const COMPOSE = [...new Set([...compose.matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string))];
/** Programs that ./pool takes from elsewhere when they are named. */
const TOOLS = ['NODEOS_BIN', 'SYSTEM_CONTRACTS', 'NATS_SERVER_BIN', 'PROMETHEUS_BIN', 'PROMTOOL_BIN'];

/** Defaults of the command line's options; a test of it says which they are. */
const COMMANDS = ['BPPOOL_API', 'BPPOOL_DAC', 'BPPOOL_ACCOUNT'];

type Shape = Record<string, z.ZodType>;

const SHAPES: Record<string, Shape> = {
  emitter: emitterConfig.shape,
  oracle: oracleConfig.shape,
  agent: agentConfig.shape,
  page: dashboardConfig.shape,
};

const names = TEXT.split('\n').flatMap((line) => LINE.exec(line)?.[2] ?? []);

test('.env.example has every setting of every program once', () => {
  for (const [program, shape] of Object.entries(SHAPES)) {
    const wanted = Object.keys(shape).filter((name) => !NOT_FOR_USERS.includes(name));
    assert.ok(wanted.length > 5, program);
    for (const name of wanted) assert.equal(names.filter((each) => each === name).length, 1, `${program}: ${name}`);
  }
});

test('.env.example has no setting that no program knows', () => {
  const known = new Set([...Object.values(SHAPES).flatMap(Object.keys), ...COMPOSE, ...TOOLS, ...COMMANDS]);
  assert.deepEqual(
    names.filter((name) => !known.has(name)),
    [],
  );
});

test('.env.example has what docker-compose.yml asks for, and what names other tools', () => {
  assert.ok(COMPOSE.length > 10);
  for (const name of [...COMPOSE, ...TOOLS, ...COMMANDS]) assert.ok(names.includes(name), name);
});

test('each line of it says what the setting is', () => {
  const bare = TEXT.split('\n').filter((line) => LINE.test(line) && !/ # \S/.test(line));
  // Names of accounts and addresses that speak for themselves.
  const plain = bare.filter(
    (line) => !/_(POOL|DAC|ACCOUNT|RELAY_P2P|EVENT_LOG|JOURNAL|NATS_CA)=|^LOG_LEVEL=/.test(line),
  );
  assert.deepEqual(
    plain.filter((line) => !/KEEPER_CRON/.test(line)),
    [],
  );
});

test('what a program does without a setting is what .env.example has for it', () => {
  const values = dotenv.parse(TEXT);
  // Where a value has to be given, or an example says more than nothing.
  const examples = [
    'EMITTER_LOG_KEY_FILE',
    'AGENT_RECEIPTS',
    'ORACLE_JOURNAL',
    'ORACLE_EVENT_LOG',
    'AGENT_DAC',
    'ORACLE_KEY_FILE',
    'DASHBOARD_EMITTERS',
  ];
  let compared = 0;
  for (const shape of Object.values(SHAPES)) {
    for (const [name, field] of Object.entries(shape)) {
      const value = values[name];
      const unset = field.safeParse(undefined);
      if (value === undefined || !unset.success || examples.includes(name)) continue;
      const given = field.safeParse(value);
      assert.ok(given.success, `${name}=${value} is not taken`);
      assert.deepEqual(given.data, unset.data, name);
      compared++;
    }
  }
  assert.ok(compared > 30, `${compared} settings have a default`);
});
