import { type OnReadOpts, Socket } from 'node:net';

/** What Node keeps of a connection inside; it has no public name. */
interface Inside {
  _handle?: { readStart?: unknown } | null;
}

/**
 * A server's sockets cannot be told where to read to, only one of our own making: so it takes the connection over, as Node itself does with
 * one that it hands to another process (20 to 24 have `_handle` and the option `handle`). On a Node without them the connection stays with
 * its socket, whose chunks are copied: slower, and nothing else. `accepted` is paused, and not read from afterwards.
 */
export function takeOver(accepted: Socket, onread: OnReadOpts): Socket {
  const from = accepted as Inside;
  const handle = from._handle;
  if (typeof handle?.readStart !== 'function') return byChunks(accepted, onread);
  const taken = socketOn(handle, onread);
  if (!taken) return byChunks(accepted, onread);
  from._handle = null;
  accepted.destroy();
  return taken;
}

/** Null when this Node makes none. */
function socketOn(handle: object, onread: OnReadOpts): Socket | null {
  try {
    const made = new Socket({ handle, onread } as object);
    return (made as Inside)._handle === handle ? made : null;
  } catch {
    return null;
  }
}

/** Hands a stream's chunks on as `onread` wants them. */
function byChunks(socket: Socket, { buffer, callback }: OnReadOpts): Socket {
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !socket.destroyed; ) {
      const into = typeof buffer === 'function' ? buffer() : buffer;
      const bytes = Math.min(into.length, chunk.length - at);
      into.set(chunk.subarray(at, at + bytes));
      callback(bytes, into);
      at += bytes;
    }
  });
  return socket.resume();
}
