import { keyId } from '../../common/keys.ts';
import {
  chooseBy,
  endRole,
  type Motion,
  NO_KEY,
  nameArbitrator,
  nameEmitter,
  nameOracle,
  register,
  setClaim,
  setFigure,
  setTerms,
  setUrl,
} from '../motions.ts';
import { grouped, shortHash } from '../words.ts';
import { claimChanges, figureChanges } from './founding.ts';
import { type Given, isLive } from './step.ts';
import type { Wish } from './vote.ts';

/** What members vote on, in the order in which it is of use; what the founding can still set itself is left to it. */
export function wishes(given: Given): Wish[] {
  const settings = isLive(given.state) ? [...terms(given), ...figures(given), ...claims(given), ...url(given)] : [];
  return [
    ...settings,
    ...strategy(given),
    ...emitters(given),
    ...plainRoles(given, 'oracle'),
    ...plainRoles(given, 'arbitrator'),
    ...registration(given),
  ];
}

function* terms({ deployment, state }: Given): Generator<Wish> {
  const is = state.pool?.config.termsHash ?? '';
  const shall = deployment.termsHash;
  if (is === shall) return;
  const about = `constitution (${deployment.terms})`;
  yield {
    id: 'terms',
    about,
    is: shortHash(is),
    shall: shortHash(shall),
    motion: setTerms(shall),
    columns: { digest: shall },
  };
}

function* figures(given: Given): Generator<Wish> {
  for (const { figure, is, shall } of figureChanges(given)) {
    const columns = { subject: figure, value: shall };
    const motion = setFigure(figure, shall);
    yield {
      id: `figure:${figure}`,
      about: `figure ${figure}`,
      is: grouped(is),
      shall: grouped(shall),
      motion,
      columns,
    };
  }
}

function* claims(given: Given): Generator<Wish> {
  for (const { code, name, on } of claimChanges(given)) {
    const [is, shall] = on ? ['is not claimed', 'is claimed'] : ['is claimed', 'is not claimed'];
    const columns = { subject: code, target: name, value: Number(on) };
    yield {
      id: `claim:${code}::${name}`,
      about: `${code}::${name}`,
      is,
      shall,
      motion: setClaim(code, name, on),
      columns,
    };
  }
}

function* url({ deployment, state }: Given): Generator<Wish> {
  const { url: shall, location } = deployment.producer;
  const config = state.pool?.config;
  if (config === undefined || (config.url === shall && config.location === location)) return;
  const text = (address: string, country: number) => `${address || 'no url'}, location ${country}`;
  const columns = { detail: shall, value: location };
  const about = `url of ${deployment.producer.account}`;
  yield {
    id: 'url',
    about,
    is: text(config.url, config.location),
    shall: text(shall, location),
    motion: setUrl(shall, location),
    columns,
  };
}

function* strategy({ deployment, state }: Given): Generator<Wish> {
  const { strategy: shall, mode } = deployment;
  // What `init` sets. Source: contracts/pool/setup.tables.ts.
  const [isRule, isMode] = [state.pool?.strategy ?? 'first-delivered', state.pool?.mode ?? 'propose'];
  if (isRule === shall && isMode === mode) return;
  const columns = { detail: shall, subject: mode };
  yield {
    id: 'strategy',
    about: 'choice of blocks',
    is: `${isRule}, ${isMode}`,
    shall: `${shall}, ${mode}`,
    motion: chooseBy(shall, mode),
    columns,
  };
}

function* emitters({ deployment, state }: Given): Generator<Wish> {
  const held = state.pool?.emitters ?? [];
  for (const { account, logKey, endpoints } of deployment.roles.emitters) {
    const known = held.find((each) => each.account === account);
    if (known && keyId(known.key) === keyId(logKey) && known.endpoints === endpoints) continue;
    const text = (key: string, where: string) => `emitter with log key ${key} at ${where || 'no address'}`;
    const columns = { target: 'emitter', subject: account, value: 1, key: logKey, detail: endpoints };
    const is = known ? text(known.key, known.endpoints) : 'no emitter';
    const motion = nameEmitter(account, logKey, endpoints);
    yield { id: `role:emitter:${account}`, about: account, is, shall: text(logKey, endpoints), motion, columns };
  }
  for (const { account } of held)
    if (!deployment.roles.emitters.some((each) => each.account === account)) yield ended('emitter', account);
}

/** Roles that are nothing but a name. */
function* plainRoles({ deployment, state }: Given, role: 'oracle' | 'arbitrator'): Generator<Wish> {
  const { oracles, arbitrators } = deployment.roles;
  const wanted = role === 'oracle' ? oracles.map(({ account }) => account) : arbitrators;
  const held = (role === 'oracle' ? state.pool?.oracles : state.pool?.arbitrators) ?? [];
  for (const account of wanted.filter((each) => !held.includes(each))) {
    const motion = role === 'oracle' ? nameOracle(account) : nameArbitrator(account);
    yield role === 'oracle'
      ? { ...begun(role, account, motion), needs: [`account:${account}`] }
      : begun(role, account, motion);
  }
  for (const account of held.filter((each) => !wanted.includes(each))) yield ended(role, account);
}

function begun(role: string, account: string, motion: Motion): Wish {
  const columns = { target: role, subject: account, value: 1 };
  return { id: `role:${role}:${account}`, about: account, is: `no ${role}`, shall: role, motion, columns };
}

function ended(role: string, account: string): Wish {
  const columns = { target: role, subject: account, value: 0, key: NO_KEY };
  const shall = `no ${role}, for the file does not name it`;
  return { id: `role:${role}:${account}`, about: account, is: role, shall, motion: endRole(role, account), columns };
}

function* registration({ deployment, state }: Given): Generator<Wish> {
  const is = state.pool?.config.registered ?? false;
  const { register: shall, producer } = deployment;
  if (is === shall) return;
  const text = (on: boolean) => (on ? 'registered with the keys of all members' : 'not registered');
  yield {
    id: 'register',
    about: producer.account,
    is: text(is),
    shall: text(shall),
    motion: register(shall),
    columns: { value: Number(shall) },
  };
}
