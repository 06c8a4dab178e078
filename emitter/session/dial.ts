import { connect } from 'node:net';
import { FrameSocket } from './frame-socket.ts';

/** Opens a connection to "host:port". Frames sent before it is up are queued; a failure comes as onClose. */
export function dial(address: string, onConnect: () => void = () => {}): FrameSocket {
  const colon = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  socket.once('connect', onConnect);
  return new FrameSocket(socket);
}
