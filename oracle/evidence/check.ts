import { rootDigest } from '../../common/log-proof.ts';
import { isSignedBy } from '../../common/signature.ts';
import { checkBlock } from './check-block.ts';
import { type CheckParts, refuse, type Shown } from './check-parts.ts';
import { checkDispute, checkOmission } from './check-receipts.ts';
import { checkReport } from './check-report.ts';
import type { EvidenceDocument, SignedWindow } from './schema.ts';

/**
 * Checks evidence by itself: form, signatures, roots, and what the chain has. Throws PoolError `evidence` with one sentence for what does not hold, and what the chain's
 * client throws.
 */
export async function checkEvidence(document: EvidenceDocument, parts: CheckParts): Promise<Shown> {
  const { chain, pool } = parts;
  const id = await chain.chainId();
  if (document.chain !== id) throw refuse(`it is of the chain ${document.chain}, and this node serves ${id}`);
  if (document.pool !== pool) throw refuse(`it is of the pool ${document.pool}, and this contract's is ${pool}`);
  await requireSignedRoots(document, parts);
  switch (document.kind) {
    case 'leak':
    case 'orphan':
      return checkBlock(document, parts);
    case 'omission':
      return checkOmission(document, parts);
    case 'report':
      return checkReport(document, parts);
    case 'dispute':
      return checkDispute(document, parts);
  }
}

async function requireSignedRoots(document: EvidenceDocument, { chain }: CheckParts): Promise<void> {
  const emitters = await chain.emitters();
  const { window, pool } = document;
  const identity = { chain: document.chain, pool };
  for (const { emitter, key, root, signature } of logsOf(document)) {
    const named = emitters.find((each) => each.account === emitter);
    if (named?.key !== key) throw refuse(`the contract does not name the emitter ${emitter} with the key ${key}`);
    if (!isSignedBy(rootDigest(identity, window, root), signature, key)) {
      throw refuse(`the root ${root} of window ${window} is not signed by ${emitter}`);
    }
  }
}

function logsOf(document: EvidenceDocument): SignedWindow[] {
  if (document.kind === 'omission') return [document.log];
  return document.kind === 'dispute' ? [] : document.logs;
}
