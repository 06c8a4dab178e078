import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyId } from '../../../common/keys.ts';
import { isShown } from '../../../deploy/apply/apply.ts';
import type { Deployment } from '../../../deploy/file.ts';
import { makePlan, ready } from '../../../deploy/plan/plan.ts';
import { missingSigners, signersOf } from '../../../deploy/plan/sign.ts';
import type { Given } from '../../../deploy/plan/step.ts';
import { cases, fc } from '../../support/property.ts';
import { account, code, deployment, KEYS, ModelChain, NO_CODE, otherHash } from './support/model-chain.ts';

/** Carries plans out until nothing is left that could be pushed; lets time pass where something waits for it. Gives the steps in order. */
async function carryOut(chain: ModelChain, wanted: Deployment = deployment(), most = 200): Promise<string[]> {
  const done: string[] = [];
  for (let i = 0; i < most; i++) {
    const plan = await makePlan(chain.given(wanted));
    assert.deepEqual(plan.problems, []);
    const [next] = ready(plan);
    if (next !== undefined) {
      assert.ok(!done.includes(next.id), `${next.id} is to be done a second time`);
      chain.push(next.actions);
      done.push(next.id);
      continue;
    }
    const until = plan.steps.flatMap((step) => (step.until === undefined ? [] : [step.until]));
    if (until.length === 0) return done;
    chain.now = Math.min(...until);
  }
  throw new Error('it comes to no end');
}

let settled: ModelChain | undefined;

/** A chain on which all is done: made once, for that takes many plans. */
async function live(): Promise<ModelChain> {
  if (settled === undefined) {
    settled = new ModelChain();
    await carryOut(settled);
  }
  return settled.copy();
}

const idsOf = async (chain: ModelChain, wanted?: Deployment) =>
  (await makePlan(chain.given(wanted))).steps.map(({ id }) => id);

test('from nothing: in an order in which each step can be done, and nothing is left', async () => {
  const chain = new ModelChain();
  const done = await carryOut(chain);
  assert.deepEqual(done.slice(0, 13), [
    'account:pooldac',
    'account:poolbp',
    'code:pooldac',
    'account:oracle1',
    'permission:oracle1@report',
    'links:oracle1@report',
    'init',
    'figures',
    'claims',
    'join:alice',
    'join:bob',
    'join:carol',
    'handover',
  ]);
  assert.deepEqual(await idsOf(chain), []);
  assert.equal(chain.pool?.config.registered, true);
});

test('a plan changes nothing of what it is given', async () => {
  const given = new ModelChain().given();
  const before = structuredClone(given.state);
  await makePlan(given);
  assert.deepEqual(given.state, before);
});

/** One thing that somebody changes behind the plan's back. */
const disturbances: Record<string, (chain: ModelChain) => void> = {
  'the key of report': (chain) => {
    const held = chain.get('oracle1').permissions.find(({ name }) => name === 'report');
    if (held) held.auth = { threshold: 1, keys: [{ key: KEYS[0], weight: 1 }], accounts: [], waits: [] };
  },
  'report hangs on owner': (chain) => {
    const held = chain.get('oracle1').permissions.find(({ name }) => name === 'report');
    if (held) held.parent = 'owner';
  },
  'a link of report less': (chain) =>
    void chain
      .get('oracle1')
      .permissions.find(({ name }) => name === 'report')
      ?.links.pop(),
  'a link of report more': (chain) =>
    void chain
      .get('oracle1')
      .permissions.find(({ name }) => name === 'report')
      ?.links.push({ code: 'eosio.token', type: '' }),
  'less RAM': (chain) => {
    chain.get('pooldac').ram.quota -= 500_000;
  },
  'less CPU': (chain) => {
    chain.get('poolbp').cpu = 1n;
  },
  'other code': (chain) => {
    chain.get('pooldac').codeHash = otherHash('code');
  },
  'another ABI': (chain) => {
    chain.get('pooldac').abiHash = otherHash('abi');
  },
  'a key in active': (chain) => {
    const active = chain.get('pooldac').permissions.find(({ name }) => name === 'active');
    if (active) active.auth = { ...active.auth, keys: [{ key: KEYS[1], weight: 1 }] };
  },
  'a key in owner': (chain) => {
    const owner = chain.get('pooldac').permissions.find(({ name }) => name === 'owner');
    if (owner) owner.auth = { ...owner.auth, keys: [{ key: KEYS[1], weight: owner.auth.threshold }] };
  },
  'a foreign permission': (chain) => {
    const auth = { threshold: 1, keys: [{ key: KEYS[1], weight: 1 }], accounts: [], waits: [] };
    chain
      .get('pooldac')
      .permissions.push({ name: 'spare', parent: 'active', auth, links: [{ code: 'eosio.token', type: 'transfer' }] });
    chain.get('pooldac').permissions.push({ name: 'below', parent: 'spare', auth, links: [] });
  },
  'an action open to all': (chain) => {
    const auth = { threshold: 1, keys: [], accounts: [], waits: [] };
    chain
      .get('pooldac')
      .permissions.push({ name: 'eosio.any', parent: '', auth, links: [{ code: 'pooldac', type: 'init' }] });
  },
  'a role less': (chain) => void chain.pool?.oracles.pop(),
  'a role more': (chain) => void chain.pool?.arbitrators.push('bob'),
  'an emitter elsewhere': (chain) => {
    if (chain.pool?.emitters[0]) chain.pool.emitters[0].endpoints = 'elsewhere:1';
  },
  'another figure': (chain) => {
    if (chain.pool) chain.pool.config.figures.mingap = 7;
  },
  'another constitution': (chain) => {
    if (chain.pool) chain.pool.config.termsHash = otherHash('terms');
  },
  'another claim': (chain) => {
    if (chain.pool) chain.pool.claims = [{ code: 'eosio.bpay', name: 'claimrewards' }];
  },
  'another strategy': (chain) => {
    if (chain.pool) chain.pool.strategy = 'rotate';
  },
  'not registered': (chain) => {
    if (chain.pool) chain.pool.config.registered = false;
  },
  'thrown out of the system contract': (chain) => {
    if (chain.registeredProducer) chain.registeredProducer.active = false;
  },
};

for (const [what, disturb] of Object.entries(disturbances)) {
  test(`${what}: named, and mended`, async () => {
    const chain = await live();
    disturb(chain);
    assert.notDeepEqual(await idsOf(chain), []);
    await carryOut(chain);
    assert.deepEqual(await idsOf(chain), []);
  });
}

test('whatever was changed, before the hand-over or after it: what is carried out leaves nothing to do', async () => {
  const names = fc.subarray(Object.keys(disturbances));
  await fc.assert(
    fc.asyncProperty(names, fc.nat(40), names, async (early, steps, late) => {
      const chain = new ModelChain();
      for (let i = 0; i < steps; i++) {
        const [next] = ready(await makePlan(chain.given()));
        if (next === undefined) break;
        chain.push(next.actions);
      }
      // Before the hand-over nothing of a pool that was founded otherwise can be put right.
      const fits = (name: string) => chain.pool?.config.phase === 1 || name !== 'another constitution';
      if (chain.accounts.get('oracle1') && chain.accounts.get('pooldac'))
        for (const name of early.filter(fits)) if (chain.accounts.get('poolbp')) disturbances[name]?.(chain);
      await carryOut(chain);
      for (const name of late) disturbances[name]?.(chain);
      await carryOut(chain);
      assert.deepEqual(await idsOf(chain), []);
    }),
    cases(8),
  );
});

test('an account that is held by its own keys is taken out of their hands before the hand-over', async () => {
  const chain = new ModelChain();
  chain.accounts.set('poolbp', account('poolbp', KEYS[2]));
  const done = await carryOut(chain);
  const at = (id: string) => done.indexOf(id);
  assert.ok(at('permission:poolbp@active') >= 0 && at('permission:poolbp@active') < at('permission:poolbp@owner'));
  assert.ok(at('permission:poolbp@owner') < at('handover'));
});

test('an upgrade: laid into eosio.msig, voted on, approved, executed; an expired one is taken away first', async () => {
  const chain = await live();
  chain.get('pooldac').codeHash = otherHash('code');
  const [first] = ready(await makePlan(chain.given()));
  assert.match(first?.id ?? '', /^msig:up[a-z1-5]{10}\/lay$/);
  chain.push(first?.actions ?? []);
  chain.now += 71 * 24 * 3600 * 1000;
  const [second] = await idsOf(chain);
  assert.match(second ?? '', /\/cancel$/);
  const plan = await makePlan(chain.given());
  chain.push(plan.steps[0]?.actions ?? []);
  const done = await carryOut(chain);
  assert.match(done.join(' '), /lay msig:\S+\/propose .*\/tally .*\/execute .*\/exec$/);
  assert.equal(chain.get('pooldac').codeHash, code.hash);
});

test('an upgrade that is executed shows with its code, not when its proposal is gone: eosio.msig may do it some blocks later', async () => {
  const chain = await live();
  chain.get('pooldac').codeHash = otherHash('code');
  const executes = async () => (await makePlan(chain.given())).steps.find(({ id }) => id.endsWith('/exec'));
  let exec = await executes();
  for (let i = 0; exec === undefined && i < 20; i++) {
    const plan = await makePlan(chain.given());
    const [next] = ready(plan);
    if (next) chain.push(next.actions);
    else chain.now = Math.min(...plan.steps.flatMap(({ until }) => until ?? []));
    exec = await executes();
  }
  assert.ok(exec);
  chain.msig.length = 0;
  const left = async () => (await makePlan(chain.given())).steps;
  assert.match((await left())[0]?.id ?? '', /^msig:up[a-z1-5]{10}\/lay$/);
  assert.equal(isShown(exec, await left()), false);
  chain.get('pooldac').codeHash = code.hash;
  assert.equal(isShown(exec, await left()), true);
});

test('an upgrade that fits into no member’s RAM: the first one gets what it lacks', async () => {
  const chain = await live();
  for (const name of ['alice', 'bob', 'carol']) chain.get(name).ram.quota = 3100;
  chain.get('pooldac').codeHash = otherHash('code');
  const [first] = await idsOf(chain);
  assert.equal(first, 'ram:alice');
  await carryOut(chain);
  assert.deepEqual(await idsOf(chain), []);
});

test('something else under the name of an upgrade is not voted on', async () => {
  const chain = await live();
  chain.get('pooldac').codeHash = otherHash('code');
  const [first] = ready(await makePlan(chain.given()));
  chain.push(first?.actions ?? []);
  const [lying] = chain.msig;
  if (lying) lying.packed = lying.packed.slice(0, -2);
  const { steps } = await makePlan(chain.given());
  assert.deepEqual(
    [steps[0]?.is, steps[0]?.id.endsWith('/cancel')],
    ['something else lies there under its name', true],
  );
});

test('what members voted down is not proposed again, but by --again', async () => {
  const chain = await live();
  const wanted = deployment({ strategy: 'rotate' });
  chain.push((await makePlan(chain.given(wanted))).steps[0]?.actions ?? []);
  chain.now += 10_000;
  chain.push((await makePlan(chain.given(wanted))).steps[0]?.actions ?? []);
  const plan = await makePlan(chain.given(wanted));
  assert.match(plan.steps[0]?.waits ?? '', /voted it down in proposal \d+ \(0 of 3 said yes\).*--again/);
  assert.deepEqual(ready(plan), []);
  const again = await makePlan(chain.given(wanted, { again: true }));
  assert.equal(ready(again)[0]?.id, 'strategy/propose');
});

test('a founder whose signing key is elsewhere is waited for, and the hand-over with it', async () => {
  const chain = new ModelChain();
  const given = () => chain.given(deployment(), { prove: () => null });
  for (let next = ready(await makePlan(given()))[0]; next; next = ready(await makePlan(given()))[0])
    chain.push(next.actions);
  const { steps } = await makePlan(given());
  assert.match(steps.find(({ id }) => id === 'join:alice')?.waits ?? '', /joins on its own machine/);
  assert.ok(steps.some(({ id }) => id === 'handover'));
  assert.equal(chain.pool?.config.phase, 0);
});

test('without the hand-over nothing is proposed', async () => {
  const chain = new ModelChain();
  const wanted = deployment({ handover: false });
  await carryOut(chain, wanted);
  const { steps } = await makePlan(chain.given(wanted));
  assert.ok(steps.length > 0 && steps.every(({ waits }) => /handover is off/.test(waits ?? '')));
});

test('who signs: a key that is not at hand is missing', async () => {
  const chain = new ModelChain();
  const given = chain.given();
  const [first] = (await makePlan(given)).steps;
  assert.ok(first);
  assert.deepEqual(signersOf(first), ['eosio@active']);
  assert.deepEqual(missingSigners(first, given.state, new Set([keyId(KEYS[0])])), []);
  assert.deepEqual(missingSigners(first, given.state, new Set([keyId(KEYS[1])])), ['eosio@active']);
});

test('what is not verified is said: a network that was not tried, Savanna by the node or by the profile, links that a node does not tell', async () => {
  const chain = await live();
  const said = async (changes: Partial<Given>) =>
    (await makePlan({ ...chain.given(), ...changes })).warnings.join('\n');
  const given = chain.given();
  assert.equal(await said({}), '');
  assert.match(
    await said({ network: { ...given.network, tried: false, notes: ['a note'] } }),
    /no pool was ever deployed on model[^\n]*\na note/,
  );
  assert.match(
    await said({ state: { ...given.state, consensus: 'savanna' } }),
    /runs Savanna: .*never run.*finalizer key/,
  );
  assert.match(
    await said({ network: { ...given.network, consensus: 'savanna' } }),
    /runs Savanna.*the node does not tell/,
  );
  const unknown = {
    network: { ...given.network, consensus: 'unknown' as const },
    state: { ...given.state, consensus: 'untold' as const },
  };
  assert.match(await said(unknown), /does not tell which consensus/);
  chain.get('pooldac').tellsLinks = false;
  assert.match(await said({ state: chain.given().state }), /linked to permissions of pooldac cannot be checked/);
});

test('what no step can mend is a sentence each', async () => {
  const problem = async (disturb: (chain: ModelChain) => void, wanted = deployment(), founded = true) => {
    const chain = founded ? await live() : new ModelChain();
    disturb(chain);
    return (await makePlan(chain.given(wanted))).problems.join('\n');
  };
  const nothing = () => {};
  assert.match(
    await problem((chain) => void chain.accounts.set('eosio', null), deployment(), false),
    /the account eosio, which pays/,
  );
  const poor = (chain: ModelChain) => {
    chain.get('eosio').liquid = 10n;
  };
  assert.match(
    await problem(poor, deployment(), false),
    /eosio has 0\.0010 EOS and needs \d+\.\d{4} EOS: \d+\.\d{4} EOS for 3,150,000 bytes/,
  );
  const other = { ...deployment().producer, account: 'otherbp' };
  assert.match(
    await problem((chain) => void chain.accounts.set('otherbp', null), deployment({ producer: other })),
    /set up with the producer poolbp, and otherbp is wanted/,
  );
  const code = (chain: ModelChain) => {
    chain.get('poolbp').codeHash = otherHash('code');
  };
  assert.match(await problem(code), /poolbp carries code/);
  const full = (chain: ModelChain) => {
    chain.get('bob').ram.quota = 3100;
  };
  assert.match(await problem(full, deployment(), false), /bob has 100 free bytes of RAM and needs 2,000/);
  const spare = (chain: ModelChain) => {
    const auth = { threshold: 1, keys: [], accounts: [], waits: [] };
    chain.get('poolbp').permissions.push({ name: 'spare', parent: 'active', auth, links: [] });
  };
  assert.match(await problem(spare), /poolbp@spare is a permission beside owner and active, and no key is left/);
  const founding = (chain: ModelChain) => {
    if (chain.pool) Object.assign(chain.pool.config, { phase: 0, termsHash: otherHash('terms') });
  };
  assert.match(
    await problem(founding),
    /set up with terms [0-9a-f]{64}, and terms\.md has (7e){32}: before the hand-over they can not be changed/,
  );
  const payer = deployment({ creator: 'payer' });
  const paid = (chain: ModelChain) => void chain.accounts.set('payer', account('payer'));
  assert.match(await problem(paid, payer, false), /pooldac has fewer than 12 characters, and such names are auctioned/);
  assert.equal(await problem(paid, payer), '');
  const dotted = {
    ...payer,
    dac: { ...payer.dac, account: 'dac.payer' },
    producer: { ...payer.producer, account: 'bp.other' },
  };
  const ours = (await problem(paid, dotted, false)).split('\n');
  assert.deepEqual(
    ours.filter((each) => /dac\.payer|bp\.other/.test(each)),
    ['bp.other can be made by other alone: make it with that account first'],
  );
  assert.equal(await problem(nothing), '');
  assert.equal(NO_CODE.length, 64);
});
