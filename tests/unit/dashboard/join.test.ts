import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIni } from '../../../cli/check/ini.ts';
import { formFindings } from '../../../cli/check/rules-form.ts';
import type { Version } from '../../../cli/check/versions.ts';
import type { Facts } from '../../../common/governance/facts.ts';
import { keyId } from '../../../common/keys.ts';
import type { EmitterView } from '../../../dashboard/api.ts';
import type { EmitterStatus } from '../../../dashboard/server/follow/status.ts';
import { newSlot, type Seen, viewOf } from '../../../dashboard/server/grid/state.ts';
import { type JoinSight, joinSteps } from '../../../dashboard/server/join/checklist.ts';
import { configFor } from '../../../dashboard/server/join/config-lines.ts';
import { VERSIONS } from '../../../dashboard/server/join/versions.ts';
import { KeyRing } from '../../../devnet/keys.ts';

const keys = new KeyRing(3);
const key = keys.pair('dave').public;
const id = keyId(key);

const emitter: EmitterView = {
  ...{ name: 'emitter1', state: 'ready', reasons: [], relayUp: true, peersUp: 1, members: [], leader: null, logSeq: 5 },
  ...{ notices: [], ageMs: 1 },
};
const status: EmitterStatus = {
  ...{
    ready: true,
    reasons: [],
    relayUp: true,
    peersUp: 1,
    members: [],
    unnamed: 0,
    signers: [],
    window: null,
    logSeq: 5,
  },
};

function sight(more: Partial<JoinSight> & { member?: object } = {}): JoinSight {
  const { member, ...rest } = more;
  const base = { account: 'dave', status: 'applied', key, terms: 0, proofTerms: 2 };
  const members = member === undefined ? [] : [{ ...base, ...member }];
  const facts = { config: { termsVersion: 2 }, members } as unknown as Facts;
  const none = { admission: null, emitters: [emitter], statuses: [status], slots: [], row: -1 };
  return { account: 'dave', key: id, facts, ...none, ...rest };
}

function stateOf(name: string, of: JoinSight): [string, string] {
  const found = joinSteps(of).find((one) => one.name === name);
  return [found?.state ?? '', found?.text ?? ''];
}

function slotWith(seen: Partial<Seen>) {
  const state = newSlot(120);
  const one = { emitter: 'emitter1', row: null, member: null, signer: id, id: 'ab', at: 0, bytes: 1, transactions: 0 };
  state.seen.push({ ...one, verdict: 'valid', reason: null, via: null, ...seen });
  return state;
}

const CASES: [what: string, step: string, sight: JoinSight, state: string, text: RegExp][] = [
  ['nobody applied', 'application', sight(), 'waiting', /push the join line/],
  ['an application with this key', 'application', sight({ member: {} }), 'done', /applied with the key/],
  [
    'an application with another key',
    'application',
    sight({ member: { key: keys.pair('eve').public } }),
    'problem',
    /another key of dave/,
  ],
  ['an expelled account', 'application', sight({ member: { status: 'expelled' } }), 'problem', /cannot join again/],
  ['one that left', 'application', sight({ member: { status: 'left' } }), 'waiting', /apply again/],
  ['the newest terms by the proof', 'agreement', sight({ member: {} }), 'done', /version 2/],
  ['old terms', 'agreement', sight({ member: { proofTerms: 1 } }), 'problem', /the newest is 2: push agree/],
  ['an emitter that takes members', 'reachable', sight(), 'done', /emitter1 take members/],
  [
    'no emitter that does',
    'reachable',
    sight({ emitters: [{ ...emitter, state: 'away' }] }),
    'problem',
    /no emitter takes members now \(emitter1\)/,
  ],
  ['no emitter at all', 'reachable', sight({ emitters: [], statuses: [] }), 'problem', /knows no emitter/],
  ['no connection', 'session', sight(), 'waiting', /no connection is known to be this node’s$/],
  [
    'connections of nobody',
    'session',
    sight({ statuses: [{ ...status, unnamed: 2 }] }),
    'waiting',
    /2 connections are not known yet/,
  ],
  [
    'a connection by key',
    'session',
    sight({ statuses: [{ ...status, signers: [id] }] }),
    'done',
    /^connected to emitter1$/,
  ],
  [
    'a connection to one of two',
    'session',
    sight({
      emitters: [
        { ...emitter, members: ['dave'] },
        { ...emitter, name: 'emitter2' },
      ],
      statuses: [status, status],
    }),
    'problem',
    /and not to emitter2: each emitter wants a p2p-peer-address line/,
  ],
  ['no block', 'key', sight(), 'waiting', /no block with its key/],
  ['a valid block', 'key', sight({ slots: [slotWith({})] }), 'done', /valid block for slot 120/],
  [
    'an invalid block',
    'key',
    sight({ slots: [slotWith({ verdict: 'invalid', reason: 'foreign_key' })] }),
    'problem',
    /invalid \(foreign_key\)/,
  ],
  ['a block of another key', 'key', sight({ slots: [slotWith({ signer: '0:aa' })] }), 'waiting', /no block/],
  ['a block on the chain', 'synced', sight({ slots: [slotWith({})] }), 'done', /built on the pool’s chain/],
  [
    'a block on nothing known',
    'synced',
    sight({ slots: [slotWith({ verdict: 'invalid', reason: 'unlinked' })] }),
    'problem',
    /not on this chain’s head/,
  ],
  ['nothing of it', 'synced', sight(), 'waiting', /shows with its first block/],
  ['a member', 'admitted', sight({ member: { status: 'active' } }), 'done', /dave is a member/],
  ['a vote', 'admitted', sight({ member: {}, admission: 'proposal 5 admits dave' }), 'waiting', /proposal 5/],
  ['no vote', 'admitted', sight({ member: {} }), 'waiting', /has to propose the admission/],
  ['a suspended one', 'admitted', sight({ member: { status: 'suspended' } }), 'problem', /suspended/],
];

for (const [what, name, of, state, text] of CASES) {
  test(`${what}: ${name} is ${state}`, () => {
    const [is, said] = stateOf(name, of);
    assert.equal(is, state);
    assert.match(said, text);
  });
}

test('who stands by is in sync', () => {
  const state = newSlot(120);
  viewOf(state, 'emitter1').cells = '.S';
  assert.deepEqual(stateOf('synced', sight({ slots: [state], row: 1 })), [
    'done',
    'it stood by in 1 of the newest 1 slots',
  ]);
});

const wish = { pool: 'poolbp', key, emitters: ['a.example:9700', 'b.example:9700'], mode: 'propose', chainId: 'c' };

test('each version gets the option that it knows, and never the other one', () => {
  for (const version of VERSIONS) {
    const { text } = configFor({ ...wish, version });
    const isOld = ['eosio2', 'leap3', 'leap4'].includes(version.version);
    assert.equal(text.includes('cpu-effort-percent'), isOld, version.version);
    assert.equal(text.includes('produce-block-offset-ms'), !isOld, version.version);
  }
});

/** Those of ./pool check that a version of the page stands for. */
const CHECKED: Record<string, Version[]> = {
  ...{ eosio2: ['eosio-2.0'], leap3: ['leap-3'], leap4: ['leap-4'], leap5: ['leap-5'] },
  spring1: ['spring-1.0', 'spring-1.2'],
};

for (const version of VERSIONS) {
  for (const mode of ['propose', 'standby']) {
    test(`./pool check finds every plugin and option that ${version.name} needs, and none that it does not know (${mode})`, () => {
      const { settings, findings } = parseIni(configFor({ ...wish, version, mode }).text);
      assert.deepEqual(findings, []);
      for (const one of CHECKED[version.version] ?? assert.fail())
        assert.deepEqual(formFindings(settings, [one], mode === 'standby'), [], one);
    });
  }
}

test('the lines name every emitter and no other peer, listen nowhere, and ask for no private key', () => {
  const [version] = VERSIONS;
  const { text, lines, notes } = configFor({ ...wish, version: version as (typeof VERSIONS)[number] });
  assert.deepEqual(text.match(/^p2p-peer-address = .*$/gm), [
    'p2p-peer-address = a.example:9700',
    'p2p-peer-address = b.example:9700',
  ]);
  assert.match(text, /^p2p-listen-endpoint =$/m);
  assert.match(text, new RegExp(`^signature-provider = ${key}=KEY:YOUR_PRIVATE_KEY$`, 'm'));
  assert.ok(lines.every(({ why }) => why.length > 5));
  assert.doesNotMatch(text, /pause-on-startup|producer_api/);
  assert.match(notes.join(), /EOSIO 2.0 was not tried/);
});

test('in standby mode it begins paused, with the producer API on this machine alone', () => {
  const { text, notes } = configFor({
    ...wish,
    version: VERSIONS[2] as (typeof VERSIONS)[number],
    mode: 'standby',
    emitters: [],
  });
  assert.match(text, /^pause-on-startup = true$/m);
  assert.match(text, /^plugin = eosio::producer_api_plugin$/m);
  assert.match(text, /^http-server-address = 127\.0\.0\.1:8888$/m);
  assert.match(text, /^p2p-peer-address = EMITTER:PORT$/m);
  assert.match(notes.join(), /\.\/pool agent/);
});
