import { sha256 } from '../../common/canonical.ts';

/**
 * Who of the oracles goes first: 0 for the first, `oracles.length` for one that is none of them. It goes round with `turn`, so that the work, and
 * what it costs, is shared, and each shows that it lives. All come to the same from the contract's table alone.
 * @param oracles accounts of the active ones, in the table's order
 */
export function rankIn(oracles: string[], account: string, turn: number): number {
  const place = oracles.indexOf(account);
  if (place < 0) return oracles.length;
  return (place + turn) % oracles.length;
}

/** How many equal reports settle a window: more than half of the active oracles. Source: contracts/pool/windows.ts, `report`. */
export function quorumOf(oracles: string[]): number {
  return Math.floor(oracles.length / 2) + 1;
}

/**
 * The oracles that report a window at once: as many as settle it. The others wait whether they are needed: the contract refuses what comes
 * after, at a cost. By a hash, for the pool's windows can be a multiple of the oracles' number apart.
 */
export function firstReporters(oracles: string[], window: number): string[] {
  const turn = sha256(`window ${window}`).readUInt32BE(0);
  return oracles.filter((account) => rankIn(oracles, account, turn) < quorumOf(oracles));
}
