import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { stringToName } from '../../common/name.ts';
import { slotOfTimestamp } from '../../common/slot.ts';
import type { Schedule } from '../decode/schedule.ts';
import { type HeaderState, SEVERAL_KEYS_FEATURE } from './header-tree.ts';

/** The parts of nodeos' get_block_header_state that are read (Leap; Spring serves a stub without them). */
export interface RpcHeaderState {
  id: string;
  block_num: number;
  dpos_proposed_irreversible_blocknum: number;
  dpos_irreversible_blocknum: number;
  producer_to_last_produced: [string, number][];
  producer_to_last_implied_irb: [string, number][];
  confirm_count: number[];
  activated_protocol_features?: { protocol_features: string[] };
  header: { timestamp: string; previous: string };
  blockroot_merkle?: { _active_nodes: string[]; _node_count: number };
  pending_schedule: { schedule_lib_num: number; schedule_hash: string; schedule: RpcSchedule };
  active_schedule: RpcSchedule;
}

interface RpcSchedule {
  version: number;
  producers: {
    producer_name: string;
    authority: [unknown, { threshold: number; keys: { key: string; weight: number }[] }];
  }[];
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
    pending:
      pending.schedule.producers.length > 0
        ? { schedule: schedule(pending.schedule), carrier: pending.schedule_lib_num }
        : null,
    dpos: {
      proposedIrreversible: state.dpos_proposed_irreversible_blocknum,
      irreversible: state.dpos_irreversible_blocknum,
      lastProduced: byName(state.producer_to_last_produced),
      lastImpliedIrreversible: byName(state.producer_to_last_implied_irb),
      confirmCount: Buffer.from(state.confirm_count),
    },
    severalKeys: state.activated_protocol_features?.protocol_features.includes(SEVERAL_KEYS_FEATURE) ?? null,
  };
}

function byName(pairs: [string, number][]): Map<bigint, number> {
  return new Map(pairs.map(([name, num]) => [stringToName(name), num]));
}

function schedule(rpc: RpcSchedule): Schedule {
  const producers = rpc.producers.map((producer) => ({
    name: stringToName(producer.producer_name),
    keys: keysThatSuffice(producer.authority[1]),
  }));
  return { version: rpc.version, producers };
}

/** The keys whose weight alone reaches the threshold, as in Schedule. */
function keysThatSuffice({ threshold, keys }: RpcSchedule['producers'][number]['authority'][1]): string[] {
  return keys.filter(({ weight }) => weight >= threshold).map(({ key }) => keyId(key));
}
