import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../../common/chain.ts';
import { sentence } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import type { LogIdentity } from '../../common/log-proof.ts';

/** An emitter that the members stop is to have no vote soon after, and one that they name is to wait no longer. */
const REREAD_MS = 1000;
/** A node that does not answer at the start is asked again after this; why is told at the first time, and each so many times. */
const RETRY_MS = 500;
const TRIES_TOLD = 20;

interface Parts {
  chain: ChainClient;
  /** The account with the pool's contract, and the pool's producer account. */
  dac: string;
  pool: string;
  /** The table cannot be read, or can again (null). */
  onTrouble(why: string | null): void;
}

/** The emitters that the contract names, with their log keys, as this emitter's own relay node has them: table `emitters`. */
export class NamedEmitters {
  readonly identity: LogIdentity;
  private readonly parts: Parts;
  private byAccount: ReadonlyMap<string, string>;
  private all: ReadonlySet<string>;
  private isFailing = false;
  private isAsking = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(parts: Parts, identity: LogIdentity, rows: Map<string, string>) {
    this.parts = parts;
    this.identity = identity;
    this.byAccount = rows;
    this.all = new Set(rows.values());
    this.timer = setInterval(() => void this.read(), REREAD_MS);
  }

  /** Waits for the relay node, and for a contract that names any, for as long as it takes. */
  static async open(parts: Parts): Promise<NamedEmitters> {
    const { chain, dac, pool, onTrouble } = parts;
    for (let tries = 0; ; tries++) {
      try {
        const rows = await readRows(chain, dac);
        const identity = { chain: (await chain.info()).chain_id, pool };
        if (rows.size > 0) return new NamedEmitters(parts, identity, rows);
        if (tries % TRIES_TOLD === 0) onTrouble(`the contract ${dac} names none: members do by vote (proprole)`);
      } catch (thrown) {
        if (tries % TRIES_TOLD === 0) onTrouble(sentence(thrown));
      }
      await sleep(RETRY_MS);
    }
  }

  /** Their keys, "type:hex". */
  get keys(): ReadonlySet<string> {
    return this.all;
  }

  /** The key of an account; null when it is no emitter. */
  keyOf(account: string): string | null {
    return this.byAccount.get(account) ?? null;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** A node that does not answer leaves what was read last; it is said once until it answers again. */
  private async read(): Promise<void> {
    // A slow answer must not come after a newer one.
    if (this.isAsking) return;
    this.isAsking = true;
    const { chain, dac, onTrouble } = this.parts;
    try {
      this.byAccount = await readRows(chain, dac);
      this.all = new Set(this.byAccount.values());
      if (this.isFailing) onTrouble(null);
      this.isFailing = false;
    } catch (thrown) {
      if (!this.isFailing) onTrouble(sentence(thrown));
      this.isFailing = true;
    } finally {
      this.isAsking = false;
    }
  }
}

async function readRows(chain: ChainClient, dac: string): Promise<Map<string, string>> {
  const rows = await chain.rows<{ account: string; key: string }>(dac, dac, 'emitters');
  return new Map(rows.map(({ account, key }) => [account, keyId(key)]));
}
