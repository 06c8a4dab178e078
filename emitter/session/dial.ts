import { connect } from 'node:net';
import { splitAddress } from '../../common/address.ts';
import { FrameSocket } from './frame-socket.ts';

/** Opens a connection to "host:port". Frames sent before it is up are queued; a failure comes as onClose. */
export function dial(address: string, onConnect: () => void = () => {}): FrameSocket {
  return new FrameSocket((onread) => connect({ ...splitAddress(address), onread }, onConnect));
}
