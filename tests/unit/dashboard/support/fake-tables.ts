import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeAnswers {
  info(): object;
  /** Rows by "table" or "scope/table". */
  tables: Record<string, object[]>;
  /** By path, what else is answered; throws for a refusal. */
  more: Record<string, (body: Record<string, unknown>) => unknown>;
}

/** A node's chain API over rows in memory. */
export class FakeTables {
  readonly answers: FakeAnswers;
  /** How often each path was asked. */
  readonly counts = new Map<string, number>();
  private readonly server: Server;
  private port = 0;

  constructor(answers: Partial<FakeAnswers> = {}) {
    this.answers = { info: () => ({ head_block_num: 1, chain_id: 'c'.repeat(64) }), tables: {}, more: {}, ...answers };
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const { status, body } = this.answer(request.url ?? '', JSON.parse(text || '{}'));
        response.writeHead(status).end(JSON.stringify(body));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(url: string, body: Record<string, unknown>): { status: number; body: unknown } {
    this.counts.set(url, (this.counts.get(url) ?? 0) + 1);
    try {
      if (url === '/v1/chain/get_info') return { status: 200, body: this.answers.info() };
      if (url === '/v1/chain/get_table_rows') return { status: 200, body: { rows: this.rows(body), more: false } };
      const other = this.answers.more[url];
      if (other) return { status: 200, body: other(body) };
      throw new Error(`there is no ${url} here`);
    } catch (thrown) {
      return { status: 500, body: { error: { what: 'refused', details: [{ message: (thrown as Error).message }] } } };
    }
  }

  private rows({ table, scope }: Record<string, unknown>): object[] {
    return this.answers.tables[`${scope}/${table}`] ?? this.answers.tables[String(table)] ?? [];
  }
}
