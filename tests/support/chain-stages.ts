import { action } from '../../common/chain.ts';
import { Box } from '../contract/support/box.ts';
import { mockSystemCode } from '../contract/support/contracts.ts';
import { type Row, TestChain } from './chain.ts';
import { PEOPLE, type Stage } from './chain-differ.ts';
import { deployPayer, setReward } from './chain-pay.ts';
import { ChainPool } from './chain-pool.ts';

/** A second and a third token, which pools know nothing of. */
const FOREIGN = ['XTK', 'YTK'];

/** The emulator, where every part is played by the account of its name. */
export async function emulatedStage(): Promise<Stage> {
  const box = await Box.empty();
  for (const part of PEOPLE) if (part !== 'payer' && !box.chain.accounts[part]) box.accounts(part);
  const payer = box.deploy('payer', mockSystemCode());
  const none = { threshold: 1, keys: [] };
  await payer.actions.regproducer2?.(['poolbp', ['BlockAuthV0', none], '', 0]).send('poolbp');
  for (const symbol of FOREIGN) {
    await box.token.actions.create?.(['eosio', `1000000.0000 ${symbol}`]).send('eosio.token');
    await box.token.actions.issue?.(['eosio', `1000000.0000 ${symbol}`, '']).send('eosio');
  }
  return {
    to: (part) => part,
    act: (name, data, by) => box.act(name, data, by),
    transfer: async (from, to, quantity, memo) => {
      await box.token.actions.transfer?.([from, to, quantity, memo]).send(from);
    },
    reward: async (quantity) => {
      await box.token.actions.transfer?.(['eosio', 'payer', quantity, '']).send('eosio');
      await payer.actions.setreward?.(['eosio.token', quantity]).send('payer');
    },
    pass: async (seconds) => box.wait(seconds),
    now: async () => box.now * 1000,
    rows: async (table, scope) => {
      const open = box.pool.tables[table];
      if (!open) throw new Error(`the contract has no table ${table}`);
      return (scope === undefined ? open() : open(scope)).getTableRows() as Row[];
    },
    owner: async () => {
      const auth = box.authority('owner');
      return auth ? `${auth.threshold} of ${[...auth.levels].sort().join(', ')}` : 'a key';
    },
  };
}

/** nodeos, where the accounts' names begin with a prefix of the scenario's own. */
export async function nodeosStage(prefix: string): Promise<Stage> {
  const chain = new TestChain();
  const pool = new ChainPool(chain, prefix, []);
  const to = (part: string) => {
    if (part === 'poolbp') return pool.producer;
    return PEOPLE.includes(part) ? prefix + part : part;
  };
  await pool.deployContract();
  await deployPayer(pool, to('payer'));
  const others = PEOPLE.filter((part) => !['dac', 'poolbp', 'payer'].includes(part));
  await chain.accounts(...others.map(to));
  await issueForeign(chain);
  return {
    to,
    act: (name, data, by) => pool.act(name, data, by),
    transfer: (from, receiver, quantity, memo) =>
      chain.push(action('eosio.token', 'transfer', { from, to: receiver, quantity, memo }, from)),
    reward: (quantity) => setReward(chain, to('payer'), quantity),
    pass: (seconds) => chain.pass(seconds),
    now: () => chain.now(),
    rows: async (table, scope) => pool.rows(table, scope === undefined ? pool.dac : String(scope)),
    owner: async () => {
      const { threshold, keys, accounts } = await chain.authority(pool.dac, 'owner');
      if (keys.length > 0) return 'a key';
      const levels = accounts.map(
        ({ permission: { actor, permission }, weight }) => `${actor}@${permission} ${weight}`,
      );
      return `${threshold} of ${levels.sort().join(', ')}`;
    },
  };
}

async function issueForeign(chain: TestChain): Promise<void> {
  for (const symbol of FOREIGN) {
    const known = await chain.client.rows('eosio.token', symbol, 'stat');
    if (known.length > 0) continue;
    const quantity = `1000000.0000 ${symbol}`;
    const create = action('eosio.token', 'create', { issuer: 'eosio', maximum_supply: quantity }, 'eosio.token');
    const issue = action('eosio.token', 'issue', { to: 'eosio', quantity, memo: '' }, 'eosio');
    await chain.push([create, issue], ['eosio']);
  }
}
