import { dial } from '../../emitter/session/dial.ts';
import type { FrameSocket } from '../../emitter/session/frame-socket.ts';
import { listen } from '../../emitter/session/listen.ts';

/**
 * `node bench/relay/whole.ts PORT TARGET`, started by the benchmark: a relay that sends on whole frames, with the emitter's own
 * sockets, and looks at nothing: what is left of the emitter's time without verification and decision.
 */
const [port, target] = process.argv.slice(2).map(Number) as [number, number];

await listen('127.0.0.1', port, (socket) => {
  const onward = dial(`127.0.0.1:${target}`);
  join(socket, onward);
  join(onward, socket);
});
process.send?.('listening');

function join(from: FrameSocket, to: FrameSocket): void {
  from.onFrame = (frame) => to.send(frame);
  from.onClose = () => to.close('end');
}
