import { Numeric } from 'eosjs';
import { sha256 } from '../../common/canonical.ts';
import { type SigningKey, signingKeyOf } from '../../common/signature.ts';
import { type Cast, POOL } from './day.ts';

/** Everybody's keys, of their names. */
export function castOf(members: number): Cast {
  const key = (name: string) => {
    const data = sha256(`key of ${name}`);
    return signingKeyOf(Numeric.privateKeyToString({ type: Numeric.KeyType.k1, data })) as SigningKey;
  };
  return {
    identity: { chain: sha256('the bench').toString('hex'), pool: POOL },
    members: Array.from({ length: members }, (_, i) => key(`member ${i}`)),
    emitter: key('the emitter'),
  };
}
