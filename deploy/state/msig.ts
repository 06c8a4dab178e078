import type { ChainClient } from '../../common/chain.ts';
import { readTable } from '../../common/tables.ts';
import { MSIG } from '../msig.ts';
import type { MsigState } from './types.ts';

interface Proposed {
  proposal_name: string;
  packed_transaction: string;
}

interface Approvals {
  proposal_name: string;
  provided_approvals: { level: { actor: string; permission: string } }[];
}

/** What an account has proposed to eosio.msig, with who has approved it. */
export async function readMsig(client: ChainClient, proposer: string): Promise<MsigState[]> {
  const proposed = await readTable<Proposed>(client, MSIG, proposer, 'proposal');
  if (proposed.length === 0) return [];
  const approved = await readTable<Approvals>(client, MSIG, proposer, 'approvals2');
  return proposed.map(({ proposal_name: name, packed_transaction: packed }) => ({
    proposer,
    name,
    packed,
    expires: Buffer.from(packed, 'hex').readUInt32LE(0) * 1000,
    approvals: (approved.find((row) => row.proposal_name === name)?.provided_approvals ?? []).map(({ level }) => level),
  }));
}
