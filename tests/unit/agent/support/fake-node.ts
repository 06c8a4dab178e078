import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const CHAIN_ID = 'c1'.repeat(32);

/** The part of a nodeos that an agent uses: get_info and the producer API, with a head that tests set. */
export class FakeNode {
  readonly chainId = CHAIN_ID;
  paused = true;
  headNum = 100;
  /** Requests in the order they came, without those that only look. */
  readonly did: string[] = [];
  /** Answers nothing, as a frozen process. */
  frozen = false;
  hasProducerApi = true;
  /** Public keys in text form: the contract's table `emitters`. */
  readonly emitterKeys: string[] = [];
  /** How often that table was read. */
  tableReads = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      if (this.frozen) return;
      const body = this.answer(request.url ?? '');
      if (body === undefined) response.writeHead(404).end('{}');
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  idOf(num: number): string {
    return num.toString(16).padStart(8, '0').padEnd(64, '0');
  }

  private answer(path: string): unknown {
    if (path === '/v1/chain/get_info') {
      return {
        chain_id: CHAIN_ID,
        server_version_string: 'v0.0.0-fake',
        head_block_num: this.headNum,
        head_block_id: this.idOf(this.headNum),
        head_block_producer: 'poolbp',
        head_block_time: '2026-11-23T18:00:00.500',
      };
    }
    if (path === '/v1/chain/get_table_rows') {
      this.tableReads++;
      return { rows: this.emitterKeys.map((key) => ({ key })), more: false };
    }
    if (!this.hasProducerApi) return undefined;
    if (path === '/v1/producer/paused') return this.paused;
    if (path === '/v1/producer/pause') this.paused = true;
    else if (path === '/v1/producer/resume') this.paused = false;
    else return undefined;
    this.did.push(path.replace('/v1/producer/', ''));
    return { result: 'ok' };
  }
}
