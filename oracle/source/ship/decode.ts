import { Numeric } from 'eosjs';
import { PoolError } from '../../../common/errors.ts';
import { nameToString, stringToName } from '../../../common/name.ts';
import { slotOfTimestamp } from '../../../common/slot.ts';
import type { Block } from '../source.ts';
import { type BlocksResult, decode, type Types } from './protocol.ts';

/** A `report` of the pool's contract in a block. */
export interface Sighting {
  trx: string;
  oracle: string;
  window: number;
}

interface RawBlock {
  timestamp: string;
  producer: string;
  previous: string;
  schedule_version: number;
  producer_signature: { type: number; data: Uint8Array };
  transactions: { cpu_usage_us: number }[];
}

interface RawTrace {
  id: string;
  status: number;
  action_traces: [string, { receiver: string; act: { account: string; name: string; data: Uint8Array } }][];
}

/** The `status` of a transaction that had its effect. */
const EXECUTED = 0;

/** A streamed block as all sources give it. Throws PoolError `ship` when the bytes are no block. */
export function decodeBlock(types: Types, { at, bytes }: NonNullable<BlocksResult['block']>): Block {
  const raw = decode<RawBlock>(types, 'signed_block', bytes);
  const { producer, schedule_version: scheduleVersion, transactions } = raw;
  return {
    ...at,
    previous: raw.previous.toLowerCase(),
    slot: slotOfTimestamp(raw.timestamp),
    producer,
    scheduleVersion,
    signature: Numeric.signatureToString(raw.producer_signature),
    transactions: transactions.length,
    cpuUs: transactions.reduce((sum, { cpu_usage_us }) => sum + cpu_usage_us, 0),
  };
}

/** Finds the reports among a block's traces. */
export class ReportFinder {
  private readonly dac: string;
  /** `account` and `name` of the action as they stand in its bytes. */
  private readonly mark: Buffer;

  constructor(dac: string) {
    this.dac = dac;
    this.mark = Buffer.alloc(16);
    this.mark.writeBigUInt64LE(stringToName(dac), 0);
    this.mark.writeBigUInt64LE(stringToName('report'), 8);
  }

  /** Throws PoolError `ship` when the bytes are no traces. */
  find(types: Types, traces: Uint8Array): Sighting[] {
    // Almost no block has one, and reading all traces of a busy chain takes more than everything else here.
    if (!Buffer.from(traces.buffer, traces.byteOffset, traces.byteLength).includes(this.mark)) return [];
    const list = decode<[string, RawTrace][]>(types, 'transaction_trace[]', traces);
    return list.flatMap(([, { id, status, action_traces }]) => {
      if (status !== EXECUTED) return [];
      return action_traces.flatMap(([, { receiver, act }]) => this.sighting(id.toLowerCase(), receiver, act));
    });
  }

  private sighting(trx: string, receiver: string, act: RawTrace['action_traces'][number][1]['act']): Sighting[] {
    if (receiver !== this.dac || act.account !== this.dac || act.name !== 'report') return [];
    // The action begins with the oracle's name and the window, 64 bits each.
    if (act.data.length < 16) throw new PoolError('ship', `the report in ${trx} is cut short`);
    const data = Buffer.from(act.data);
    const window = Number(data.readBigUInt64LE(8));
    return [{ trx, oracle: nameToString(data.readBigUInt64LE(0)), window }];
  }
}
