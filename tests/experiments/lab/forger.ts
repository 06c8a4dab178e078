import type { ChainClient } from '../../../common/chain.ts';
import { privateKeyBytes } from '../../../common/keys.ts';
import { signDigest } from '../../../common/signature.ts';
import type { KeyPair } from '../../../devnet/keys.ts';
import { type BlockHeader, decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { LENGTH_BYTES } from '../../../emitter/decode/message.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { append, rootOf } from '../../../emitter/verify/merkle.ts';
import { readHeaderState } from '../../../emitter/verify/seed.ts';
import { signatureDigest } from '../../../emitter/verify/signer.ts';

const START = LENGTH_BYTES + 1;
const PREVIOUS = START + 4 + 8 + 2;
/** Where in the header what the body has to agree with stands. */
const ROOTS = { transaction: PREVIOUS + 32, action: PREVIOUS + 32 + 32 };
/** Type and compact signature, right before the body. */
const SIGNATURE_BYTES = 1 + 65;

export interface Forged {
  frame: Buffer;
  header: BlockHeader;
}

/**
 * Turns a member's honest blocks into a branch whose headers are right and whose first body is not what its header says:
 * its `transaction` root, which everyone can compare with the receipts, or its `action` root, which takes execution.
 */
export class Forger {
  private readonly tree = new HeaderTree(1000);
  private readonly key: Uint8Array;
  private readonly chain: ChainClient;
  private readonly rootAt: number;
  private tip: string | null = null;

  /** `chain`: a node that has the state of the honest parent. */
  constructor(key: KeyPair, chain: ChainClient, root: keyof typeof ROOTS = 'action') {
    this.key = privateKeyBytes(key.private);
    this.chain = chain;
    this.rootAt = ROOTS[root];
  }

  /** The first call changes the root of the block, the next ones put theirs on top of the last. */
  async forge(frame: Buffer, header: BlockHeader): Promise<Forged> {
    const copy = Buffer.from(frame);
    if (this.tip === null) {
      copy[this.rootAt] = (copy[this.rootAt] as number) ^ 1;
      this.tree.add(await readHeaderState(this.chain, header.previous));
    } else copy.write(this.tip, PREVIOUS, 32, 'hex');
    const parent = this.tree.get(this.tip ?? header.previous) as HeaderState;
    const unsigned = decoded(copy);
    const root = rootOf(append(parent.merkle, Buffer.from(parent.id, 'hex')));
    const digest = signatureDigest(unsigned.digest, root, unsigned.newSchedule?.hash ?? parent.scheduleHash);
    copy.set(signDigest(digest, this.key), unsigned.bodyOffset - SIGNATURE_BYTES + 1);
    const signed = decoded(copy);
    const linked = this.tree.link(signed);
    if (!linked.ok) throw new Error(`the forged block of slot ${signed.slot} does not link: ${linked.code}`);
    this.tree.add(linked.state);
    this.tip = signed.id;
    return { frame: copy, header: signed };
  }
}

function decoded(frame: Buffer): BlockHeader {
  const header = decodeBlockHeader(frame);
  if (!header.ok) throw new Error(`a forged block cannot be decoded: ${header.code}`);
  return header.value;
}
