import { HEALTH_MS } from '../../common/agent.ts';
import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { healthDigest, type LogIdentity } from '../../common/log-proof.ts';
import { stringToName } from '../../common/name.ts';
import { isSignedBy } from '../../common/signature.ts';
import type { LogCheck } from '../../common/verify-log.ts';
import { decodeBlockHeader } from '../../emitter/decode/block.ts';
import { LENGTH_BYTES } from '../../emitter/decode/message.ts';
import type { SelectEvent } from '../../emitter/select/types.ts';
import { recoverKey, signatureDigest } from '../../emitter/verify/signer.ts';

type CandidateEvent = Extract<PoolEvent, { type: 'candidate' }>;

type Word = Extract<SelectEvent, { type: 'agent' }>;

function isWord(input: object): input is Word {
  return (input as SelectEvent).type === 'agent';
}

/** Candidates are what their headers say, and signed by whom the log says; so are the words of members' agents. */
export class SignersCheck implements LogCheck {
  /** Candidates whose signer was recovered. */
  proven = 0;
  /** Candidates that the selection was fed and that have no evidence. */
  unproven = 0;
  /** Words of agents whose signer was recovered. */
  words = 0;
  /** Keys that the log was signed with, and that candidates were. */
  readonly logKeys = new Set<string>();
  readonly signers = new Set<string>();
  dac: string | null = null;
  private pool: bigint | null = null;
  /** When each member said its last word of this run. */
  private readonly saidAt = new Map<string, number>();
  private identity: LogIdentity = { chain: '', pool: '' };

  take({ event, v }: EventRecord): string | null {
    const run = event.type === 'start' ? event : event.type === 'checkpoint' ? event.start : null;
    if (run && v > 1) {
      this.pool = stringToName(run.pool);
      this.dac = run.dac;
      this.identity = { chain: run.chain, pool: run.pool };
      if (run.logKey !== null) this.logKeys.add(run.logKey);
    }
    if (event.type === 'start') this.saidAt.clear();
    // Words of schema 2 were not signed.
    if (v > 2 && event.type === 'input' && isWord(event.input)) return this.word(event.input);
    if (event.type !== 'candidate' || v === 1 || event.reducedAt === null) return null;
    if (event.signer !== null) this.signers.add(event.signer);
    return this.candidate(event);
  }

  /** That a node is up is its member's word; that it is gone, or its agent silent, the emitter's. */
  private word({ at, signer, up, producing, headNum, proof }: Word): string | null {
    if (!up) return null;
    if (!proof) return "no signature makes it the agent's word";
    const { node, signature } = proof;
    if (node !== (producing ? 'producing' : 'paused')) return `the agent said that its node is ${node}`;
    if (!(Math.abs(proof.at - at) <= HEALTH_MS)) return 'the agent said it at another time';
    if (proof.at <= (this.saidAt.get(signer) ?? Number.NEGATIVE_INFINITY))
      return 'the agent said it before its last word';
    this.saidAt.set(signer, proof.at);
    if (!isSignedBy(healthDigest(this.identity, { ...proof, headNum }), `0:${signature}`, signer))
      return `it is not signed by ${signer}`;
    this.signers.add(signer);
    this.words++;
    return null;
  }

  private candidate(event: CandidateEvent): string | null {
    if (event.evidence === null) {
      this.unproven++;
      return null;
    }
    const { header, signature, root, schedule } = event.evidence;
    const [type = '', sigHex = ''] = signature.split(':');
    const bytes = (hex: string) => Buffer.from(hex, 'hex');
    const frame = [Buffer.alloc(LENGTH_BYTES + 1), bytes(header), Buffer.from([Number(type)]), bytes(sigHex)];
    const decoded = decodeBlockHeader(Buffer.concat(frame));
    if (!decoded.ok) return `its header cannot be read: ${decoded.code}`;
    const { id, num, slot, previous, confirmed, producer, digest } = decoded.value;
    const same = { id, num, slot, previous, confirmed };
    for (const [name, value] of Object.entries(same)) {
      if (event[name as keyof typeof same] !== value) return `its header has another ${name}`;
    }
    if (producer !== this.pool) return 'its header is of another producer';
    const signer = recoverKey(signatureDigest(digest, bytes(root), bytes(schedule)), decoded.value.signature);
    if (signer !== event.signer) return `it is signed by ${signer ?? 'nobody'} and not by ${event.signer}`;
    this.proven++;
    return null;
  }
}
