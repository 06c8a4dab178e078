import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Command, CommanderError } from 'commander';
import { ReceiptStore } from '../../../agent/receipts.ts';
import { caseCommand } from '../../../cli/commands/case.ts';
import { disputeCommand } from '../../../cli/commands/dispute.ts';
import { reportCommand } from '../../../cli/commands/report.ts';
import { listed } from '../../../cli/oracle/log-files.ts';
import { remedies } from '../../../cli/oracle/remedies.ts';
import { ChainClient } from '../../../common/chain.ts';
import { PoolError } from '../../../common/errors.ts';
import { keyText } from '../../../common/keys.ts';
import { firstSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { type DryRun, reportOf } from '../../../oracle/dry-run.ts';
import { evidenceHash, parseEvidence } from '../../../oracle/evidence/document.ts';
import { reportHash } from '../../../oracle/report/hash.ts';
import type { ReportData } from '../../../oracle/source/chain.ts';
import { NodeChain } from '../../../oracle/source/node-chain.ts';
import { bookRow, configRow, NEVER, seatRow, stateRow } from '../../support/fake-pool.ts';
import {
  blockId,
  CHAIN,
  goodWindow,
  logKey,
  MEMBERS,
  otherLogKey,
  POOL,
  records,
  signedRoot,
  signer,
  WINDOW,
} from '../oracle/support/events.ts';
import { TestLog } from '../oracle/support/pool.ts';
import { bundleOf, receipt } from '../oracle/support/receipts.ts';
import { fakeNode } from './support/fake-node.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'disputes-test-'));
const MAIN = path.join(import.meta.dirname, '../../../cli/main.ts');
const at = (name: string) => path.join(dir, name);

/** Two emitters, of which the second leaves eve out, though it gave receipts; one oracle reads the second alone, and the window was settled with that. */
const start = {
  type: 'start',
  at: 1,
  pool: POOL,
  dac: 'pooldac',
  chain: CHAIN,
  software: 'test',
  strategies: {},
  config: {},
} as const;
const without = (name: string) => goodWindow(WINDOW).filter((event) => !('member' in event && event.member === name));
for (const [file, key, events] of [
  ['one.sqlite', logKey, goodWindow(WINDOW)],
  ['two.sqlite', otherLogKey, without('eve')],
] as const) {
  const log = new TestLog(at(file), key);
  log.append(null, [{ ...start, logKey: key.id }]);
  log.append(WINDOW, events, null);
  log.store.append([{ window: WINDOW, event: signedRoot(WINDOW, log.store.window(WINDOW), key) }]);
  log.store.close();
}
const FROM = firstSlot(WINDOW - 1);
const blocks = Array.from({ length: 60 }, (_, i) => {
  const slot = FROM + i;
  const producer = windowOf(slot) === WINDOW ? POOL : 'bp';
  const timestamp = new Date(slotTime(slot)).toISOString().slice(0, 23);
  return { block_num: i + 1, id: blockId(slot), timestamp, producer, transactions: [] as object[] };
});
const config = configRow({ producer: POOL, deadline: 86_400, dispute: 259_200 });
const state = stateRow({
  harvested: 0,
  last_window: WINDOW,
  closing_through: 0,
  closing_settled_at: NEVER,
  closed_through: 0,
});
const stopped = { stopper: '', stopper_at: NEVER };
const node = await fakeNode(CHAIN, blocks, {
  config: [config],
  state: [state],
  seats: MEMBERS.map((account, index) => seatRow(account, index, { since: 0 })),
  keys: MEMBERS.map((account) => ({ account, key: keyText(signer(account)) })),
  emitters: [logKey, otherLogKey].map(({ id }, i) => ({
    ...{ account: `emitter${i + 1}`, key: keyText(id), endpoints: '', ...stopped },
  })),
  arbitrators: [{ account: 'judge1', ...stopped }],
  books: [bookRow()],
  deposits: [{ account: 'eve', free: 0, cases: 0 }],
});
after(() => {
  node.close();
  rmSync(dir, { recursive: true, force: true });
});

const asked: DryRun = {
  api: node.url,
  dac: 'pooldac',
  pool: POOL,
  permission: 'report',
  oracle: 'oracle2',
  window: WINDOW,
  eventLog: at('two.sqlite'),
};
const chain = new NodeChain(new ChainClient(node.url), { dac: 'pooldac', account: '', permission: '' });
const settledWith = await reportOf(chain, asked);
const onChain = blocks[40];
assert.ok(onChain);
const report = (data: ReportData) => ({ account: 'pooldac', name: 'report', data });
onChain.transactions.push({
  status: 'executed',
  trx: { id: 'ee'.repeat(32), transaction: { actions: [report(settledWith)] } },
});
const { hash, time } = { hash: reportHash(settledWith), time: onChain.timestamp.slice(0, 19) };
const windowRow = {
  window: WINDOW,
  hash,
  log_root: settledWith.log_root,
  settled: time,
  reports: 2,
  voided: 0,
  eligible: settledWith.eligible,
};
node.tables.windows = [windowRow];

const receipts = Array.from({ length: 12 }, (_, k) => [
  receipt(k, 'eve'),
  receipt(k, 'eve', { key: otherLogKey }),
]).flat();
writeFileSync(at('eve.json'), bundleOf('eve', receipts));
writeFileSync(
  at('ann.json'),
  bundleOf(
    'ann',
    Array.from({ length: 12 }, (_, k) => receipt(k, 'ann')),
  ),
);
const both = `${at('one.sqlite')},${at('two.sqlite')}`;

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function pool(...args: string[]): Promise<Ended> {
  const asIs = args.includes('--api') ? [] : ['--api', node.url];
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args, ...asIs], { cwd: dir }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

test('report --explain: from which log the other report follows, and the first metric and event that differ', async () => {
  const { code, stdout } = await pool('report', '--window', String(WINDOW), '--log', both, '--explain', '--dry-run');
  assert.equal(code, 0);
  assert.match(stdout, /eve +c{12} +12 +0 +12 .* yes/);
  assert.match(stdout, /cleos -u http:\S+ push action pooldac report '\{"oracle":"oracle1","window":137000000,/);
  assert.ok(stdout.includes(`window ${WINDOW} is settled, by report, with ${hash}; this report is`));
  assert.match(stdout, /oracle2's report \w+ \(block 41\) differs, first in "differing": nothing there, 12 here/);
  assert.match(stdout, /\nit follows from \S+two\.sqlite\n/);
  assert.match(
    stdout,
    /first event that differs: slot 0: the valid candidate \w+ of eve is in \S+one\.sqlite \(record \d+\) and not in \S+two\.sqlite/,
  );
});

test('report --explain: a report that its own logs do not bear out is wrong, and of one that was made from others that is said', async () => {
  const lie = { ...settledWith, eligible: '01' };
  onChain.transactions.push(
    {
      status: 'executed',
      trx: { id: 'aa'.repeat(32), transaction: { actions: [report({ ...lie, oracle: 'liar' })] } },
    },
    {
      status: 'executed',
      trx: {
        id: 'ab'.repeat(32),
        transaction: { actions: [report({ ...lie, oracle: 'far', log_root: 'cc'.repeat(32) })] },
      },
    },
  );
  try {
    const { stdout } = await pool('report', '--window', String(WINDOW), '--log', both, '--explain');
    assert.match(
      stdout,
      /liar's report .*\nit names \S+two\.sqlite as its logs, and does not follow from them: it is wrong/,
    );
    assert.match(stdout, /far's report .*\nit was made from logs that are not all here: give them with --log/);
    const single = await pool('report', '--window', String(WINDOW), '--log', at('two.sqlite'), '--explain');
    assert.match(single.stdout, /oracle2's report \w+ \(block 41\) is the same/);
  } finally {
    onChain.transactions.splice(1);
  }
});

test('dispute: the report is wrong for a member, which log lies, and what the contract offers', async () => {
  const out = at('out');
  const args = ['--window', String(WINDOW), '--receipts', at('eve.json'), '--log', both, '--out', out];
  const { code, stdout, stderr } = await pool('dispute', ...args);
  assert.equal(code, 3);
  assert.match(stderr, /gives eve 0 of 12 slots and no share; its receipts are for 12 slots .* and 6 earn the share/);
  assert.match(stderr, /The report is WRONG for eve by at least 12 slots, and that costs it the share\./);
  assert.match(stderr, /one\.sqlite, the log of emitter1, has 12 of the 12 candidates of eve\./);
  assert.match(
    stderr,
    /two\.sqlite, the log of emitter2, has 0 of the 12 candidates of eve, though its emitter signed receipts/,
  );
  const found = readdirSync(out).sort();
  assert.equal(found.length, 2);
  const [disputed, omission] = found.map((name) => path.join(out, name));
  const document = parseEvidence(readFileSync(disputed ?? '', 'utf8'));
  const digest = evidenceHash(document);
  assert.ok(
    stdout.includes(
      `push action pooldac propsettle '{"proposer":"eve","window":137000000,"eligible":"07","metrics_hash":"${digest}"`,
    ),
    stdout,
  );
  const open = (...more: string[]) => pool('case', 'open', '--evidence', omission ?? '', '--as', 'eve', ...more);
  const alone = await open();
  assert.deepEqual([alone.code, alone.stdout], [1, '']);
  assert.match(
    alone.stderr,
    /shows with the log: give it with --log[\s\S]*against nobody by itself: name the respondent with --against/,
  );
  const shown = await open('--log', at('two.sqlite'));
  assert.equal(shown.code, 0);
  assert.match(shown.stderr, /has none of them: one of the two is a lie, and this is against emitter2/);
  assert.match((await open('--log', at('one.sqlite'))).stderr, /no log that was given has this root/);
  const hashOf = evidenceHash(parseEvidence(readFileSync(omission ?? '', 'utf8')));
  assert.ok(
    shown.stdout.includes(
      `push action pooldac opencase '{"claimant":"eve","respondent":"emitter2","order":0,"window":137000000,"evidence":"${hashOf}"}' -p eve@active`,
    ),
  );
  const itself = await pool('case', 'open', '--evidence', disputed ?? '', '--as', 'eve', '--against', 'oracle2');
  assert.match(
    itself.stderr,
    /eve has receipts for 12 slots of window 137000000 in time, and holds them against the report of oracle2 in block 41/,
  );
  assert.match(itself.stdout, /"respondent":"oracle2"/);
});

test('dispute: a report that is right for a member says so, from the agent’s own file as well', async () => {
  const right = await pool('dispute', '--window', String(WINDOW), '--receipts', at('ann.json'));
  assert.deepEqual([right.code, right.stdout], [0, '']);
  assert.match(
    right.stderr,
    /gives ann 12 of 12 slots and its share.* The report is right for ann by these receipts\./,
  );
  const store = new ReceiptStore(at('agent.sqlite'));
  const kept = [receipt(0, 'ann'), receipt(1, 'ann', { identity: { chain: CHAIN, pool: 'otherpool' } })];
  store.keep('http://one', { receipts: kept, after: 2 });
  store.close();
  const file = await pool('dispute', '--window', String(WINDOW));
  assert.equal(file.code, 0);
  assert.match(file.stderr, /1 receipts prove nothing, the first: slot \d+: its signature is not by/);
  assert.match(file.stderr, /its receipts are for 1 slots \(0\)/);
});

test('dispute: what can be done depends on where the window stands', async () => {
  const place = {
    api: node.url,
    dac: 'pooldac',
    window: WINDOW,
    member: 'eve',
    index: 2,
    eligible: '03',
    evidence: 'ab'.repeat(32),
  };
  const [is, filed] = [await chain.config(), await chain.settled(WINDOW)];
  const END = slotTime(firstSlot(WINDOW + 1));
  const said = (settled: typeof filed, change = {}, now = END + 1000) =>
    remedies(place, settled, { ...is, ...change }, now);
  assert.match(
    said(filed, { closedThrough: WINDOW }).says,
    /Its epoch is closed, so the window stays as it is; \.\/pool case open/,
  );
  const cut = { closingThrough: WINDOW, closingSettledAt: END };
  assert.match(said(filed, cut, END + 259_201_000).says, /the time to dispute it is over/);
  assert.equal(said(filed, cut, END + 259_199_000).lines.length, 1);
  assert.match(said(null).says, /not settled: hand the receipts to the oracles .* who can report it anew for 86399 s/);
  assert.equal(said(null, {}, END + 86_401_000).lines.length, 1, 'then it is the members’ to decide');
  assert.match(said(null, { pausedUntil: END + 86_401_000 }, END + 86_401_000).says, /for 86400 s/);
  assert.ok(filed);
  assert.match(said({ ...filed, by: 'void' }).says, /is void: nobody has a share/);
  assert.match(said(filed).lines.join(), /propsettle '\{"proposer":"eve","window":137000000,"eligible":"07"/);
});

test('bad input is refused with one sentence', async () => {
  writeFileSync(at('bad.json'), '{"v":1}\n');
  writeFileSync(at('no.json'), 'nothing');
  const full = readFileSync(at('one.sqlite'));
  writeFileSync(at('none.txt'), full.subarray(0, 100));
  const evidence = ['case', 'open', '--as', 'eve', '--evidence'];
  const window = String(WINDOW);
  const table: [string[], RegExp][] = [
    [[...evidence, at('missing.json')], /the evidence \S+missing\.json cannot be read: ENOENT/],
    [[...evidence, at('bad.json')], /bad\.json: this is no evidence of a form that is known here/],
    [[...evidence, at('no.json')], /no\.json: this is no JSON/],
    [[...evidence, at('bad.json'), '--as', 'ALICE'], /It takes an account name/],
    [['dispute', '--window', window, '--receipts', at('nowhere')], /the receipts \S+nowhere cannot be read: ENOENT/],
    [
      ['dispute', '--window', window, '--receipts', at('no.json')],
      /there are no receipts for window 137000000 in \S+ that prove something/,
    ],
    [
      ['dispute', '--window', String(WINDOW + 1), '--receipts', at('eve.json')],
      /there are no receipts for window 137000001/,
    ],
    [['dispute', '--window', 'x'], /It takes a whole number from 1/],
    [['report', '--window', window, '--log', at('gone.sqlite')], /there is no event log at \S+gone\.sqlite/],
    [['report', '--window', String(WINDOW + 1), '--log', both], /window 137000001 is not closed in the event log/],
    [['report', '--window', window, '--log', at('none.txt')], /is not an event log that can be read/],
    [
      ['report', '--window', window, '--log', both, '--api', 'http://127.0.0.1:1'],
      /no answer from http:\/\/127\.0\.0\.1:1/,
    ],
    [['report'], /required option '--window <id>' not specified/],
  ];
  for (const [args, expected] of table) {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    for (const command of [reportCommand(), disputeCommand(), caseCommand()]) program.addCommand(command);
    for (const command of program.commands)
      for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: () => {} });
    const asIs = args.includes('--api') ? [] : ['--api', node.url];
    const refused = program.parseAsync([...args, ...asIs], { from: 'user' });
    await assert.rejects(refused, (thrown: Error) => {
      assert.ok(thrown instanceof PoolError || thrown instanceof CommanderError, String(thrown.stack));
      assert.match(thrown.message, expected);
      return true;
    });
  }
});

test('a list of logs: files and clusters, whose servers have commas between them too', () => {
  assert.deepEqual(listed('a.sqlite, b.sqlite,'), ['a.sqlite', 'b.sqlite']);
  const nats = 'nats://h1:4222,h2:4222/poolbp/emitter1';
  assert.deepEqual(listed(`a.sqlite,${nats},${nats}`), ['a.sqlite', nats, nats]);
  assert.equal(records(WINDOW, goodWindow(WINDOW)).length, 61);
});
