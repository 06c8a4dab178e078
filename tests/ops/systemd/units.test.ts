import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { scratch, until } from '../../support/processes.ts';
import { Booted, systemdMissing } from '../support/booted.ts';
import { OpsChain } from '../support/ops-chain.ts';

const skip = systemdMissing();
const PORT = 21_000;
const EMITTER = { p2p: `127.0.0.1:${PORT}`, http: `http://127.0.0.1:${PORT + 1}` };
const ORACLE_HTTP = `127.0.0.1:${PORT + 2}`;
const PAGE = `127.0.0.1:${PORT + 3}`;
const NATS = `127.0.0.1:${PORT + 4}`;
const UNITS = [
  'bppool-nats',
  'bppool-emitter@emitter1',
  'bppool-oracle@oracle1',
  'bppool-page',
  'bppool-agent@member1',
];
/** Of what a service may do, as its kernel says it. */
const BOUND = [/^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m, /^CapEff:\t0{16}$/m, /^CapBnd:\t0{16}$/m];

describe('the units under a real systemd, with a real chain', { skip, timeout: 900_000 }, () => {
  const endings: (() => unknown)[] = [];
  let machine: Booted;
  let chain: OpsChain;

  before(async () => {
    const dir = scratch({ after: (end) => endings.push(end) });
    machine = await Booted.start(dir);
    endings.push(() => machine.stop());
    chain = await OpsChain.start(path.join(dir, 'devnet'), { emitters: [EMITTER], oracles: 1, portBase: PORT + 10 });
    endings.push(() => chain.stop());
    settle();
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  /** What docs/services.md lets an operator put into /etc/bppool. */
  function settle(): void {
    const { pool, dac, nodes, members, emitters, oracles, publicApi, clockShiftFile } = chain.state;
    const etc = path.join(machine.root, 'etc/bppool');
    const file = (name: string, lines: Record<string, string>) =>
      writeFileSync(
        path.join(etc, name),
        Object.entries(lines)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      );
    const key = (name: string, pub: string) =>
      writeFileSync(path.join(etc, name), `${chain.keys[pub]}\n`, { mode: 0o600 });
    const relay = nodes.find(({ role }) => role === 'relay');
    const producer = nodes.find(({ role }) => role === 'producer');
    const member = nodes.find(({ name }) => name === members[0]?.node);
    // The clock of a chain on which a day has passed, where a service with ProtectSystem= can read it.
    mkdirSync(path.join(machine.root, 'srv'), { recursive: true });
    writeFileSync(path.join(machine.root, 'srv/clock'), readFileSync(clockShiftFile, 'utf8'));
    const clock = { CLOCK_SHIFT_FILE: '/srv/clock' };
    const names = { pool, dac };
    file('emitter1.env', {
      ...{ EMITTER_POOL: names.pool, EMITTER_DAC: names.dac, EMITTER_NAME: 'emitter1' },
      ...{
        EMITTER_RELAY_API: relay?.api ?? '',
        EMITTER_RELAY_P2P: relay?.p2p ?? '',
        EMITTER_PEERS: producer?.p2p ?? '',
      },
      ...{ EMITTER_LISTEN: EMITTER.p2p, EMITTER_HTTP: EMITTER.http.replace('http://', ''), ...clock },
    });
    key('emitter1-log.key', emitters[0]?.logKey ?? '');
    file('oracle1.env', {
      ...{ ORACLE_ACCOUNT: 'oracle1', ORACLE_POOL: names.pool, ORACLE_DAC: names.dac, ORACLE_CHAIN_API: publicApi },
      ...{ ORACLE_SHIP: producer?.ship ?? '', ORACLE_NATS: `nats://${NATS}`, ORACLE_HTTP: ORACLE_HTTP, ...clock },
    });
    key('oracle1-report.key', oracles[0]?.reportKey ?? '');
    file('page.env', {
      ...{ DASHBOARD_POOL: names.pool, DASHBOARD_DAC: names.dac, DASHBOARD_CHAIN_API: publicApi },
      ...{ DASHBOARD_LISTEN: PAGE, DASHBOARD_EMITTERS: `emitter1=${EMITTER.http}`, ...clock },
    });
    file('member1.env', {
      ...{
        AGENT_POOL: names.pool,
        AGENT_DAC: names.dac,
        AGENT_NODE: member?.api ?? publicApi,
        AGENT_EMITTERS: EMITTER.http,
      },
      ...clock,
    });
    key('member1-signing.key', members[0]?.signingKey ?? '');
    const store = 'jetstream { store_dir: /var/lib/bppool-nats, max_memory_store: 64MB, max_file_store: 1GB }';
    writeFileSync(path.join(etc, 'nats.conf'), `server_name: one\nlisten: ${NATS}\n${store}\n`);
  }

  const text = async (url: string) => (await fetch(url).catch(() => null))?.text() ?? '';
  const metric = async (name: string) => {
    const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(await text(`${EMITTER.http}/metrics`));
    return Number(found?.[1] ?? Number.NaN);
  };
  /** The kernel's word on the first process of a service. */
  const status = async (unit: string) => machine.run('cat', `/proc/${await machine.property(unit, 'MainPID')}/status`);

  test('each starts by its unit and stays up', async () => {
    await machine.run('systemctl', 'daemon-reload');
    await machine.run('systemctl', 'start', ...UNITS);
    await until(
      'the emitter is ready',
      async () => (await fetch(`${EMITTER.http}/ready`).catch(() => null))?.ok === true,
    );
    await until('the oracle lives', async () => /live/.test(await text(`http://${ORACLE_HTTP}/live`)));
    await until('the page lives', async () => /live/.test(await text(`http://${PAGE}/live`)));
    for (const unit of UNITS) {
      const said = await machine.run('journalctl', '--no-pager', '--unit', unit, '--lines', '20');
      assert.equal(await machine.property(unit, 'ActiveState'), 'active', said);
      assert.equal(await machine.property(unit, 'NRestarts'), '0', said);
    }
  });

  test('what may write, may write its own folder alone: as a user of its own, without capabilities, behind a filter', async () => {
    const users = new Set<string>();
    for (const unit of UNITS) {
      const told = await status(unit);
      for (const rule of BOUND) assert.match(told, rule, unit);
      users.add(/^Uid:\t(\d+)/m.exec(told)?.[1] ?? '0');
    }
    assert.equal(users.size, UNITS.length);
    assert.ok(!users.has('0'));
    const files = await machine.run('find', '/var/lib/private', '-name', '*.sqlite', '-printf', '%P %m\\n');
    assert.deepEqual(files.trim().split('\n').sort(), [
      'bppool-agent/member1/agent.sqlite 600',
      'bppool-emitter/emitter1/events.sqlite 600',
      'bppool-oracle/oracle1/oracle.sqlite 600',
      'bppool-page/page.sqlite 600',
    ]);
  });

  test('under them the pool makes two windows, and the page follows', async () => {
    await chain.elect();
    await until('two windows', async () => (await metric('bppool_emitter_emitted_slots_total')) >= 24);
    // The window in which the pool gets into the schedule began before it.
    await until('a whole window', async () => (await metric('bppool_emitter_last_window_missed_slots')) === 0);
    const { columns } = JSON.parse(await text(`http://${PAGE}/api/columns`)) as {
      columns: { emitted: object | null }[];
    };
    assert.ok(columns.filter(({ emitted }) => emitted !== null).length >= 24);
  });

  test('reload is taken in stride, and a service that is killed comes back with its data', async () => {
    const pid = await machine.property('bppool-emitter@emitter1', 'MainPID');
    await machine.run('systemctl', 'reload', 'bppool-emitter@emitter1');
    assert.equal(await machine.property('bppool-emitter@emitter1', 'MainPID'), pid);
    await machine.run('systemctl', 'kill', '--signal', 'KILL', 'bppool-page');
    await until('the page again', async () => (await machine.property('bppool-page', 'NRestarts')) === '1');
    await until('what it knew', async () => /"emitted":\{/.test(await text(`http://${PAGE}/api/columns`)));
  });

  test('MemoryDenyWriteExecute= cannot be had with V8, as the units say', async () => {
    const folder = path.join(machine.root, 'etc/systemd/system/bppool-page.service.d');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'strict.conf'), '[Service]\nMemoryDenyWriteExecute=yes\nRestart=no\n');
    await machine.run('systemctl', 'daemon-reload');
    await machine.run('systemctl', 'restart', 'bppool-page');
    await until('it fails', async () => (await machine.property('bppool-page', 'ActiveState')) === 'failed');
  });

  test('each ends in order', async () => {
    const left = UNITS.filter((unit) => unit !== 'bppool-page');
    await machine.run('systemctl', 'stop', ...left);
    for (const unit of left) {
      assert.equal(await machine.property(unit, 'Result'), 'success', unit);
      assert.equal(await machine.property(unit, 'ActiveState'), 'inactive', unit);
    }
    assert.match(
      await machine.run('journalctl', '--no-pager', '--unit', 'bppool-emitter@emitter1'),
      /closed|ended|stopped/,
    );
  });
});
