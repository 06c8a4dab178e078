import { type AddressInfo, createServer, type OnReadOpts } from 'node:net';
import { PoolError } from '../../common/errors.ts';
import { LIMITS } from '../limits.ts';
import { FrameSocket } from './frame-socket.ts';
import { takeOver } from './take-over.ts';

export interface Listener {
  readonly listening: boolean;
  /** The port, also when 0 asked for any. */
  readonly port: number;
  /** Connections at once; more are closed as they come. */
  limit(sessions: number): void;
  /** Takes no new connections; those that are open stay. */
  close(): void;
}

/** Listens for members. Throws PoolError `listen` when the address cannot be had. */
export async function listen(
  host: string,
  port: number,
  onMember: (socket: FrameSocket) => void,
  sessions: number = LIMITS.sessions,
): Promise<Listener> {
  let most = sessions;
  let open = 0;
  const server = createServer({ pauseOnConnect: true }, (accepted) => {
    if (open >= most) return accepted.destroy();
    open++;
    const socket = (onread: OnReadOpts) => takeOver(accepted, onread).on('close', () => open--);
    onMember(new FrameSocket(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
      reject(new PoolError('listen', `cannot listen for members on ${host}:${port}: ${why}; set EMITTER_LISTEN`));
    });
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    get listening() {
      return server.listening;
    },
    port: actual,
    limit: (limit) => {
      most = limit;
    },
    close: () => server.close(),
  };
}
