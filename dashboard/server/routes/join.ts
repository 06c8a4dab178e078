import type { FastifyInstance } from 'fastify';
import type { Facts } from '../../../common/governance/facts.ts';
import { keyId } from '../../../common/keys.ts';
import type { EmitterView, JoinAnswer, JoinConfigAnswer, PoolAnswer } from '../../api.ts';
import type { Aged } from '../chain/shared.ts';
import type { EmitterStatus } from '../follow/status.ts';
import type { SlotState } from '../grid/state.ts';
import { accountOf, SendError, shown } from '../http/refusal.ts';
import { joinSteps } from '../join/checklist.ts';
import { configFor } from '../join/config-lines.ts';
import { VERSIONS } from '../join/versions.ts';

export interface JoinRoutes {
  pool: string;
  isPublic: boolean;
  facts(): Promise<Aged<Facts>>;
  governance(): Promise<Aged<Pick<PoolAnswer, 'proposals'>>>;
  emitters(): EmitterView[];
  status(emitter: string): EmitterStatus | null;
  /** The newest slots with their candidates, in order. */
  newest(): SlotState[];
  rowOf(account: string): number;
}

/** `/api/join/config` and `/api/join/ACCOUNT`. */
export function joinRoutes(app: FastifyInstance, parts: JoinRoutes): void {
  app.get('/api/join/config', async (request): Promise<JoinConfigAnswer> => {
    const query = request.query as Record<string, unknown>;
    const wanted = query.version ?? 'leap5';
    const version = VERSIONS.find((one) => one.version === wanted);
    if (!version) {
      const known = VERSIONS.map((one) => one.version).join(', ');
      throw new SendError(400, `version is ${shown(wanted)}, and must be one of ${known}`);
    }
    const key = publicKey(query.key);
    const { value, ...age } = await parts.facts();
    const emitters = parts.isPublic ? [] : addressesIn(value);
    const { mode } = value.strategy;
    const chainId = value.config.chainId;
    return { ...configFor({ version, pool: parts.pool, key: key?.text ?? null, emitters, mode, chainId }), ...age };
  });

  app.get('/api/join/:account', async (request): Promise<JoinAnswer> => {
    const account = accountOf('the account', (request.params as { account: string }).account);
    const key = publicKey((request.query as Record<string, unknown>).key);
    const [{ value: facts, ...age }, { value: governance }] = await Promise.all([parts.facts(), parts.governance()]);
    const emitters = parts.emitters();
    const steps = joinSteps({
      ...{ account, key: key?.id ?? null, facts, emitters },
      admission: admissionOf(account, governance.proposals),
      statuses: emitters.map(({ name }) => parts.status(name)),
      slots: parts.newest(),
      row: parts.rowOf(account),
    });
    return { account, key: key?.text ?? null, steps, ...age };
  });
}

function admissionOf(account: string, proposals: PoolAnswer['proposals']): string | null {
  const open = proposals.find(({ kind, title, stage }) => {
    return (
      kind === 'admit' &&
      title.split(' ').includes(account) &&
      ['voting', 'to-count', 'locked', 'to-execute'].includes(stage)
    );
  });
  if (!open) return null;
  const { id, yes, needed, stage } = open;
  return `proposal ${id} admits ${account}: ${yes} of ${needed} votes that it needs (${stage})`;
}

/** Where members' nodes dial, by what the contract says of the emitters: "host:port", and more behind it. */
function addressesIn({ roles }: Facts): string[] {
  const endpoints = roles
    .filter(({ role }) => role === 'emitter')
    .flatMap(({ endpoints: text }) => text.split(/[\s,]+/));
  return [...new Set(endpoints.filter((one) => /^[\w.[\]:-]+:\d{1,5}$/.test(one)))];
}

/** A public K1 key as nodeos writes it, null when none is given. Throws SendError 400, also for what looks like a private one. */
function publicKey(text: unknown): { text: string; id: string } | null {
  if (text === undefined || text === '') return null;
  const looksPrivate = typeof text === 'string' && /^(5[1-9A-HJ-NP-Za-km-z]{50}|PVT_)/.test(text);
  if (looksPrivate)
    throw new SendError(400, 'this looks like a private key: never give it to a page, and take another one now');
  const problem = new SendError(400, `key is ${shown(text)}, and must be a public key as EOS… or PUB_K1_…`);
  if (typeof text !== 'string' || text.length > 80 || !/^(EOS|PUB_K1_)/.test(text)) throw problem;
  try {
    return { text, id: keyId(text) };
  } catch {
    throw problem;
  }
}
