import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { AgentKey } from '../../../../agent/proof.ts';
import type { Receipt } from '../../../../common/agent.ts';
import { receiptDigest } from '../../../../common/log-proof.ts';
import { type SigningKey, signingKeyOf, signText } from '../../../../common/signature.ts';
import { KeyRing } from '../../../../devnet/keys.ts';
import { Agents, type AgentWord } from '../../../../emitter/agents.ts';

export const POOL = 'poolbp';
const ring = new KeyRing(5);

/** A signing key, read from a file that is gone again at once: a test that is killed leaves none. */
export function keyOf(name: string): AgentKey {
  return inKeyFile(ring.pair(name).private, (file) => new AgentKey(file));
}

/** Gives `work` a file with a text, which is removed afterwards. */
export function inKeyFile<T>(text: string, work: (file: string) => T, mode = 0o600): T {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-agent-'));
  try {
    const file = path.join(dir, 'signing.key');
    writeFileSync(file, text, { mode });
    return work(file);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A key that signs a log, and its public half in text form. */
export function keyPair(name: string): { key: SigningKey; text: string } {
  const { private: secret, public: text } = ring.pair(name);
  return { key: signingKeyOf(secret) as SigningKey, text };
}

/** Of the emitter of the tests. */
export const { key: LOG_KEY, text: LOG_KEY_TEXT } = keyPair('emitter');

/** A receipt for the candidate of a signer's, as an emitter with this key gives it. */
export function receiptFor(slot: number, signer: string, chain: string, key = LOG_KEY): Receipt {
  const said = { slot, id: '0d'.repeat(32), signer, arrivedAt: 5 };
  return { ...said, signature: signText(receiptDigest({ chain, pool: POOL }, said), key), emitter: key.id };
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
      isIdentified: () => true,
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
