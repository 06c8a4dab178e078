import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { makeLogger } from '../../../common/logger.ts';
import type { Alert, Notice } from '../../../oracle/alerts/alert.ts';
import { Alerts } from '../../../oracle/alerts/alerts.ts';
import { Courier } from '../../../oracle/alerts/courier.ts';
import { bodyFor } from '../../../oracle/alerts/format.ts';
import { PER_KIND_AND_HOUR } from '../../../oracle/alerts/outbox.ts';
import { post } from '../../../oracle/alerts/post.ts';
import { type Format, parseTarget } from '../../../oracle/alerts/target.ts';
import { Journal } from '../../../oracle/window/journal.ts';
import { scratch } from '../../support/processes.ts';
import { cases, fc } from '../../support/property.ts';

const HOUR = 3_600_000;
const SENDER = { pool: 'poolbp', oracle: 'oracle1' };
const LEAK: Notice = {
  kind: 'leak',
  level: 'critical',
  title: 'a leak',
  text: 'A block <id> & more.',
  fields: { window: 7 },
};
const LOW: Notice = { kind: 'resources', level: 'warning', title: 'low on CPU', text: 'Stake.' };

/** A receiver on loopback that keeps what it got and answers as told. */
class Receiver {
  readonly got: { path: string; id: string; body: Record<string, unknown> }[] = [];
  answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const id = String(request.headers['idempotency-key']);
        this.got.push({ path: request.url ?? '', id, body: JSON.parse(text) });
        const answer = this.answers.shift();
        if (answer) return answer(request, response);
        response.end('ok');
      });
    });
  }

  async listen(t: { after(fn: () => void): void }): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      this.server.closeAllConnections();
      this.server.close();
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

/** An oracle's telling side on a journal, which can be closed and opened again. */
class Told {
  now = 1_000_000 * HOUR;
  readonly logged: string[] = [];
  alerts!: Alerts;
  courier!: Courier;
  private journal!: Journal;
  private readonly file: string;
  private readonly addresses: string[];
  private readonly format: Format | 'auto';

  constructor(file: string, addresses: string[], format: Format | 'auto' = 'auto') {
    this.file = file;
    this.addresses = addresses;
    this.format = format;
    this.open();
  }

  open(): void {
    const journal = new Journal(this.file);
    const targets = this.addresses.map((address, i) => parseTarget(address, this.format, i + 1));
    const logger = makeLogger('alerts', 'silent');
    for (const level of ['info', 'warn', 'error'] as const) {
      Object.assign(logger, { [level]: (...said: unknown[]) => this.logged.push(JSON.stringify(said)) });
    }
    const clock = { now: () => this.now };
    const { outbox } = journal;
    this.journal = journal;
    this.courier = new Courier({ outbox, targets, sender: SENDER, clock, logger });
    const atomically = (work: () => void) => journal.atomically(work);
    const ids = targets.map(({ id }) => id);
    this.alerts = new Alerts({
      outbox,
      courier: this.courier,
      targets: ids,
      oracle: 'oracle1',
      clock,
      logger,
      atomically,
    });
  }

  /** One turn, until everything that is due was tried. */
  async turn(): Promise<void> {
    this.alerts.turn();
    await this.courier.idle();
  }

  async restart(): Promise<void> {
    await this.close();
    this.open();
  }

  async close(): Promise<void> {
    await this.alerts.stop(1000);
    this.journal.close();
  }

  waiting(): number {
    return this.journal.outbox.waiting();
  }
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const journalIn = (t: { after(fn: () => void): void }) => path.join(scratch(t), 'journal.sqlite');

test('an event is told once, also when it is raised again and after a restart', async (t) => {
  const receiver = new Receiver();
  const told = new Told(journalIn(t), [await receiver.listen(t)]);
  told.alerts.tell('7', LEAK);
  told.alerts.tell('7', LEAK);
  await told.turn();
  await told.restart();
  told.alerts.tell('7', LEAK);
  told.alerts.tell('8', LEAK);
  await told.turn();
  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ['oracle1/leak/7', 'oracle1/leak/8'],
  );
  assert.equal(receiver.got[0]?.body.id, 'oracle1/leak/7');
  await told.close();
});

test('what was not taken survives a restart, is tried later and later, and arrives under the same id', async (t) => {
  const receiver = new Receiver();
  const told = new Told(journalIn(t), [await receiver.listen(t)]);
  receiver.answers = [500, 503].map((code) => (_, response) => response.writeHead(code).end());
  told.alerts.tell('7', LEAK);
  await told.turn();
  await told.restart();
  await told.turn();
  assert.equal(receiver.got.length, 1, 'not before its pause is over');
  told.now += 5000;
  await told.turn();
  told.now += 5000;
  await told.turn();
  assert.equal(receiver.got.length, 2, 'the second pause is longer');
  told.now += 5000;
  await told.turn();
  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ['oracle1/leak/7', 'oracle1/leak/7', 'oracle1/leak/7'],
  );
  assert.equal(told.waiting(), 0);
  assert.deepEqual([...told.courier.failures.values()], [1], 'of this start');
  await told.close();
});

test('a receiver that hangs or is away keeps nothing from another', async (t) => {
  const [hangs, fine] = [new Receiver(), new Receiver()];
  hangs.answers = [() => {}];
  const told = new Told(journalIn(t), [await hangs.listen(t), await nobody(), await fine.listen(t)]);
  const before = performance.now();
  told.alerts.tell('7', LEAK);
  told.alerts.tell('8', LEAK);
  assert.ok(performance.now() - before < 500, 'who tells does not wait');
  while (fine.got.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.match(
    told.logged.join(),
    /an alert did not reach json at 127\.0\.0\.1:\d+ \(address 2\): it cannot be reached \(ECONNREFUSED\)/,
  );
  await told.close();
});

test('a receiver’s own wait is kept: header or body', async (t) => {
  const receiver = new Receiver();
  const url = await receiver.listen(t);
  const say = (code: number, headers: Record<string, string>, body: string) => async () => {
    receiver.answers = [(_, response) => response.writeHead(code, headers).end(body)];
    return post(url, 'id', {});
  };
  const away = (waitMs: number | null, code = 429) => ({ as: 'away', why: `it answered ${code}`, waitMs });
  assert.deepEqual(await say(429, { 'retry-after': '30' }, '')(), away(30_000));
  assert.deepEqual(await say(429, {}, '{"message":"slow down","retry_after":0.65}')(), away(650), 'Discord');
  assert.deepEqual(await say(429, {}, '{"ok":false,"parameters":{"retry_after":14}}')(), away(14_000), 'Telegram');
  assert.deepEqual(await say(502, {}, '<html>')(), away(null, 502));
  assert.deepEqual(await say(400, {}, '')(), { as: 'refused', why: 'it answered 400' });
  const moved = await say(302, { location: 'http://elsewhere.example/' }, '')();
  assert.deepEqual(moved, { as: 'away', why: 'it answered 302, which points elsewhere', waitMs: null });
  receiver.answers = [() => {}];
  assert.deepEqual(await post(url, 'id', {}, 50), { as: 'away', why: 'no answer within 0.05 s', waitMs: null });
});

test('a message that its receiver finds wrong is given up after three tries, and the next one goes out meanwhile', async (t) => {
  const receiver = new Receiver();
  const told = new Told(journalIn(t), [await receiver.listen(t)]);
  receiver.answers = [(_, response) => response.writeHead(400).end()];
  told.alerts.tell('7', LEAK);
  told.alerts.tell('8', LEAK);
  await told.turn();
  assert.equal(told.waiting(), 1);
  for (let i = 0; i < 4; i++) {
    receiver.answers = [(_, response) => response.writeHead(422).end()];
    told.now += HOUR;
    await told.turn();
  }
  assert.deepEqual([receiver.got.length, told.waiting()], [4, 0]);
  await told.close();
});

test('what nobody took for three days is given up, and said', async (t) => {
  const told = new Told(journalIn(t), [await nobody()]);
  told.alerts.tell('7', LEAK);
  await told.turn();
  told.now += 3 * 24 * HOUR + 1;
  await told.turn();
  assert.equal(told.waiting(), 0);
  assert.match(told.logged.join(), /1 alerts are given up/);
  await told.close();
});

test('more of a kind than its hour allows go out as one, when there is room', async (t) => {
  const receiver = new Receiver();
  const told = new Told(journalIn(t), [await receiver.listen(t)]);
  for (let i = 0; i < PER_KIND_AND_HOUR + 4; i++) told.alerts.tell(String(i), { ...LEAK, title: `leak ${i}` });
  told.alerts.tell('cpu', LOW);
  await told.turn();
  assert.equal(receiver.got.length, PER_KIND_AND_HOUR + 1, 'another kind is not held back');
  await told.restart();
  told.now += HOUR;
  await told.turn();
  const last = receiver.got.at(-1)?.body as unknown as Alert;
  assert.equal(receiver.got.length, PER_KIND_AND_HOUR + 2);
  assert.deepEqual([last.kind, last.title, last.fields], ['leak', '4 more of the kind leak', { count: 4, of: 'leak' }]);
  assert.match(last.text, /The last: leak 6; leak 7; leak 8; leak 9\./);
  told.now += HOUR;
  await told.turn();
  assert.equal(receiver.got.length, PER_KIND_AND_HOUR + 2, 'once');
  await told.close();
});

test('a state is told when it begins, gets worse and ends, over restarts', async (t) => {
  const receiver = new Receiver();
  const told = new Told(journalIn(t), [await receiver.listen(t)]);
  const critical: Notice = { ...LOW, level: 'critical' };
  for (const notice of [null, LOW, LOW]) told.alerts.hold('cpu', notice);
  await told.turn();
  await told.restart();
  for (const notice of [LOW, critical, LOW, critical, null, null]) told.alerts.hold('cpu', notice);
  await told.turn();
  assert.deepEqual(
    receiver.got.map(({ body }) => body.level),
    ['warning', 'critical', 'info'],
  );
  told.now += 1;
  told.alerts.hold('cpu', LOW);
  await told.turn();
  assert.equal(receiver.got.length, 4, 'a new beginning is news');
  for (const notice of [critical, LOW, null]) told.alerts.hold('net', notice);
  await told.turn();
  const last = receiver.got.slice(4).map(({ body }) => body.level);
  assert.deepEqual(last, ['critical', 'info'], 'better is no news before it is over');
  await told.close();
});

test('the bodies are what the services document', () => {
  const alert: Alert = { ...LEAK, id: 'oracle1/leak/7', at: Date.parse('2026-11-27T01:02:03Z') };
  const body = (format: Format) => bodyFor({ format, chat: '-100' }, alert, SENDER);
  assert.deepEqual(body('json'), {
    ...{ v: 1, id: 'oracle1/leak/7', kind: 'leak', level: 'critical', title: 'a leak', text: 'A block <id> & more.' },
    ...{ fields: { window: 7 }, at: '2026-11-27T01:02:03.000Z', pool: 'poolbp', oracle: 'oracle1' },
  });
  const end = 'poolbp, told by oracle1, 2026-11-27T01:02:03 UTC';
  // https://core.telegram.org/bots/api#sendmessage: chat_id and text; without parse_mode nothing is markup.
  const text = `🔴 a leak\nA block <id> & more.\n${end}`;
  assert.deepEqual(body('telegram'), { chat_id: '-100', text, link_preview_options: { is_disabled: true } });
  // https://discord.com/developers/docs/resources/webhook#execute-webhook: content; an empty parse pings nobody.
  const content = `🔴 **a leak**\nA block <id> & more.\n${end}`;
  assert.deepEqual(body('discord'), { content, allowed_mentions: { parse: [] } });
  // https://api.slack.com/reference/surfaces/formatting#escaping
  const slack = `🔴 *a leak*\nA block &lt;id&gt; &amp; more.\n${end}`;
  assert.deepEqual(body('slack'), { text: slack, unfurl_links: false });
});

test('property: no body is longer than its service takes, and each ends in whole characters', () => {
  const most = { telegram: 4096, discord: 2000, slack: 4000 } as const;
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(...(Object.keys(most) as (keyof typeof most)[])),
      (text, format) => {
        const alert: Alert = { ...LEAK, text: text.repeat(40), id: 'x', at: 0 };
        const body = bodyFor({ format, chat: '1' }, alert, SENDER) as Record<string, string>;
        const said = body.text ?? body.content ?? '';
        assert.ok(said.length > 0 && said.length <= most[format], `${said.length}`);
        assert.doesNotMatch(said, /[\uD800-\uDBFF](?![\uDC00-\uDFFF])$/);
      },
    ),
    cases(40),
  );
});

test('the format goes by the address; what is secret in it is never said', () => {
  const format = (address: string) => parseTarget(address, 'auto', 1).format;
  assert.equal(format('https://discord.com/api/webhooks/1/secret'), 'discord');
  assert.equal(format('https://hooks.slack.com/services/T/B/secret'), 'slack');
  assert.equal(format('https://alerts.example/secret'), 'json');
  const telegram = parseTarget('https://api.telegram.org/bot1:secret/sendMessage?chat_id=-100', 'auto', 2);
  assert.deepEqual(
    [telegram.format, telegram.chat, telegram.url],
    ['telegram', '-100', 'https://api.telegram.org/bot1:secret/sendMessage'],
  );
  assert.equal(telegram.label, 'telegram at api.telegram.org (address 2)');
  assert.equal(parseTarget('http://127.0.0.1:1/', 'slack', 1).format, 'slack');
  for (const address of [
    'secret',
    'ftp://secret/',
    'https://api.telegram.org/bot1:secret/',
    'https://api.telegram.org/botsecret/sendMessage',
  ]) {
    assert.throws(
      () => parseTarget(address, 'auto', 3),
      ({ message }: Error) => /^ORACLE_WEBHOOK: address 3 /.test(message) && !message.includes('secret'),
    );
  }
});

test('no token of an address is in any log, whatever the receiver does', async (t) => {
  const receiver = new Receiver();
  const url = await receiver.listen(t);
  const told = new Told(journalIn(t), [`${url}/token-s3cret?key=s3cret`, `${await nobody()}/s3cret`]);
  receiver.answers = [400, 401, 500, 302].map(
    (code) => (_, response) => response.writeHead(code, { location: `${url}/s3cret` }).end(),
  );
  for (let i = 0; i < 8; i++) {
    told.alerts.tell(String(i), LEAK);
    await told.turn();
    told.now += HOUR;
  }
  assert.ok(told.logged.length > 5);
  assert.doesNotMatch(told.logged.join('\n'), /s3cret/);
  assert.doesNotMatch([...told.courier.failures.keys()].join(), /s3cret/);
  await told.close();
});
