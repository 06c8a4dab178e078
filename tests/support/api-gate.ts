import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Answer {
  status: number;
  body: string;
}

/** What answers the requests: a node, or what is taken for one. */
export type Handle = (path: string, body: string) => Answer | Promise<Answer>;

/** What happens to a request. `work` has it answered; null: the connection is cut without an answer. */
export type Gate = (path: string, work: () => Answer | Promise<Answer>) => Answer | null | Promise<Answer | null>;

/** An HTTP API on loopback with a gate before it, at which a test keeps answers back, cuts connections, or ends who waits for them. */
export class ApiGate {
  gate: Gate = (_, work) => work();
  private readonly handle: Handle;
  private server: Server | null = null;
  private port = 0;

  constructor(handle: Handle) {
    this.handle = handle;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await text(request);
      const answer = await this.gate(request.url ?? '/', () => this.handle(request.url ?? '/', body));
      if (!answer) return void request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    } catch {
      // Who asked went away, or the node did not answer.
      request.socket.destroy();
    }
  }
}

/** The API of a real node. */
export function nodeAt(url: string): Handle {
  return async (path, body) => {
    const response = await fetch(url + path, { method: 'POST', body });
    return { status: response.status, body: await response.text() };
  };
}
