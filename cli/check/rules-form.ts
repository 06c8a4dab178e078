import { type Finding, risky, wrong } from './finding.ts';
import type { Setting } from './ini.ts';
import { nearest } from './nearest.ts';
import { known, type Version, versionsWith } from './versions.ts';

/** Settings that may stand several times; of all others nodeos takes one. Source: `composing()` in nodeos' plugins. */
const REPEATED = new Set([
  ...[
    'plugin',
    'producer-name',
    'signature-provider',
    'private-key',
    'p2p-peer-address',
    'p2p-listen-endpoint',
    'p2p-auto-bp-peer',
  ],
  ...[
    'p2p-bp-gossip-endpoint',
    'peer-key',
    'peer-private-key',
    'allowed-connection',
    'http-alias',
    'http-category-address',
  ],
  ...[
    'checkpoint',
    'actor-whitelist',
    'actor-blacklist',
    'contract-whitelist',
    'contract-blacklist',
    'action-blacklist',
  ],
  ...['key-blacklist', 'sender-bypass-whiteblacklist', 'trusted-producer', 'greylist-account', 'trace-rpc-abi'],
  ...['profile-account', 'disable-subjective-account-billing', 'filter-on', 'filter-out', 'eos-vm-oc-whitelist'],
]);

/** What replaced an option that went. Source: nodeos' release notes, and its plugins at the tags in nodeos-options.json. */
const INSTEAD: Record<string, string> = {
  'cpu-effort-percent': 'produce-block-offset-ms (from Leap 5 on)',
  'last-block-cpu-effort-percent': 'produce-block-offset-ms (from Leap 5 on)',
  'produce-time-offset-us': 'produce-block-offset-ms (from Leap 5 on)',
  'last-block-time-offset-us': 'produce-block-offset-ms (from Leap 5 on)',
  'produce-block-offset-ms': 'cpu-effort-percent (before Leap 5)',
  'private-key': 'signature-provider = PUBLIC=KEY:PRIVATE',
};

/** Plugins that went, or that a member has no use for. */
const OLD_PLUGINS = [
  'history_plugin',
  'history_api_plugin',
  'mongo_db_plugin',
  'faucet_testnet_plugin',
  'login_plugin',
];
const NEEDED = ['producer_plugin', 'net_plugin', 'chain_api_plugin'];
/** Plugins that load others with them. Source: APPBASE_PLUGIN_REQUIRES. */
const BRINGS: Record<string, string[]> = {
  producer_api_plugin: ['producer_plugin', 'chain_plugin', 'net_plugin', 'http_plugin'],
  net_api_plugin: ['net_plugin', 'http_plugin'],
  net_plugin: ['chain_plugin', 'producer_plugin'],
  chain_api_plugin: ['chain_plugin', 'http_plugin'],
};

/** Options that this nodeos does not know, that stand twice, plugins that are missing or gone. */
export function formFindings(settings: Setting[], versions: Version[], isStandby: boolean): Finding[] {
  return [...unknown(settings, versions), ...repeated(settings), ...plugins(settings, versions, isStandby)];
}

function unknown(settings: Setting[], versions: Version[]): Finding[] {
  const { options, commandLineOnly } = known(versions);
  const name = versions.join(' or ');
  return settings
    .filter((one) => !options.has(one.name))
    .map(({ line, name: option }) => {
      if (commandLineOnly.has(option))
        return wrong(
          line,
          `${option} is for the command line: nodeos ${name} does not start with it here`,
          'leave it out',
        );
      const others = versionsWith(option);
      if (others.length > 0) {
        const instead = INSTEAD[option];
        return wrong(
          line,
          `${option} is an option of ${others.join(', ')}: nodeos ${name} does not start with it`,
          instead ? `use ${instead}` : 'leave it out',
        );
      }
      const close = nearest(option, [...options]);
      return wrong(
        line,
        `nodeos ${name} has no option ${option} and does not start with it`,
        close ? `did you mean ${close}?` : 'leave it out',
      );
    });
}

function repeated(settings: Setting[]): Finding[] {
  return settings.flatMap((one, i) => {
    const before = settings
      .slice(0, i)
      .find((other) => other.name === one.name && (!REPEATED.has(one.name) || other.value === one.value));
    if (!before) return [];
    if (REPEATED.has(one.name))
      return [
        risky(
          one.line,
          `${one.name} stands in line ${before.line} with the same value already`,
          'leave one of them out',
        ),
      ];
    return [
      wrong(
        one.line,
        `${one.name} stands in line ${before.line} already, and nodeos takes it once: it does not start`,
        'leave one of them out',
      ),
    ];
  });
}

function plugins(settings: Setting[], versions: Version[], isStandby: boolean): Finding[] {
  const given = settings
    .filter((one) => one.name === 'plugin')
    .map(({ line, value }) => ({ line, value: value.replace(/^eosio::/, '') }));
  const has = new Set(given.flatMap(({ value }) => [value, ...(BRINGS[value] ?? [])]));
  for (const one of [...has]) for (const more of BRINGS[one] ?? []) has.add(more);
  const needed = isStandby ? [...NEEDED, 'producer_api_plugin'] : NEEDED;
  const why: Record<string, string> = {
    producer_plugin: 'without it the node makes no blocks',
    net_plugin: 'without it the node reaches no emitter',
    chain_api_plugin: 'without it neither the agent nor these checks can ask the node',
    producer_api_plugin: 'in standby mode the agent pauses and resumes the node by it',
  };
  const { plugins: all } = known(versions);
  return [
    ...needed
      .filter((one) => !has.has(one))
      .map((one) => wrong(null, `the plugin ${one} is missing: ${why[one]}`, `plugin = eosio::${one}`)),
    ...given.flatMap(({ line, value }) => {
      if (!all.has(value))
        return [
          wrong(
            line,
            `nodeos ${versions.join(' or ')} has no plugin ${value} and does not start with it`,
            'leave it out',
          ),
        ];
      return OLD_PLUGINS.includes(value)
        ? [risky(line, `the plugin ${value} is deprecated, and a member has no use for it`, 'leave it out')]
        : [];
    }),
  ];
}
