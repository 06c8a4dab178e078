import { Serialize } from 'eosjs';
import { z } from 'zod';
import { sha256 } from '../canonical.ts';
import type { ChainClient } from '../chain.ts';
import { hex, name, only, readRows } from './columns.ts';

const MSIG = 'eosio.msig';

/** What lies in eosio.msig under a proposer and a name. */
export interface MsigProposal {
  /** sha256 of the packed transaction: what `propmsig` names. */
  hash: string;
  actions: MsigAction[];
}

export interface MsigAction {
  account: string;
  name: string;
  /** Of `setcode`: whose code, and the new code's sha256, which get_code_hash gives after it. */
  code?: { account: string; hash: string };
}

const row = z.object({ proposal_name: name, packed_transaction: hex });

/** Null when nothing lies there, or what lies there is no transaction. */
export async function readMsig(client: ChainClient, proposer: string, proposal: string): Promise<MsigProposal | null> {
  const rows = await readRows(client, MSIG, 'proposal', row, { scope: proposer, ...only(proposal) });
  const packed = rows.find((one) => one.proposal_name === proposal)?.packed_transaction;
  if (packed === undefined) return null;
  const bytes = Buffer.from(packed, 'hex');
  return { hash: sha256(bytes).toString('hex'), actions: actionsIn(client, bytes) };
}

function actionsIn(client: ChainClient, bytes: Buffer): MsigAction[] {
  try {
    const { actions } = client.api.deserializeTransaction(bytes) as {
      actions: { account: string; name: string; data: string }[];
    };
    return actions.map(({ account, name, data }) => {
      const isCode = account === 'eosio' && name === 'setcode';
      return { account, name, ...(isCode && { code: codeIn(Buffer.from(data, 'hex')) }) };
    });
  } catch {
    // Somebody's bytes, which need be no transaction: the hash alone is said of them.
    return [];
  }
}

/** `setcode`: account, type and version of the machine, the code. Source: eosio chain `setcode`. */
function codeIn(data: Buffer): { account: string; hash: string } {
  const buffer = new Serialize.SerialBuffer({
    textEncoder: new TextEncoder(),
    textDecoder: new TextDecoder(),
    array: data,
  });
  const account = buffer.getName();
  buffer.skip(2);
  return { account, hash: sha256(Buffer.from(buffer.getBytes())).toString('hex') };
}
