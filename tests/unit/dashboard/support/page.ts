import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../../../common/config.ts';
import { makeLogger } from '../../../../common/logger.ts';
import { dashboardConfig } from '../../../../dashboard/server/config.ts';
import { DashboardServer } from '../../../../dashboard/server/server.ts';

/** A page's server in this process, on a free port, with a file of its own that goes with it. */
export async function startPage(settings: Record<string, string>): Promise<{ url: string; stop(): Promise<void> }> {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-page-'));
  const env = {
    ENV_FILE: '/dev/null',
    DASHBOARD_LISTEN: '127.0.0.1:0',
    DASHBOARD_POOL: 'poolbp',
    DASHBOARD_DAC: 'pooldac',
    DASHBOARD_CHAIN_API: 'http://127.0.0.1:1',
    DASHBOARD_DB: path.join(dir, 'page.sqlite'),
    DASHBOARD_RATE: '100000',
    ...settings,
  };
  const config = loadConfig('the page', dashboardConfig, env);
  const server = new DashboardServer(config, makeLogger('page', 'silent'));
  const url = await server.start();
  const stop = async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { url, stop };
}

export interface LiveEvent {
  id: string | null;
  event: string;
  data: unknown;
}

/** Reads a page's live stream until told to stop; `events` grows. */
export class LiveClient {
  readonly events: LiveEvent[] = [];
  readonly comments: string[] = [];
  readonly ended: Promise<void>;
  lastId: string | null;
  status = 0;
  private readonly aborted = new AbortController();

  constructor(url: string, lastId: string | null = null) {
    this.lastId = lastId;
    this.ended = this.read(url).catch(() => {});
  }

  of<T>(event: string): T[] {
    return this.events.filter((one) => one.event === event).map(({ data }) => data as T);
  }

  async stop(): Promise<void> {
    this.aborted.abort();
    await this.ended;
  }

  private async read(url: string): Promise<void> {
    const headers = this.lastId === null ? {} : { 'last-event-id': this.lastId };
    const response = await fetch(`${url}/api/live`, { headers, signal: this.aborted.signal });
    this.status = response.status;
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 2)]));
    if (!fields.has('event')) {
      this.comments.push(block);
      return;
    }
    const id = fields.get('id') ?? null;
    if (id !== null) this.lastId = id;
    this.events.push({ id, event: fields.get('event') ?? '', data: JSON.parse(fields.get('data') ?? 'null') });
  }
}
