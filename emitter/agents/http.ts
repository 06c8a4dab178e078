import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Command, type Health, healthSchema, parseAs } from '../../common/agent.ts';
import { LIMITS } from '../limits.ts';
import type { AgentDesk, Session } from './desk.ts';

/** Agents take a stream without a sign of life for dead after four times this. */
const PING_MS = 1000;

interface Handlers {
  now(): number;
  /** A session's stream is open: commands reach the agent. */
  onOpen(session: Session): void;
  onHealth(session: Session, health: Health): void;
  onClose(session: Session): void;
}

interface Open extends Session {
  stream: ServerResponse;
}

/** Agents' side of the emitter's HTTP server, below `/agent/`. One stream a member: a newer one ends the older. */
export class AgentHttp {
  private readonly desk: AgentDesk;
  private readonly handlers: Handlers;
  /** By signer: logged in without a stream yet, and with one. A log-in alone, as a check is, disturbs nobody. */
  private readonly admitted = new Map<string, Session>();
  private readonly open = new Map<string, Open>();
  private readonly timer: NodeJS.Timeout;

  constructor(desk: AgentDesk, handlers: Handlers) {
    this.desk = desk;
    this.handlers = handlers;
    this.timer = setInterval(() => this.ping(), PING_MS);
    this.timer.unref();
  }

  /** Answers a request below `/agent/`; gives false for any other. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith('/agent/')) return false;
    const wanted = path === '/agent/stream' ? 'GET' : 'POST';
    if (request.method !== wanted) answer(response, 405, { error: `${path} takes ${wanted}` });
    else void this.route(request, response, path);
    return true;
  }

  /** Sends a command down; gives false when the member has no agent here. */
  send(signer: string, command: Command): boolean {
    const stream = this.open.get(signer)?.stream;
    if (!stream || stream.destroyed) return false;
    stream.write(`data: ${JSON.stringify(command)}\n\n`);
    if (stream.writableLength > LIMITS.agentUnsentBytes) stream.destroy();
    return !stream.destroyed;
  }

  /** Ends a member's session, if it has one. */
  end(signer: string): void {
    const open = this.open.get(signer);
    if (!open) return;
    this.open.delete(signer);
    open.stream.destroy();
    this.handlers.onClose(open);
  }

  stop(): void {
    clearInterval(this.timer);
    for (const signer of [...this.open.keys()]) this.end(signer);
  }

  private async route(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { now } = this.handlers;
    if (path === '/agent/stream') return this.stream(request, response);
    const body = await readBody(request);
    if (body === null) return answer(response, 413, { error: `a request has at most ${LIMITS.agentBodyBytes} bytes` });
    if (path === '/agent/hello') return answer(response, 200, this.desk.hello(now()));
    if (path === '/agent/session') return this.admit(response, body);
    if (path === '/agent/health') return this.health(request, response, body);
    answer(response, 404, { error: `there is no ${path} here` });
  }

  private admit(response: ServerResponse, body: string): void {
    const admission = this.desk.admit(body, this.handlers.now());
    if (!admission.ok) return answer(response, admission.status, { error: admission.error });
    const { session } = admission;
    const { token, signer, member } = session;
    this.admitted.set(signer, session);
    answer(response, 200, { token, signer, member });
  }

  private stream(request: IncomingMessage, response: ServerResponse): void {
    const session = withToken(request, this.admitted.values());
    if (!session) return answer(response, 401, { error: 'no session with this token' });
    const { signer } = session;
    this.admitted.delete(signer);
    this.end(signer);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    const open = { ...session, stream: response };
    this.open.set(signer, open);
    response.on('close', () => {
      if (this.open.get(signer) === open) this.end(signer);
    });
    this.handlers.onOpen(open);
  }

  private health(request: IncomingMessage, response: ServerResponse, body: string): void {
    const open = withToken(request, this.open.values());
    if (!open) return answer(response, 401, { error: 'no session with this token' });
    const health = parseAs(healthSchema, body);
    if (!health) return answer(response, 400, { error: 'this is no report of health' });
    const refused = this.desk.refuseHealth(open, health, this.handlers.now());
    if (refused !== null) return answer(response, 403, { error: refused });
    response.writeHead(204).end();
    this.handlers.onHealth(open, health);
  }

  private ping(): void {
    for (const { signer, stream } of [...this.open.values()]) {
      stream.write(': alive\n');
      if (stream.writableLength > LIMITS.agentUnsentBytes) this.end(signer);
    }
  }
}

function withToken<S extends Session>(request: IncomingMessage, sessions: Iterable<S>): S | undefined {
  const token = /^Bearer ([0-9a-f]{64})$/.exec(request.headers.authorization ?? '')?.[1];
  return token === undefined ? undefined : [...sessions].find((session) => session.token === token);
}

/** The whole body, or null when it is too long or was cut off. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > LIMITS.agentBodyBytes) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
