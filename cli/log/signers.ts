import type { EventRecord, PoolEvent } from '../../common/events.ts';
import type { LogIdentity } from '../../common/log-proof.ts';
import { stringToName } from '../../common/name.ts';
import type { LogCheck } from '../../common/verify-log.ts';
import { type AgentWord, isWord, WordCheck } from '../../common/word-check.ts';
import { decodeBlockHeader } from '../../emitter/decode/block.ts';
import { LENGTH_BYTES } from '../../emitter/decode/message.ts';
import { recoverKey, signatureDigest } from '../../emitter/verify/signer.ts';

type CandidateEvent = Extract<PoolEvent, { type: 'candidate' }>;

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
  private readonly check = new WordCheck();
  private identity: LogIdentity = { chain: '', pool: '' };

  take({ event, v }: EventRecord): string | null {
    const run = event.type === 'start' ? event : event.type === 'checkpoint' ? event.start : null;
    if (run && v > 1) {
      this.pool = stringToName(run.pool);
      this.dac = run.dac;
      this.identity = { chain: run.chain, pool: run.pool };
      if (run.logKey !== null) this.logKeys.add(run.logKey);
    }
    if (event.type === 'start') this.check.begin();
    // Words of schema 2 were not signed.
    if (v > 2 && event.type === 'input' && isWord(event.input)) return this.word(event.input);
    if (event.type !== 'candidate' || v === 1 || event.reducedAt === null) return null;
    if (event.signer !== null) this.signers.add(event.signer);
    return this.candidate(event);
  }

  /** That a node is up is its member's word; that it is gone, or its agent silent, the emitter's. */
  private word(word: AgentWord): string | null {
    if (!word.up) return null;
    const why = this.check.refuse(this.identity, word);
    if (why !== null) return why;
    this.signers.add(word.signer);
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
