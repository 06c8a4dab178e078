import type { RamMarket } from '../state/types.ts';
import type { Step } from './step.ts';

/** What a plan takes from its creator, in units of the core token where it is not bytes. */
export interface Total {
  ramBytes: number;
  /** Null when the chain has no market for RAM. */
  ramPrice: bigint | null;
  stake: bigint;
}

/** Of what is bought, this much goes to the fee. Source: AntelopeIO/reference-contracts, delegate_bandwidth.cpp, `buyram`: half a percent, rounded up. */
const FEE_DIVISOR = 200n;

/** What so many bytes cost at this moment: eosio.system's market gives the more for a token the more bytes it has left. */
export function ramPrice(bytes: number, market: RamMarket): bigint | null {
  const wanted = BigInt(Math.ceil(bytes));
  if (wanted <= 0n) return 0n;
  if (wanted >= market.bytes) return null;
  const left = market.bytes - wanted;
  const price = (market.units * wanted + left - 1n) / left;
  // The fee is a part of the whole: price = whole - whole / 200.
  return (price * FEE_DIVISOR + FEE_DIVISOR - 2n) / (FEE_DIVISOR - 1n) + 1n;
}

/** All steps together: bytes that are bought later are dearer than those before. */
export function costOf(steps: Step[], market: RamMarket | null): Total {
  const ramBytes = steps.reduce((sum, { cost }) => sum + cost.ramBytes, 0);
  const stake = steps.reduce((sum, { cost }) => sum + cost.stake, 0n);
  return { ramBytes, ramPrice: market === null ? null : ramPrice(ramBytes, market), stake };
}
