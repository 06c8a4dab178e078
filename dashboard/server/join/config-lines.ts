import type { JoinConfigAnswer } from '../../api.ts';
import { VERSIONS } from './versions.ts';

export interface ConfigWish {
  version: (typeof VERSIONS)[number];
  /** The pool's producer account. */
  pool: string;
  /** Of the member's signing key, text form; null when it is not known yet. */
  key: string | null;
  /** "host:port" of every emitter; empty when they are not told here. */
  emitters: string[];
  mode: string;
  chainId: string;
}

/** The lines of a member's config.ini with a reason each. The private key is never asked for: a word stands in its place. */
export function configFor(
  wish: ConfigWish,
): Pick<JoinConfigAnswer, 'lines' | 'text' | 'notes' | 'version' | 'versions'> {
  const { version, pool, key, emitters, mode, chainId } = wish;
  const isStandby = mode === 'standby';
  const addresses = emitters.length > 0 ? emitters : ['EMITTER:PORT'];
  const lines = [
    {
      line: 'plugin = eosio::net_plugin',
      why: 'it connects to the emitters; releases load it by themselves, other builds end at once without it',
    },
    { line: 'plugin = eosio::producer_plugin', why: 'it makes blocks' },
    { line: 'plugin = eosio::chain_api_plugin', why: 'so that ./pool check and the agent can ask how it is' },
    ...(isStandby
      ? [
          {
            line: 'plugin = eosio::producer_api_plugin',
            why: 'the agent beside it pauses and resumes it, on this machine alone',
          },
        ]
      : []),
    { line: 'http-server-address = 127.0.0.1:8888', why: 'nobody but this machine reaches its API' },
    { line: `producer-name = ${pool}`, why: 'blocks are made in the pool’s name, signed with your key' },
    {
      line: `signature-provider = ${key ?? 'YOUR_PUBLIC_KEY'}=KEY:YOUR_PRIVATE_KEY`,
      why: 'put the private key in its place on your machine only, and make the file readable for nodeos alone (chmod 600); or …=KEOSD:URL of a keosd that has it',
    },
    ...addresses.map((address, i) => ({
      line: `p2p-peer-address = ${address}`,
      why:
        i === 0 ? 'every emitter, all the time, and no other peer: what reaches others directly is a leak' : 'the same',
    })),
    { line: 'p2p-listen-endpoint =', why: 'empty: no node can take your blocks from you directly' },
    {
      line: 'connection-cleanup-period = 5',
      why: 'an emitter that was restarted is dialled again within 5 s, and not only after 30',
    },
    version.timing,
    ...(isStandby ? [{ line: 'pause-on-startup = true', why: 'standby mode: it makes no blocks until it leads' }] : []),
  ];
  const notes = [
    `start it from a snapshot of this chain (chain id ${chainId}), for emitters are no peers to load a whole chain from`,
    ...(emitters.length > 0
      ? []
      : ['this page tells no addresses: ask the pool’s operators for those of the emitters']),
    ...(isStandby
      ? ['run ./pool agent beside it: in standby mode it is paused and resumed by that (docs/agent.md)']
      : []),
    ...version.notes,
  ];
  return {
    version: version.version,
    versions: VERSIONS.map(({ version: each, name }) => ({ version: each, name })),
    lines,
    text: `${lines.map(({ line }) => line).join('\n')}\n`,
    notes,
  };
}
