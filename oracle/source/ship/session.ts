import { WebSocket } from 'ws';
import { PoolError, sentence } from '../../../common/errors.ts';
import {
  ackRequest,
  type BlocksResult,
  blocksRequest,
  decodeResult,
  isStatus,
  type Status,
  statusRequest,
  type Types,
  typesOf,
} from './protocol.ts';

/** From dialling to the node's status. */
const BEGIN_MS = 10_000;
/** A node that follows its chain sends two blocks a second; one that says nothing for so long is taken for gone. */
const SILENT_MS = 30_000;
/** A full block with its traces, with room; the ABI is 30 kB. */
const MESSAGE_BYTES = 64 * 1024 * 1024;
/** Messages on their way that were not acknowledged: enough to catch up at full speed, and at most some MB in practice. */
const IN_FLIGHT = 16;

/** What a session asks for and gives. Anything that these throw ends it. */
export interface SessionTaker {
  /** Which blocks to stream, when the node's status is known. */
  begin(status: Status): Promise<{ start: number; traces: boolean }>;
  /** Each message in order; it is acknowledged when this has returned. */
  take(types: Types, result: BlocksResult): void;
}

/** One connection to a state history, from dialling to its end. */
export class ShipSession {
  /** Resolves with a sentence when the connection is over, whoever ended it; never rejects. */
  readonly ended: Promise<string>;
  private readonly socket: WebSocket;
  private readonly taker: SessionTaker;
  private types: Types | null = null;
  private timer: NodeJS.Timeout;
  private finish: (why: string) => void = () => {};

  constructor(url: string, taker: SessionTaker) {
    this.taker = taker;
    this.ended = new Promise((resolve) => {
      this.finish = resolve;
    });
    // nodeos answers no offer of compression, and over a short way it costs more than it saves.
    this.socket = new WebSocket(url, {
      maxPayload: MESSAGE_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: BEGIN_MS,
    });
    this.timer = setTimeout(() => this.end(`it did not begin within ${BEGIN_MS / 1000} s`), BEGIN_MS);
    this.socket.on('message', (data: Buffer, isBinary) => this.receive(data, isBinary));
    this.socket.on('error', ({ message }) => this.end(message));
    this.socket.on('close', () => this.end('the node closed the connection'));
  }

  end(why: string): void {
    clearTimeout(this.timer);
    this.finish(why);
    this.socket.removeAllListeners('message');
    this.socket.terminate();
  }

  private receive(data: Buffer, isBinary: boolean): void {
    this.receiveOrThrow(data, isBinary).catch((thrown) => this.end(sentence(thrown)));
  }

  private async receiveOrThrow(data: Buffer, isBinary: boolean): Promise<void> {
    if (!this.types) {
      if (isBinary) throw new PoolError('ship', 'the first message is not the ABI of a state history');
      this.types = typesOf(data.toString('utf8'));
      this.socket.send(statusRequest(this.types));
      return;
    }
    const result = decodeResult(this.types, data);
    if (isStatus(result)) {
      const { start, traces } = await this.taker.begin(result);
      this.socket.send(blocksRequest(this.types, start, IN_FLIGHT, traces));
    } else {
      this.taker.take(this.types, result);
      this.socket.send(ackRequest(this.types, 1));
    }
    this.waitAgain();
  }

  private waitAgain(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.end(`it was silent for ${SILENT_MS / 1000} s`), SILENT_MS);
  }
}
