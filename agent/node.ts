import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeState } from '../common/agent.ts';
import { readBody } from '../common/bounded-fetch.ts';
import type { ChainInfo } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';
import { keyId } from '../common/keys.ts';
import { chainTime } from '../common/tables.ts';

/** A node that is busy with a full block answers later than this only when something is wrong. */
const ANSWER_MS = 1000;
/** Rows of all emitters at most; what else is asked for is some hundred bytes. */
const ANSWER_BYTES = 1024 ** 2;
/** How often a node is asked for its head while a command waits for a block. */
const HEAD_POLL_MS = 5;
/** Of rows read: the contract has fewer. */
const MOST_EMITTERS = 1000;

export interface NodeView {
  state: NodeState;
  headNum: number;
  headProducer: string;
  headId: string | null;
  /** ms since 1970. */
  headTime: number;
}

/** The member's own nodeos: its head, and the producer API that pauses and resumes block production. */
export class LocalNode {
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/$/, '');
  }

  info(): Promise<ChainInfo> {
    return this.post<ChainInfo>('/v1/chain/get_info');
  }

  /** Log keys of the emitters that a pool's contract names, "type:hex". Throws PoolError `node`. */
  async emitterKeys(dac: string): Promise<string[]> {
    const body = { code: dac, scope: dac, table: 'emitters', json: true, limit: MOST_EMITTERS };
    const { rows } = await this.post<{ rows: { key: string }[] }>('/v1/chain/get_table_rows', body);
    return rows.map(({ key }) => keyId(key));
  }

  /** Whether it makes no blocks. Throws PoolError `node`, which says when it has no producer API. */
  paused(): Promise<boolean> {
    return this.post<boolean>('/v1/producer/paused');
  }

  /** What the node does now. A node that does not answer is a state, not an error. */
  async look(last: NodeView): Promise<NodeView> {
    try {
      const [info, paused] = await Promise.all([this.info(), this.paused()]);
      const { head_block_num: headNum, head_block_id: headId, head_block_time } = info;
      const headProducer = info.head_block_producer;
      return {
        state: paused ? 'paused' : 'producing',
        headNum,
        headProducer,
        headId,
        headTime: chainTime(head_block_time),
      };
    } catch {
      return { ...last, state: 'unreachable' };
    }
  }

  /** Production stops; a block that is being made is still finished. Throws PoolError `node`. */
  async pause(): Promise<void> {
    await this.post('/v1/producer/pause');
  }

  /** Production goes on with the next slot. Throws PoolError `node`. */
  async resume(): Promise<void> {
    await this.post('/v1/producer/resume');
  }

  /** Waits until the node's head is a block or above it, for as long as `goOn` says. Gives whether it is. */
  async untilHead(head: { num: number; id: string }, goOn: () => boolean): Promise<boolean> {
    for (;;) {
      const { head_block_num: num, head_block_id: id } = await this.info();
      if (num > head.num || id === head.id) return true;
      if (!goOn()) return false;
      await sleep(HEAD_POLL_MS);
    }
  }

  private async post<T>(path: string, body: object = {}): Promise<T> {
    let response: Response;
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      response = await fetch(this.url + path, { method: 'POST', body: JSON.stringify(body), signal });
      if (response.ok) return JSON.parse(await readBody(response, ANSWER_BYTES)) as T;
    } catch (thrown) {
      const why = (thrown as Error).cause ?? thrown;
      throw new PoolError('node', `no answer from ${this.url}${path}: ${String(why)}`);
    }
    const plugin = path.startsWith('/v1/producer/') ? 'producer_api_plugin' : 'chain_api_plugin';
    const hint = response.status === 404 ? `: the node needs the plugin ${plugin}` : '';
    throw new PoolError('node', `${this.url}${path} was answered with ${response.status}${hint}`);
  }
}

/** Whether a node's API can be reached from this machine alone. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
