import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  type Command,
  commandSchema,
  type Health,
  helloSchema,
  parseAs,
  type ReceiptPage,
  receiptPageSchema,
  tokenSchema,
} from '../common/agent.ts';
import { PoolError, sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { dataLines } from './lines.ts';
import type { AgentKey } from './proof.ts';

const REQUEST_MS = 3000;
/** The emitter says something at least every second; a stream that is silent this long is dead, whatever TCP thinks. */
const SILENT_MS = 4000;
const FIRST_DELAY_MS = 200;
/** Short: as long as an emitter that was restarted has no agents, nobody can take over from a leader that fails. */
const LONGEST_DELAY_MS = 1000;
/** A session that held for so long was a good one: the emitter was restarted. */
const GOOD_MS = 5000;
/** Answers that wait for an emitter that does not take them; only the newest are of use. */
const ANSWERS_KEPT = 16;

export interface LinkParts {
  /** "http://host:port". */
  address: string;
  pool: string;
  key: AgentKey;
  logger: Logger;
  /** Of the agent's own node, in hex; rejects while that does not answer. */
  chainId(): Promise<string>;
  /** What is reported next. */
  health(): Omit<Health, 'answers'>;
  onCommand(command: Command, link: EmitterLink): void;
}

/** The connection to one emitter, kept up: session, stream of commands down, health up. Only this side ever dials. */
export class EmitterLink {
  readonly address: string;
  private readonly parts: LinkParts;
  private readonly ended = new AbortController();
  private token: string | null = null;
  private answers: Answer[] = [];
  private posting = false;
  private again = false;
  private lastSaid = '';

  constructor(parts: LinkParts) {
    this.parts = parts;
    this.address = parts.address;
  }

  get up(): boolean {
    return this.token !== null;
  }

  /** Runs until `stop`; an emitter that is away or refuses is tried again, at growing intervals. */
  async run(): Promise<void> {
    let delay = FIRST_DELAY_MS;
    while (!this.ended.signal.aborted) {
      const began = performance.now();
      try {
        await this.session();
        this.say('the emitter ended the session');
      } catch (thrown) {
        if (!this.ended.signal.aborted) this.say(sentence(thrown));
      }
      this.token = null;
      delay = performance.now() - began > GOOD_MS ? FIRST_DELAY_MS : Math.min(2 * delay, LONGEST_DELAY_MS);
      await sleep(delay, undefined, { signal: this.ended.signal }).catch(() => {});
    }
  }

  stop(): void {
    this.ended.abort();
  }

  /** Logs in once and gives the token and the member's name. Throws PoolError `emitter` with one sentence. */
  async login(): Promise<{ token: string; member: string }> {
    const { address, key, pool } = this.parts;
    const chainId = await this.parts.chainId();
    const hello = parseAs(helloSchema, await this.post('/agent/hello', '{}'));
    if (!hello) throw this.error('answers, but not as an emitter that takes agents');
    if (hello.pool !== pool) throw this.error(`works for the pool ${hello.pool}, not for ${pool}`);
    if (hello.address !== address) {
      throw this.error(
        `calls itself ${hello.address}; its operator has to set EMITTER_URL to the address that agents dial`,
      );
    }
    const { nonce } = hello;
    const signature = key.sign({ chainId, pool, nonce, address });
    const granted = parseAs(tokenSchema, await this.post('/agent/session', JSON.stringify({ nonce, signature })));
    if (!granted) throw this.error('gave no token');
    if (granted.signer !== key.signer)
      throw this.error('took the signature for that of another key: is its chain the same?');
    return granted;
  }

  /** Tells the emitter how the node is now, with what became of commands. One request at a time; the newest word counts. */
  report(answer?: Answer): void {
    if (answer) this.answers = [...this.answers, answer].slice(-ANSWERS_KEPT);
    if (this.posting) this.again = true;
    else void this.postHealth();
  }

  /** A page of this member's receipts after a sequence number; null when the emitter has none to give or is not there. */
  async receipts(after: number): Promise<ReceiptPage | null> {
    if (!this.token) return null;
    try {
      const signal = AbortSignal.any([this.ended.signal, AbortSignal.timeout(REQUEST_MS)]);
      const query = new URLSearchParams({ signer: this.parts.key.signer, after: String(after) });
      const response = await fetch(`${this.address}/receipts?${query}`, { signal });
      return response.ok ? parseAs(receiptPageSchema, await response.text()) : null;
    } catch {
      return null;
    }
  }

  private async session(): Promise<void> {
    const { token, member } = await this.login();
    const silence = new AbortController();
    const signal = AbortSignal.any([this.ended.signal, silence.signal]);
    let timer = setTimeout(() => silence.abort(), SILENT_MS);
    try {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${this.address}/agent/stream`, { headers, signal });
      if (!response.ok || !response.body) throw this.error(`refused the stream with ${response.status}`);
      this.token = token;
      this.lastSaid = '';
      this.parts.logger.info({ emitter: this.address, member }, 'session with the emitter');
      this.report();
      for await (const data of dataLines(response.body)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENT_MS);
        const command = data === null ? null : parseAs(commandSchema, data);
        if (command) this.parts.onCommand(command, this);
      }
    } catch (thrown) {
      throw silence.signal.aborted ? this.error(`was silent for ${SILENT_MS / 1000} s`) : this.explained(thrown);
    } finally {
      clearTimeout(timer);
    }
  }

  private async postHealth(): Promise<void> {
    this.posting = true;
    do {
      this.again = false;
      if (!this.token) break;
      const answers = this.answers;
      this.answers = [];
      try {
        await this.post('/agent/health', JSON.stringify({ ...this.parts.health(), answers }), this.token);
      } catch (thrown) {
        // What was not taken goes with the next report.
        if (!this.ended.signal.aborted) this.say(sentence(thrown));
        this.answers = [...answers, ...this.answers].slice(-ANSWERS_KEPT);
      }
    } while (this.again);
    this.posting = false;
  }

  private async post(path: string, body: string, token?: string): Promise<string> {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const signal = AbortSignal.any([this.ended.signal, AbortSignal.timeout(REQUEST_MS)]);
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.address + path, { method: 'POST', headers, body, signal });
      text = await response.text();
    } catch (thrown) {
      throw this.explained(thrown);
    }
    if (response.ok) return text;
    const why = /"error":"([^"]{1,300})"/.exec(text)?.[1] ?? `status ${response.status}`;
    throw this.error(`refused ${path}: ${why}`);
  }

  private explained(thrown: unknown): PoolError {
    if (thrown instanceof PoolError) return thrown;
    const why = (thrown as Error).cause ?? thrown;
    return this.error(`does not answer: ${String(why)}`);
  }

  private error(text: string): PoolError {
    return new PoolError('emitter', `the emitter ${this.address} ${text}`);
  }

  /** The same trouble is told once, not at each try. */
  private say(text: string): void {
    if (text !== this.lastSaid) this.parts.logger.warn({ emitter: this.address }, text);
    this.lastSaid = text;
  }
}
