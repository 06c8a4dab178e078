import { encodeQR } from 'qr';
import type { ChainClient } from '../../../common/chain.ts';
import { PoolError, sentence } from '../../../common/errors.ts';
import { cleosLine } from '../../../common/wallet/cleos-line.ts';
import { linkFor } from '../../../common/wallet/signing-request.ts';
import type { ActionAnswer } from '../../api.ts';
import { accountOf, SendError, shown } from '../http/refusal.ts';

/** A contract can be upgraded: what is known of its actions is read again after so long. */
const ABI_MS = 30_000;
/** So much data is a proposal with its text; the request's address holds no more. */
const MOST_DATA = 6000;
/** A QR code of the largest size holds 2,953 bytes. */
const MOST_QR = 2900;

export interface WalletParts {
  client: ChainClient;
  dac: string;
  /** What stands behind `cleos -u`. */
  nodeUrl: string;
}

/** Makes what a person pushes, for a shell and for a wallet: signs nothing, holds no key, sends nothing. */
export class ActionMaker {
  private readonly parts: WalletParts;
  private forgottenAt = performance.now();
  private chainId: string | null = null;

  constructor(parts: WalletParts) {
    this.parts = parts;
  }

  /** From the query `name`, `actor`, `permission`, `data`. Throws SendError 400 with one sentence, or what the chain says. */
  async make(query: Record<string, unknown>): Promise<ActionAnswer> {
    const { client, dac, nodeUrl } = this.parts;
    const name = accountOf('name', query.name);
    const actor = accountOf('actor', query.actor);
    const permission = query.permission === undefined ? 'active' : accountOf('permission', query.permission);
    const data = objectIn(query.data);
    if (performance.now() - this.forgottenAt > ABI_MS) {
      client.forgetAbis();
      this.forgottenAt = performance.now();
    }
    this.chainId ??= (await client.info()).chain_id;
    const unpacked = { account: dac, name, authorization: [{ actor, permission }], data };
    const esr = await linkFor(client, this.chainId, [unpacked]).catch(badInput);
    const cleos = cleosLine(nodeUrl, { account: dac, name, data, actor, permission });
    return { cleos, esr, qr: qrOf(esr) };
  }
}

function badInput(thrown: unknown): never {
  if (thrown instanceof PoolError && thrown.code === 'action') throw new SendError(400, sentence(thrown));
  throw thrown;
}

function objectIn(text: unknown): object {
  if (typeof text !== 'string') throw new SendError(400, `data is ${shown(text)}, and must be a JSON object`);
  if (text.length > MOST_DATA)
    throw new SendError(
      400,
      `data has ${text.length} characters, and at most ${MOST_DATA} are taken; push it by ./pool`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SendError(400, `data is ${shown(text)}, and must be a JSON object`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new SendError(400, `data is ${shown(text)}, and must be a JSON object with the action's fields by name`);
}

/** Row by row, "#" dark, no border; empty when the link is too long for a code. */
function qrOf(link: string): string[] {
  if (link.length > MOST_QR) return [];
  // The package has no less than a border of one.
  const rows = encodeQR(link, 'raw', { ecc: 'low', border: 1 }).slice(1, -1);
  return rows.map((row) => row.slice(1, -1)).map((row) => row.map((dark) => (dark ? '#' : ' ')).join(''));
}
