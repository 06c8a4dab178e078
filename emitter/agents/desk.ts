import { randomBytes } from 'node:crypto';
import { agentDigest, HEALTH_MS, type Health, type Hello, parseAs, sessionSchema } from '../../common/agent.ts';
import { healthDigest } from '../../common/log-proof.ts';
import { recoverKey } from '../verify/signer.ts';
import { Nonces } from './nonces.ts';

export interface Session {
  token: string;
  /** "0:hex" of the member's signing key. */
  signer: string;
  member: string;
}

export type Admission = { ok: true; session: Session } | { ok: false; status: number; error: string };

interface DeskParts {
  pool: string;
  /** How agents reach this emitter, "http://host:port": they sign it. */
  address: string;
  /** null as long as the relay node has not told it. */
  chainId(): string | null;
  /** Account of the member that signs with a key, or null. */
  account(signer: string): string | null;
}

/** Lets agents in: who signs a fresh nonce with a member's key, for this emitter, pool and chain, speaks for that member. */
export class AgentDesk {
  private readonly parts: DeskParts;
  private readonly nonces = new Nonces();
  /** When each member said what it said last, by its own clock: nothing it signed counts twice. */
  private readonly saidAt = new Map<string, number>();

  constructor(parts: DeskParts) {
    this.parts = parts;
  }

  hello(now: number): Hello {
    const { pool, address } = this.parts;
    return { pool, address, nonce: this.nonces.make(now) };
  }

  /** `body` is an agent's request as it came. */
  admit(body: string, now: number): Admission {
    const { pool, address } = this.parts;
    const chainId = this.parts.chainId();
    if (!chainId) return no(503, 'the relay node has not answered yet');
    const request = parseAs(sessionSchema, body);
    if (!request) return no(400, 'a session needs {nonce, signature}');
    const { nonce, signature } = request;
    const digest = agentDigest({ chainId, pool, nonce, address });
    const signer = recoverKey(digest, { type: 0, bytes: Buffer.from(signature, 'hex') });
    if (!signer) return no(403, 'the signature is none');
    const member = this.parts.account(signer);
    if (!member)
      return no(403, 'the key is not the signing key of a member of this pool, or was made for another chain');
    // Last, so that only members can use up nonces.
    if (!this.nonces.use(nonce, now)) return no(403, 'the nonce is old, was used, or is not from here');
    return { ok: true, session: { token: randomBytes(32).toString('hex'), signer, member } };
  }

  /** Why a report does not count, one sentence, or null: it is this member's word, of now, as the log will show. */
  refuseHealth({ signer }: Session, health: Health, now: number): string | null {
    const off = Math.floor(health.at - now);
    if (Math.abs(off) > HEALTH_MS) return `the report is of another time: its clock and this one are ${off} ms apart`;
    if (health.at <= (this.saidAt.get(signer) ?? Number.NEGATIVE_INFINITY))
      return 'the report is not newer than the last one';
    const digest = healthDigest({ chain: this.parts.chainId() ?? '', pool: this.parts.pool }, health);
    const signature = { type: 0, bytes: Buffer.from(health.signature, 'hex') };
    if (recoverKey(digest, signature) !== signer) return 'the report is not signed by the key of this session';
    this.saidAt.set(signer, health.at);
    return null;
  }
}

function no(status: number, error: string): Admission {
  return { ok: false, status, error };
}
