import { PrivateKey } from 'eosjs/dist/eosjs-key-conversions.js';
import { keyId } from '../../common/keys.ts';
import { type Finding, risky, wrong } from './finding.ts';
import { allOf, isOn, lastOf, type Setting } from './ini.ts';
import type { Place } from './place.ts';

/** Who the node makes blocks for, with which key, and when. `openFile`: the mode of the file when others can read it, else null. */
export function signingFindings(settings: Setting[], place: Place, openFile: string | null): Finding[] {
  return [...producers(settings, place), ...keys(settings, place, openFile), ...production(settings, place)];
}

function producers(settings: Setting[], { pool }: Place): Finding[] {
  const names = allOf(settings, 'producer-name');
  const right = `producer-name = ${pool ?? 'POOL'}`;
  if (names.length === 0) return [wrong(null, 'producer-name is missing: the node makes no blocks', right)];
  if (pool === null) return [];
  const others = names.filter(({ value }) => value !== pool);
  const foreign = others.map(({ line, value }) =>
    wrong(line, `producer-name is ${value}, and the pool's producer is ${pool}`, right),
  );
  return foreign;
}

function keys(settings: Setting[], { member, keyOwners }: Place, openFile: string | null): Finding[] {
  const given = allOf(settings, 'signature-provider');
  const own = member?.key ?? null;
  const right = `signature-provider = ${own ?? 'YOUR_PUBLIC_KEY'}=KEY:YOUR_PRIVATE_KEY`;
  if (given.length === 0) return [wrong(null, 'signature-provider is missing: the node cannot sign blocks', right)];
  const found: Finding[] = [];
  let hasOwn = false;
  for (const { line, value } of given) {
    const [, key = '', kind = '', rest = ''] = /^([^=]+)=([A-Z]+):(.*)$/.exec(value) ?? [];
    const id = idOf(key);
    if (id === null || !/^(KEY|KEOSD|SE)$/.test(kind)) {
      found.push(wrong(line, 'signature-provider has not the form PUBLIC=KEY:PRIVATE or PUBLIC=KEOSD:URL', right));
      continue;
    }
    if (kind === 'KEY') {
      if (openFile !== null)
        found.push(
          wrong(
            line,
            `a private key stands here, and others can read the file (mode ${openFile})`,
            'chmod 600 the file, and take the key for known',
          ),
        );
      if (!fits(id, rest)) found.push(wrong(line, `the private key does not belong to ${key}`, right));
    }
    if (own === null) continue;
    if (id === idOf(own)) {
      hasOwn = true;
      continue;
    }
    const owner = keyOwners.get(id);
    const whose =
      owner === undefined ? 'no member ever had' : owner === member?.account ? `${owner} had before` : `is ${owner}'s`;
    found.push(
      wrong(
        line,
        `the key ${key} ${owner === undefined || owner === member?.account ? `is one that ${whose}` : whose}, and ${member?.account}'s on the chain is ${own}`,
        right,
      ),
    );
  }
  if (own !== null && !hasOwn && found.length === 0)
    found.push(wrong(null, `no signature-provider has the key of ${member?.account} (${own})`, right));
  return found;
}

function production(settings: Setting[], { mode }: Place): Finding[] {
  const found: Finding[] = [];
  const pause = lastOf(settings, 'pause-on-startup');
  if (mode === 'standby' && !isOn(pause)) {
    found.push(
      wrong(
        pause?.line ?? null,
        'the pool is in standby mode, and the node would make blocks from its start on',
        'pause-on-startup = true',
      ),
    );
  }
  if (mode === 'propose' && isOn(pause)) {
    found.push(
      wrong(
        pause?.line ?? null,
        'the pool is in propose mode, and the paused node makes no candidates',
        'pause-on-startup = false',
      ),
    );
  }
  const stale = lastOf(settings, 'enable-stale-production');
  if (isOn(stale)) {
    found.push(
      wrong(
        stale?.line ?? null,
        'enable-stale-production has the node make blocks on an old head, which is a fork',
        'enable-stale-production = false',
      ),
    );
  }
  const readMode = lastOf(settings, 'read-mode');
  if (readMode && !/^(head|speculative)$/.test(readMode.value)) {
    found.push(wrong(readMode.line, `in read-mode ${readMode.value} a node makes no blocks`, 'read-mode = head'));
  }
  for (const name of ['produce-time-offset-us', 'last-block-time-offset-us']) {
    const offset = lastOf(settings, name);
    if (offset && Number(offset.value) > 0)
      found.push(wrong(offset.line, `${name} is positive: blocks come later than their time`, `${name} = 0`));
  }
  const effort = lastOf(settings, 'cpu-effort-percent');
  if (effort && !(Number(effort.value) > 0 && Number(effort.value) <= 80)) {
    found.push(
      risky(
        effort.line,
        `cpu-effort-percent is ${effort.value}: blocks leave later than others', and the emitter picks the others`,
        'cpu-effort-percent = 80',
      ),
    );
  }
  const offset = lastOf(settings, 'produce-block-offset-ms');
  if (offset && !(Number(offset.value) >= 100 && Number(offset.value) < 1000)) {
    found.push(
      risky(
        offset.line,
        `produce-block-offset-ms is ${offset.value}: below 100 the last block comes late at the next producer, far above blocks are small`,
        'produce-block-offset-ms = 450',
      ),
    );
  }
  return found;
}

function idOf(key: string): string | null {
  try {
    return keyId(key);
  } catch {
    return null;
  }
}

function fits(id: string, secret: string): boolean {
  try {
    return keyId(PrivateKey.fromString(secret).getPublicKey().toString()) === id;
  } catch {
    return false;
  }
}
