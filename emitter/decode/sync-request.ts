import { frameOf, MESSAGE } from './message.ts';

/**
 * Asks a node for the blocks with these numbers, both included, of the branch that it is on; it sends them as signed blocks, in order and
 * before anything else. It ends the connection when it does not have one. Source: Leap v5.0.3 net_plugin.cpp,
 * `handle_message( const sync_request_message& )` and `enqueue_sync_block`.
 */
export function encodeSyncRequest(from: number, to: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32LE(from, 0);
  body.writeUInt32LE(to, 4);
  return frameOf(MESSAGE.syncRequest, body);
}
