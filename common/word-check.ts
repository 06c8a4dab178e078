import { HEALTH_MS, type HealthProof } from './agent.ts';
import { healthDigest, type LogIdentity, type SignedHealth } from './log-proof.ts';
import { isSignedBy } from './signature.ts';

/** A member's agent's word on its node, as an input of the log has it. */
export interface AgentWord {
  type: 'agent';
  at: number;
  signer: string;
  up: boolean;
  producing: boolean;
  headNum: number;
  proof?: HealthProof;
}

export function isWord(input: object): input is AgentWord {
  return (input as { type?: unknown }).type === 'agent';
}

/** False for what cannot be a report at all: who wrote the log may be hostile. */
function isSigned(identity: LogIdentity, said: SignedHealth, signature: string, signer: string): boolean {
  try {
    return isSignedBy(healthDigest(identity, said), `0:${signature}`, signer);
  } catch {
    return false;
  }
}

/** Whether words that a node is up are their members', each of its time and counted once. */
export class WordCheck {
  /** When each member said its last word, by its own clock. */
  private readonly saidAt = new Map<string, number>();

  /** Why a word is not its member's word of then, one clause, or null; that a node is gone is nobody's word. */
  refuse(identity: LogIdentity, { at, signer, producing, headNum, proof }: AgentWord): string | null {
    if (!proof) return "no signature makes it the agent's word";
    const { node, signature } = proof;
    if (node !== (producing ? 'producing' : 'paused')) return `the agent said that its node is ${node}`;
    if (!(Math.abs(proof.at - at) <= HEALTH_MS)) return 'the agent said it at another time';
    if (proof.at <= (this.saidAt.get(signer) ?? Number.NEGATIVE_INFINITY))
      return 'the agent said it before its last word';
    if (!isSigned(identity, { ...proof, headNum }, signature, signer)) return `it is not signed by ${signer}`;
    this.saidAt.set(signer, proof.at);
    return null;
  }

  /** A new run of the emitter counts anew. */
  begin(): void {
    this.saidAt.clear();
  }
}
