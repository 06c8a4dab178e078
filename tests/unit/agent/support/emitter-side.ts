import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { AgentKey } from '../../../../agent/proof.ts';
import type { Receipt } from '../../../../common/agent.ts';
import { KeyRing } from '../../../../devnet/keys.ts';
import { Agents, type AgentWord } from '../../../../emitter/agents.ts';

export const POOL = 'poolbp';
const ring = new KeyRing(5);

/** A signing key in a file of its own, which goes with the test. */
export function keyOf(name: string, t: { after(fn: () => void): void }): AgentKey {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-agent-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'signing.key');
  writeFileSync(file, ring.pair(name).private, { mode: 0o600 });
  return new AgentKey(file);
}

/** The agents' part of an emitter behind a real HTTP server, on a port that it keeps over a restart. */
export class EmitterSide {
  readonly words: AgentWord[] = [];
  readonly paused: string[] = [];
  readonly receipts: Receipt[] = [];
  readonly members = new Map<string, string>();
  private readonly chainId: string;
  agents!: Agents;
  /** What it calls itself, when that is not where it listens. */
  alias: string | null = null;
  private server: Server | null = null;
  private port = 0;

  constructor(chainId: string) {
    this.chainId = chainId;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      if (url.pathname === '/receipts') response.end(JSON.stringify(this.receiptPage(url)));
      else if (!this.agents.handle(request, response, url.pathname)) response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    this.agents = new Agents({
      pool: POOL,
      address: this.alias ?? this.address,
      logger: pino({ level: 'silent' }),
      now: () => Date.now(),
      account: (signer) => this.members.get(signer) ?? null,
      isActive: () => true,
      onWord: (word) => this.words.push(word),
      onPaused: (signer) => this.paused.push(signer),
    });
    this.agents.chainId = this.chainId;
  }

  /** Two receipts a page, as `/receipts` of an emitter that signs its log; sequence numbers are places. */
  private receiptPage(url: URL): { receipts: Receipt[]; after: number } {
    const after = Number(url.searchParams.get('after'));
    const page = this.receipts.slice(after, after + 2);
    const signer = url.searchParams.get('signer');
    return { receipts: page.filter((receipt) => receipt.signer === signer), after: after + page.length };
  }

  /** Every connection is lost; it goes on listening. */
  cut(): void {
    this.server?.closeAllConnections();
  }

  stop(): void {
    this.agents.stop();
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
