import { readMsig } from '../../common/governance/msig.ts';
import { FIGURES, type Figure } from '../../common/governance/pool.ts';
import { ROLES } from '../../common/governance/roles.ts';
import { parseStrategy } from '../../emitter/select/strategy.ts';
import { accountName } from '../oracle/chain-view.ts';
import { integer } from '../run/options.ts';
import { refuse, requireText } from './checks.ts';
import { figureValue } from './figure-value.ts';
import { fileHash } from './file-hash.ts';
import type { KindCommand } from './kind-command.ts';
import { oneOfWords, onOff, publicKey, sha256Hex } from './options.ts';

/** Figures that change the rules of voting themselves. Source: contracts/pool/figures.ts, `isConstitutional`. */
const TWO_THIRDS: readonly Figure[] = ['votetime', 'locktime', 'grace'];
/** What a role without a key of its own is named with: a K1 key of zeros. */
const NO_KEY = 'EOS1111111111111111111111111111111114T1Anm';

export const ruleKinds: KindCommand[] = [
  {
    kind: 'terms',
    about: 'make a new constitution the text of record; two thirds; its sha256 is computed from the file',
    example: 'terms docs/constitution.md --text "version 2"',
    shape: (command) =>
      command.argument('[file]', 'the text').option('--hash <sha256>', 'instead of the file', sha256Hex),
    make: ({ facts }, [file], { hash }) => {
      if ((file === undefined) === (hash === undefined))
        throw refuse('name the constitution: a file, or its sha256 with --hash, one of the two');
      const terms = file === undefined ? String(hash) : fileHash(file, 'the constitution');
      if (terms === facts.config.terms)
        throw refuse(`the text with sha256 ${terms} is in force already: name another one`);
      return { data: { terms }, columns: { digest: terms, twoThirds: true } };
    },
  },
  {
    kind: 'config',
    about: 'set a figure: seconds (or 90m, 12h, 3d), percent, or an amount as "100 EOS"',
    example: 'config votetime 2d --text "votes took too long"',
    shape: (command) =>
      command.argument('<figure>', FIGURES.join(', '), oneOfWords(...FIGURES)).argument('<value>', 'its value'),
    make: ({ facts }, [figure = '', text = '']) => {
      const value = figureValue(figure as Figure, text, facts.symbol);
      const twoThirds = TWO_THIRDS.includes(figure as Figure);
      return { data: { figure, value: value.toString() }, columns: { subject: figure, value, twoThirds } };
    },
  },
  {
    kind: 'url',
    about: "set the producer's page and location (ISO 3166-1 number)",
    example: 'url https://pool.example 276',
    shape: (command) => command.argument('<url>', 'its page').argument('<location>', 'its country', integer(0, 65_535)),
    make: (_, [url = '', location]) => {
      requireText('url', url);
      const columns = { detail: url, value: BigInt(location ?? 0) };
      return { data: { url, location: Number(location) }, columns };
    },
  },
  {
    kind: 'register',
    about: 'register the producer with the keys of all members, or unregister it',
    example: 'register on --text "we begin"',
    shape: (command) => command.argument('<on|off>', 'on registers', onOff),
    make: (_, [word]) => ({ data: { on: word === 'on' }, columns: { value: word === 'on' ? 1n : 0n } }),
  },
  {
    kind: 'strategy',
    about: 'set the rule by which emitters choose blocks, and the mode; see docs/strategies.md',
    example: 'strategy sticky --mode propose --text "fewer changes"',
    shape: (command) =>
      command
        .argument('<strategy>', 'first-delivered, rotate, sticky, fullest:wait=200 …')
        .option('--mode <mode>', 'propose or standby (default: as it is)', oneOfWords('propose', 'standby')),
    make: ({ facts }, [strategy = ''], { mode = facts.strategy.mode }) => {
      const bytes = Buffer.byteLength(strategy);
      if (bytes === 0 || bytes > 32) throw refuse(`the strategy has ${bytes} bytes: 1 to 32 are allowed`);
      const parsed = parseStrategy(strategy);
      if (!parsed.ok) throw refuse(parsed.problem);
      return { data: { strategy, mode }, columns: { detail: strategy, subject: String(mode) } };
    },
  },
  {
    kind: 'claim',
    about: 'add an action by which the chain pays the producer, or take one away',
    example: 'claim eosio claimrewards on',
    shape: (command) =>
      command
        .argument('<contract>', 'its account', accountName)
        .argument('<action>', 'its name', accountName)
        .argument('<on|off>', 'on adds it', onOff),
    make: ({ facts }, [code = '', name = '', word]) => {
      const on = word === 'on';
      const has = facts.claims.some((claim) => claim.code === code && claim.name === name);
      if (has === on)
        throw refuse(`${code}::${name} is ${on ? 'a claim of this pool already' : 'no claim of this pool'}`);
      return { data: { code, name, on }, columns: { subject: code, target: name, value: on ? 1n : 0n } };
    },
  },
  {
    kind: 'role',
    about: 'name an emitter, oracle or arbitrator, or dismiss one (off)',
    example: 'role emitter emitterco on --key EOS6MRy… --endpoints p2p.emitter.example:9876',
    shape: (command) =>
      command
        .argument('<role>', ROLES.join(', '), oneOfWords(...ROLES))
        .argument('<account>', 'who', accountName)
        .argument('<on|off>', 'on names it', onOff)
        .option('--key <public key>', "an emitter's: it signs its log", publicKey)
        .option('--endpoints <text>', "an emitter's: where members and readers reach it", ''),
    make: ({ facts }, [role = '', account = '', word], { key, endpoints = '' }) => {
      requireText('endpoints', String(endpoints));
      const on = word === 'on';
      const holds = facts.roles.some((one) => one.role === role && one.account === account && one.active);
      if (!on && !holds) throw refuse(`${account} is no ${role} of this pool: ./pool rules lists them`);
      if (on && holds && role !== 'emitter') throw refuse(`${account} is ${role} already`);
      if (on && role === 'emitter' && key === undefined)
        throw refuse(`emitter ${account} needs a key to sign its log with: --key`);
      const used = on && role === 'emitter' ? String(key) : NO_KEY;
      const columns = { target: role, subject: account, value: on ? 1n : 0n, key: used, detail: String(endpoints) };
      return { data: { role, account, on, key: used, endpoints }, columns };
    },
  },
  {
    kind: 'msig',
    about:
      "approve an eosio.msig proposal as the pool's owner, as for an upgrade; two thirds; its hash is read from the chain",
    example: 'msig alice upgrade1 --text "version 0.2"',
    shape: (command) =>
      command
        .argument('<proposer>', 'who proposed it there', accountName)
        .argument('<name>', 'its name there', accountName)
        .option('--hash <sha256>', 'refuse unless the packed transaction there has this sha256', sha256Hex),
    make: async ({ client }, [proposer = '', name = ''], { hash }) => {
      const found = await readMsig(client, proposer, name);
      if (!found) throw refuse(`${proposer} has no proposal ${name} in eosio.msig`);
      if (hash !== undefined && hash !== found.hash)
        throw refuse(`${name} of ${proposer} has the sha256 ${found.hash}, and --hash names ${hash}`);
      const data = { msig_proposer: proposer, proposal_name: name, trx_hash: found.hash };
      return { data, columns: { subject: proposer, target: name, digest: found.hash, twoThirds: true } };
    },
  },
  {
    kind: 'unpause',
    about: 'end a pause',
    example: 'unpause --text "the fault is mended"',
    shape: (command) => command,
    make: ({ facts }) => {
      if (facts.config.pausedUntil <= facts.now) throw refuse('the pool is not paused');
      return { data: {}, columns: {} };
    },
  },
  {
    kind: 'dissolve',
    about: 'dissolve the pool; two thirds',
    example: 'dissolve --text "we part as friends"',
    shape: (command) => command,
    make: ({ facts }) => {
      if (facts.config.phase !== 'live')
        throw refuse(`the pool is ${facts.config.phase}: only a live one is dissolved`);
      return { data: {}, columns: { twoThirds: true } };
    },
  },
];
