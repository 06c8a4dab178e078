import type { Logger } from '../common/logger.ts';
import { Agents } from './agents.ts';
import type { Chooser } from './chooser.ts';
import type { EmitterConfig } from './config.ts';
import type { MemberLinks } from './member-links.ts';
import type { MemberDirectory } from './members.ts';
import type { PublicChain } from './public-chain.ts';

export interface StandbyParts {
  config: EmitterConfig;
  logger: Logger;
  chooser: Chooser;
  members: MemberDirectory;
  chain: PublicChain;
  links: MemberLinks;
}

/** Puts the members' agents together with the selection that they inform and the connections whose hold they end. */
export function agentsFor({ config, logger, chooser, members, chain, links }: StandbyParts): Agents {
  return new Agents({
    pool: config.EMITTER_POOL,
    address: new URL(config.EMITTER_URL ?? `http://${config.EMITTER_HTTP}`).origin,
    logger,
    now: () => chooser.now(),
    account: (signer) => members.account(signer),
    isActive: (signer) => chain.isSigner(signer, chooser.tip),
    onWord: (word) => chooser.dispatch({ type: 'agent', at: chooser.now(), ...word }),
    isIdentified: (signer) => [...links.all].some((link) => link.signer === signer),
    onPaused: (signer) => {
      for (const link of links.all) if (link.signer === signer) link.release();
    },
  });
}
