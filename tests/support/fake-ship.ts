import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Numeric, Serialize } from 'eosjs';
import { type WebSocket, WebSocketServer } from 'ws';
import { slotTime } from '../../common/slot.ts';
import { typesOf } from '../../oracle/source/ship/protocol.ts';
import type { Block } from '../../oracle/source/source.ts';

/** As a nodeos of Leap 4.1 sends it. */
export const SHIP_ABI = readFileSync(path.join(import.meta.dirname, '../vectors/ship-abi.json'), 'utf8');
export const CHAIN_ID = 'c'.repeat(64);
/** Well-formed, of nobody: who signed is not asked here. */
export const SIGNATURE = Numeric.signatureToString({ type: Numeric.KeyType.k1, data: new Uint8Array(65).fill(1) });

const ZEROS = '0'.repeat(64);
const encoding = { textEncoder: new TextEncoder(), textDecoder: new TextDecoder() };
const types = typesOf(SHIP_ABI);

function pack(type: string, value: unknown): Uint8Array {
  const buffer = new Serialize.SerialBuffer(encoding);
  Serialize.getType(types, type).serialize(buffer, value);
  return buffer.asUint8Array();
}

/** A block of a fake chain: `fork` tells those of one number apart. */
export function fakeBlock(num: number, previous: string, { slot = num, fork = 0, producer = 'alpha' } = {}): Block {
  const id = num.toString(16).padStart(8, '0') + fork.toString(16).padStart(56, '0');
  return { num, id, previous, slot, producer, scheduleVersion: 7, signature: SIGNATURE, transactions: 0, cpuUs: 0 };
}

/** Blocks from one number to another, each on top of the one before. */
export function fakeBlocks(from: number, to: number, previous: string, more: { fork?: number } = {}): Block[] {
  const blocks: Block[] = [];
  for (let num = from; num <= to; num++) blocks.push(fakeBlock(num, blocks.at(-1)?.id ?? previous, more));
  return blocks;
}

/** What a node would send of a block. */
export function blockMessage(block: Block, irreversible: { num: number; id: string }, traces?: Uint8Array): Uint8Array {
  const header = {
    timestamp: new Date(slotTime(block.slot)).toISOString().slice(0, -1),
    producer: block.producer,
    confirmed: 0,
    previous: block.previous,
    transaction_mroot: ZEROS,
    action_mroot: ZEROS,
    schedule_version: block.scheduleVersion,
    new_producers: null,
    header_extensions: [],
  };
  const transactions = Array.from({ length: block.transactions }, (_, i) => {
    const cpu = i === 0 ? block.cpuUs : 0;
    return { status: 0, cpu_usage_us: cpu, net_usage_words: 1, trx: ['transaction_id', ZEROS] };
  });
  const rest = { producer_signature: block.signature, transactions, block_extensions: [] };
  const position = ({ num, id }: { num: number; id: string }) => ({ block_num: num, block_id: id });
  const result = {
    head: position(block),
    last_irreversible: position(irreversible),
    this_block: position(block),
    prev_block: { block_num: block.num - 1, block_id: block.previous },
    block: pack('signed_block', { ...header, ...rest }),
    traces: traces ?? null,
    deltas: null,
  };
  return pack('result', ['get_blocks_result_v0', result]);
}

export interface FakeAct {
  receiver: string;
  account: string;
  name: string;
  /** Of the action, 16 bytes and more for a report. */
  data: Uint8Array;
}

/** Traces of transactions, each with a list of actions. */
export function tracesMessage(list: { trx: string; failed?: boolean; acts: FakeAct[] }[]): Uint8Array {
  const none = { except: null, error_code: null };
  const traces = list.map(({ trx, failed = false, acts }) => {
    const action_traces = acts.map(({ receiver, account, name, data }, i) => {
      const act = { account, name, authorization: [], data };
      const more = {
        receipt: null,
        context_free: false,
        elapsed: 0,
        console: '',
        account_ram_deltas: [],
        return_value: '',
      };
      return ['action_trace_v1', { action_ordinal: i + 1, creator_action_ordinal: 0, receiver, act, ...more, ...none }];
    });
    const usage = { cpu_usage_us: 100, net_usage_words: 1, elapsed: 0, net_usage: 8, scheduled: false };
    const rest = { account_ram_delta: null, failed_dtrx_trace: null, partial: null };
    return ['transaction_trace_v0', { id: trx, status: failed ? 1 : 0, ...usage, action_traces, ...rest, ...none }];
  });
  return pack('transaction_trace[]', traces);
}

/** A state history whose messages the test makes; it counts what it was asked, and sends no more than was acknowledged. */
export class FakeShip {
  readonly url: string;
  /** Start blocks of the streams that were asked for. */
  readonly starts: number[] = [];
  acks = 0;
  /** Messages that were sent ahead of acknowledgements, at the most. */
  mostInFlight = 0;
  abi: string | Buffer = SHIP_ABI;
  chainId = CHAIN_ID;
  irreversible = { num: 1, id: ZEROS };
  /** Answers nothing at all. */
  silent = false;
  private readonly server: WebSocketServer;
  private client: WebSocket | null = null;
  private queue: (Uint8Array | string)[] = [];
  private inFlight = 0;
  private window = 0;

  private constructor(server: WebSocketServer) {
    this.server = server;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => this.welcome(socket));
  }

  static async listen(): Promise<FakeShip> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => server.once('listening', resolve));
    return new FakeShip(server);
  }

  get connected(): boolean {
    return this.client !== null && this.window > 0;
  }

  send(...messages: (Uint8Array | string)[]): void {
    this.queue.push(...messages);
    this.flush();
  }

  cut(): void {
    this.client?.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private welcome(socket: WebSocket): void {
    this.client = socket;
    this.queue = [];
    this.inFlight = 0;
    this.window = 0;
    socket.on('close', () => {
      if (this.client === socket) this.client = null;
    });
    socket.on('message', (data: Buffer) => this.answer(socket, data));
    if (!this.silent) socket.send(this.abi);
  }

  private answer(socket: WebSocket, data: Buffer): void {
    const buffer = new Serialize.SerialBuffer({ ...encoding, array: data });
    const [kind, value] = Serialize.getType(types, 'request').deserialize(buffer) as [string, Record<string, number>];
    if (kind === 'get_status_request_v0') {
      const { num, id } = this.irreversible;
      const at = { block_num: num, block_id: id };
      const none = { chain_state_begin_block: 0, chain_state_end_block: 0, chain_id: this.chainId };
      const status = { head: at, last_irreversible: at, trace_begin_block: 2, trace_end_block: num + 1, ...none };
      socket.send(pack('result', ['get_status_result_v0', status]));
    } else if (kind === 'get_blocks_request_v0') {
      this.starts.push(value.start_block_num as number);
      this.window = value.max_messages_in_flight as number;
      this.flush();
    } else {
      this.acks += value.num_messages as number;
      this.inFlight -= value.num_messages as number;
      this.flush();
    }
  }

  private flush(): void {
    while (this.client && this.inFlight < this.window && this.queue.length > 0) {
      this.client.send(this.queue.shift() as Uint8Array);
      this.inFlight++;
      this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    }
  }
}
