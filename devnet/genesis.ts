import { writeFileSync } from 'node:fs';

/** The defaults of EOSIO's own genesis. */
const CONFIGURATION = {
  max_block_net_usage: 1_048_576,
  target_block_net_usage_pct: 1000,
  max_transaction_net_usage: 524_288,
  base_per_transaction_net_usage: 12,
  net_usage_leeway: 500,
  context_free_discount_net_usage_num: 20,
  context_free_discount_net_usage_den: 100,
  max_block_cpu_usage: 200_000,
  target_block_cpu_usage_pct: 1000,
  max_transaction_cpu_usage: 150_000,
  min_transaction_cpu_usage: 100,
  max_transaction_lifetime: 3600,
  deferred_trx_expiration_window: 600,
  max_transaction_delay: 3_888_000,
  max_inline_action_size: 4096,
  max_inline_action_depth: 4,
  max_authority_depth: 6,
};

/** Writes the genesis of a chain that begins now; time and key make its chain id. `limits`: in place of EOSIO's own. */
export function writeGenesis(
  file: string,
  initialKey: string,
  now = Date.now(),
  limits: Partial<typeof CONFIGURATION> = {},
): void {
  const initial_timestamp = `${new Date(now).toISOString().slice(0, 19)}.000`;
  const initial_configuration = { ...CONFIGURATION, ...limits };
  const genesis = { initial_timestamp, initial_key: initialKey, initial_configuration };
  writeFileSync(file, JSON.stringify(genesis, null, 2));
}
