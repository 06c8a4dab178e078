import type { ChainClient } from '../common/chain.ts';
import { keyId } from '../common/keys.ts';
import { type Membership, signJoin } from '../contracts/proof.ts';
import type { Deployment } from './file.ts';
import { msigTransaction } from './msig.ts';
import type { Network } from './network.ts';
import type { Codec, Given, WantedCode } from './plan/step.ts';
import { readState } from './state/read.ts';

/** What stays the same while a deployment goes on. */
export interface Fixed {
  client: ChainClient;
  network: Network;
  deployment: Deployment;
  code: WantedCode;
  again: boolean;
  /** Private keys by "type:hex" of their public halves: founders' signing keys are among them, or not. */
  privateKeys: ReadonlyMap<string, string>;
}

/** Reads the chain anew and gives what a plan is made from. */
export async function readGiven({ client, privateKeys, ...fixed }: Fixed): Promise<Given> {
  // A contract may have been put there since the last time.
  client.forgetAbis();
  const state = await readState(client, fixed.network, fixed.deployment, fixed.code.hash);
  return { ...fixed, state, codec: codecOf(client), prove: (membership) => prove(privateKeys, membership) };
}

function prove(privateKeys: ReadonlyMap<string, string>, membership: Membership): string | null {
  const key = privateKeys.get(keyId(membership.key));
  return key === undefined ? null : signJoin(membership, key);
}

function codecOf(client: ChainClient): Codec {
  return {
    transaction: (actions, until) => msigTransaction(client, actions, until),
    packed: async (actions, until) => {
      const trx = await msigTransaction(client, actions, until);
      return Buffer.from(client.api.serializeTransaction(trx as never)).toString('hex');
    },
  };
}
