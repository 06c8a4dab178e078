import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { stringToName } from '../../common/name.ts';
import { slotOfTimestamp } from '../../common/slot.ts';
import type { Schedule } from '../decode/schedule.ts';
import type { HeaderState } from './header-tree.ts';

/** The parts of nodeos' get_block_header_state that are read (Leap; Spring serves a stub without them). */
export interface RpcHeaderState {
  id: string;
  block_num: number;
  header: { timestamp: string; previous: string };
  blockroot_merkle?: { _active_nodes: string[]; _node_count: number };
  pending_schedule: { schedule_hash: string; schedule: RpcSchedule };
  active_schedule: RpcSchedule;
}

interface RpcSchedule {
  version: number;
  producers: { producer_name: string; authority: [unknown, { keys: { key: string }[] }] }[];
}

/**
 * Reads the header state of a reversible block from the relay node, so that signatures of its descendants can be
 * checked from bytes alone. Throws PoolError `seed` when the node serves no merkle state.
 */
export async function readHeaderState(relay: ChainClient, numberOrId: number | string): Promise<HeaderState> {
  const body = { block_num_or_id: numberOrId };
  const state = await relay.post<RpcHeaderState>('/v1/chain/get_block_header_state', body);
  return fromRpc(state, relay.url);
}

export function fromRpc(state: RpcHeaderState, url: string): HeaderState {
  if (!state.blockroot_merkle) {
    const why = 'its get_block_header_state has no blockroot_merkle';
    throw new PoolError('seed', `the relay node ${url} cannot seed the emitter: ${why}; run a Leap 4 or 5 relay node`);
  }
  const { pending_schedule: pending } = state;
  return {
    id: state.id,
    num: state.block_num,
    slot: slotOfTimestamp(state.header.timestamp),
    previous: state.header.previous,
    merkle: {
      nodes: state.blockroot_merkle._active_nodes.map((hex) => Buffer.from(hex, 'hex')),
      count: Number(state.blockroot_merkle._node_count),
    },
    scheduleHash: Buffer.from(pending.schedule_hash, 'hex'),
    active: schedule(state.active_schedule),
    pending: pending.schedule.producers.length > 0 ? schedule(pending.schedule) : null,
  };
}

function schedule(rpc: RpcSchedule): Schedule {
  const producers = rpc.producers.map((producer) => ({
    name: stringToName(producer.producer_name),
    keys: producer.authority[1].keys.map(({ key }) => keyId(key)),
  }));
  return { version: rpc.version, producers };
}
