import type { SignerEvidence } from '../../common/events.ts';
import { type BlockHeader, HEADER_START } from '../decode/block.ts';
import type { HeaderState } from './header-tree.ts';
import { rootOf } from './merkle.ts';

/** What proves, without the rest of the chain, who signed a verified block. */
export function signerEvidence(frame: Buffer, header: BlockHeader, state: HeaderState): SignerEvidence {
  const { type, bytes } = header.signature;
  return {
    header: frame.toString('hex', HEADER_START, header.headerEnd),
    signature: `${type}:${bytes.toString('hex')}`,
    root: rootOf(state.merkle).toString('hex'),
    schedule: state.scheduleHash.toString('hex'),
  };
}
