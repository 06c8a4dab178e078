import { type Finding, risky, wrong } from './finding.ts';
import { allOf, isOn, lastOf, type Setting } from './ini.ts';
import type { Place } from './place.ts';

/** Longer, and a node dials an emitter that was restarted too late. */
const CLEANUP_SECONDS = 5;

/** Who can reach the node, and whom it is connected to: its blocks may leave by the emitters alone. */
export function netFindings(settings: Setting[], place: Place): Finding[] {
  return [...listening(settings), ...peers(settings, place), ...api(settings), ...others(settings)];
}

function listening(settings: Setting[]): Finding[] {
  const given = allOf(settings, 'p2p-listen-endpoint');
  const right = 'p2p-listen-endpoint = 127.0.0.1:9876';
  if (given.length === 0)
    return [
      wrong(
        null,
        'p2p-listen-endpoint is missing, and by default the node listens at 0.0.0.0:9876: others could fetch its blocks past the emitter',
        right,
      ),
    ];
  return given
    .filter(({ value }) => value !== '' && !isLoopback(value))
    .map(({ line, value }) =>
      wrong(line, `the node listens for peers at ${value}: others could fetch its blocks past the emitter`, right),
    );
}

function peers(settings: Setting[], { emitters }: Place): Finding[] {
  const given = allOf(settings, 'p2p-peer-address');
  const [first = 'EMITTER:9876'] = emitters;
  if (given.length === 0)
    return [
      wrong(null, 'p2p-peer-address is missing: the node is connected to no emitter', `p2p-peer-address = ${first}`),
    ];
  if (emitters.length === 0) return [];
  const addresses = given.map((one) => ({ ...one, address: one.value.split(':').slice(0, 2).join(':') }));
  const foreign = addresses.filter(({ address }) => !emitters.includes(address));
  const missing = emitters.filter((emitter) => !addresses.some(({ address }) => address === emitter));
  return [
    ...foreign.map(({ line, value }) =>
      wrong(
        line,
        `${value} is no emitter of the pool: the node's blocks would reach the network past the emitter, which makes forks`,
        `leave it out; emitters are ${emitters.join(', ')}`,
      ),
    ),
    ...missing.map((emitter) =>
      risky(
        null,
        `the emitter at ${emitter} is not among the peers: while the others are down the member makes nothing`,
        `p2p-peer-address = ${emitter}`,
      ),
    ),
  ];
}

function api(settings: Setting[]): Finding[] {
  const plugins = allOf(settings, 'plugin').map(({ value }) => value.replace(/^eosio::/, ''));
  const found: Finding[] = [];
  const address = lastOf(settings, 'http-server-address');
  const isOpen =
    address !== undefined &&
    address.value !== '' &&
    address.value !== 'http-category-address' &&
    !isLoopback(address.value);
  const right = 'http-server-address = 127.0.0.1:8888';
  if (isOpen && plugins.includes('producer_api_plugin')) {
    found.push(
      wrong(
        address.line,
        `the producer API is open to whoever reaches ${address.value}: anybody can pause the node`,
        right,
      ),
    );
  } else if (isOpen && plugins.includes('net_api_plugin')) {
    found.push(
      risky(
        address.line,
        `the net API is open to whoever reaches ${address.value}: anybody can connect the node to others`,
        right,
      ),
    );
  }
  for (const { line, value } of allOf(settings, 'http-category-address')) {
    const [category = '', where = ''] = value.split(/,(.*)/);
    if (/^(producer|net)_rw$/.test(category) && !isLoopback(where) && !where.startsWith('/')) {
      found.push(
        wrong(
          line,
          `${category} is open to whoever reaches ${where}: anybody can change what the node does`,
          `http-category-address = ${category},127.0.0.1:8889`,
        ),
      );
    }
  }
  return found;
}

function others(settings: Setting[]): Finding[] {
  const found: Finding[] = [];
  for (const name of ['p2p-auto-bp-peer', 'p2p-bp-gossip-endpoint']) {
    for (const { line } of allOf(settings, name))
      found.push(
        wrong(
          line,
          `${name} connects the node to other producers: its blocks would leave past the emitter`,
          'leave it out',
        ),
      );
  }
  const takes = lastOf(settings, 'p2p-accept-transactions');
  if (takes && !isOn(takes))
    found.push(
      risky(
        takes.line,
        'without transactions from peers the node makes empty blocks',
        'p2p-accept-transactions = true',
      ),
    );
  const cleanup = lastOf(settings, 'connection-cleanup-period');
  if (!cleanup || Number(cleanup.value) > CLEANUP_SECONDS) {
    const now = cleanup ? cleanup.value : '30 by default';
    found.push(
      risky(
        cleanup?.line ?? null,
        `connection-cleanup-period is ${now}: so many seconds until the node dials an emitter again that was away`,
        `connection-cleanup-period = ${CLEANUP_SECONDS}`,
      ),
    );
  }
  return found;
}

/** Whether an address "host:port" is this machine's own. */
export function isLoopback(address: string): boolean {
  const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return /^127\.|^localhost$|^::1$/.test(host);
}
