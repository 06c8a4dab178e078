import type { Use } from '../account/estimate.ts';

interface Trace {
  account_ram_deltas?: { account: string; delta: number | string }[];
}

/** The parts of nodeos' answer to push_transaction that tell what was billed. */
export interface PushAnswer {
  processed?: {
    receipt?: { cpu_usage_us: number; net_usage_words: number };
    action_traces?: Trace[];
  };
}

/** NET is billed in words of so many bytes. */
const WORD_BYTES = 8;

/** What a transaction took of an account, as the node that took it reckons; null when it does not tell. */
export function useOf({ processed }: PushAnswer, account: string): Use | null {
  if (!processed?.receipt) return null;
  const { cpu_usage_us: cpu, net_usage_words } = processed.receipt;
  const deltas = (processed.action_traces ?? []).flatMap((trace) => trace.account_ram_deltas ?? []);
  const ram = deltas.filter((each) => each.account === account).reduce((sum, { delta }) => sum + Number(delta), 0);
  return { cpu, net: net_usage_words * WORD_BYTES, ram };
}
