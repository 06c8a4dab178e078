import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';

/** How it answers a subscription. */
export type Answer = 'OK' | 'refuse' | 'offline' | 'silent';

export interface FakeAction {
  num: number;
  trx: string;
  ordinal?: number;
  dac?: string;
  name?: string;
}

/**
 * A Hyperion that is none: a real one needs Elasticsearch, RabbitMQ, Redis and an indexer, and does none of its faults on demand. It speaks
 * the stream's protocol (socket.io at /stream; events, names and answers as the API's source has them), is fed by the test, from a
 * real nodeos' state history or by hand, and does wrong what it is told to.
 */
export class FakeHyperion {
  readonly url: string;
  /** Subscriptions that came, refused ones included. */
  subscriptions = 0;
  answer: Answer = 'OK';
  private readonly http: HttpServer;
  private readonly io: Server;
  private readonly subscribed = new Set<Socket>();

  private constructor(http: HttpServer, io: Server) {
    this.http = http;
    this.io = io;
    this.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    io.on('connection', (socket) => this.welcome(socket));
  }

  static async listen(port = 0): Promise<FakeHyperion> {
    const http = createServer();
    const io = new Server(http, { path: '/stream', transports: ['websocket'] });
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    return new FakeHyperion(http, io);
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  get clients(): number {
    return this.io.sockets.sockets.size;
  }

  /** An action to all who subscribed, as the relay passes it on. */
  action({ num, trx, ordinal = 1, dac = 'pooldac', name = 'report' }: FakeAction): void {
    const act = { account: dac, name, authorization: [], data: {} };
    const trace = { block_num: num, trx_id: trx, action_ordinal: ordinal, global_sequence: 1, act, '@report': {} };
    this.message(JSON.stringify(trace));
  }

  /** Any text in the place of an action's JSON. */
  message(message: string): void {
    for (const socket of this.subscribed) socket.emit('message', { type: 'action_trace', mode: 'live', message });
  }

  lib(num: number, id: string): void {
    this.io.emit('lib_update', { chain_id: '', block_num: num, block_id: id });
  }

  /** As the API tells of a fork: which blocks are gone, and nothing of what it had sent of them. */
  fork(from: number, to: number, id: string): void {
    this.io.emit('fork_event', { chain_id: '', starting_block: from, ending_block: to, new_id: id });
  }

  /** The indexer behind the API goes away, or comes back. */
  relay(status: 'relay_down' | 'relay_restored'): void {
    this.io.emit('status', status);
  }

  /** Cuts all connections, without a word, as a proxy does that restarts. */
  cut(): void {
    for (const socket of this.io.sockets.sockets.values()) socket.conn.close();
  }

  async close(): Promise<void> {
    await this.io.close();
    this.http.closeAllConnections();
  }

  private welcome(socket: Socket): void {
    socket.on('disconnect', () => this.subscribed.delete(socket));
    socket.on('action_stream_request', (_request: unknown, callback: (answer: unknown) => void) => {
      this.subscriptions++;
      if (this.answer === 'silent') return;
      if (this.answer === 'offline') return callback('STREAMING_OFFLINE');
      if (this.answer === 'refuse') return callback({ status: 'ERROR', message: 'invalid request' });
      this.subscribed.add(socket);
      callback({ status: 'OK', reqUUID: 'fake', currentBlockNum: 1 });
    });
  }
}
