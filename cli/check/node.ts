import type { ChainClient, ChainInfo } from '../../common/chain.ts';
import type { Clock } from '../../common/clock.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import type { Facts } from '../../common/governance/facts.ts';
import { grouped, spanText } from '../../common/governance/words.ts';
import { chainTime } from '../../common/tables.ts';
import { type Finding, risky, wrong } from './finding.ts';
import type { Place } from './place.ts';

/** A head that is older is not the network's; blocks come twice a second, with gaps when producers miss theirs. */
const BEHIND_MS = 10_000;
/** A head so far in the future is by a clock that is wrong. */
const AHEAD_MS = 1500;
/** Bytes and µs with which an account can still act. */
const LOW_RAM = 2000;
const LOW_CPU = 2000;

/** What the running node says that does not fit. */
export async function nodeFindings(
  client: ChainClient,
  info: ChainInfo,
  facts: Facts,
  place: Place,
  clock: Clock,
): Promise<Finding[]> {
  const { chainId } = facts.config;
  const found: Finding[] = [];
  if (info.chain_id !== chainId)
    found.push(
      wrong(
        null,
        `the node serves chain ${info.chain_id}, and the pool is set up for ${chainId}`,
        'start it with the right genesis or snapshot',
      ),
    );
  const off = clock.now() - chainTime(info.head_block_time);
  if (off > BEHIND_MS)
    found.push(
      wrong(
        null,
        `the node's head is ${spanText(off)} old: it is not in sync, or this machine's clock is wrong`,
        'wait until it is in sync; compare the clock with NTP',
      ),
    );
  if (off < -AHEAD_MS)
    found.push(
      wrong(
        null,
        `the node's head is ${spanText(-off)} in the future: this machine's clock is behind`,
        'set it by NTP',
      ),
    );
  return [
    ...found,
    ...(await paused(client, place)),
    ...(await sessions(client, place)),
    ...(await resources(client, place)),
  ];
}

async function paused(client: ChainClient, { mode }: Place): Promise<Finding[]> {
  const is = await ask<boolean>(client, '/v1/producer/paused');
  if (is !== true || mode !== 'propose') return [];
  return [
    wrong(
      null,
      'the node is paused, and the pool is in propose mode: it makes no candidates',
      'resume it, or restart it with pause-on-startup = false',
    ),
  ];
}

interface Connection {
  peer: string;
  connecting: boolean;
  last_handshake: { head_num: number };
}

async function sessions(client: ChainClient, { emitters }: Place): Promise<Finding[]> {
  const all = await ask<Connection[]>(client, '/v1/net/connections');
  if (!Array.isArray(all))
    return [
      risky(
        null,
        'the node does not say whom it is connected to: the plugin net_api_plugin is missing',
        'plugin = eosio::net_api_plugin, with http-server-address on 127.0.0.1',
      ),
    ];
  if (emitters.length === 0) return [];
  const address = ({ peer }: Connection) => peer.split(':').slice(0, 2).join(':');
  const up = all.filter(({ connecting, last_handshake: hello }) => !connecting && hello.head_num > 0);
  const away = emitters.filter((emitter) => !up.some((one) => address(one) === emitter));
  const foreign = all.filter((one) => one.peer !== '' && !emitters.includes(address(one)));
  const isAlone = away.length === emitters.length;
  return [
    ...away.map((emitter) =>
      (isAlone ? wrong : risky)(
        null,
        `no session with the emitter at ${emitter} is up`,
        "look at the node's log for why, and whether the address is right",
      ),
    ),
    ...foreign.map(({ peer }) =>
      wrong(
        null,
        `the node is connected to ${peer}, which is no emitter: its blocks leave past the emitter`,
        'take it out of config.ini and restart',
      ),
    ),
  ];
}

async function resources(client: ChainClient, { member }: Place): Promise<Finding[]> {
  if (!member) return [];
  type Account = { ram_quota: number; ram_usage: number; cpu_limit: { available: number } };
  const account = await client.post<Account>('/v1/chain/get_account', { account_name: member.account });
  const found: Finding[] = [];
  const free = account.ram_quota - account.ram_usage;
  if (account.ram_quota >= 0 && free < LOW_RAM)
    found.push(
      risky(
        null,
        `${member.account} has ${grouped(BigInt(free))} bytes of RAM free: a vote or a proposal may fail`,
        'buy some',
      ),
    );
  const cpu = Number(account.cpu_limit?.available ?? -1);
  if (cpu >= 0 && cpu < LOW_CPU)
    found.push(
      risky(
        null,
        `${member.account} has ${grouped(BigInt(cpu))} µs of CPU left: its actions may fail`,
        'stake or rent some',
      ),
    );
  return found;
}

/** Null for an API that the node does not serve. */
async function ask<T>(client: ChainClient, path: string): Promise<T | null> {
  try {
    return await client.post<T>(path);
  } catch (thrown) {
    if (thrown instanceof PoolError && thrown.code === 'chain') return null;
    // Some versions answer an API that is not there with a page instead of JSON.
    if (/no JSON/.test(sentence(thrown))) return null;
    throw thrown;
  }
}
