import { bitmapOf, hasBit } from '../../common/bitmap.ts';
import type { Facts } from '../../common/governance/facts.ts';
import { readDisputes, readWindow } from '../../common/governance/windows.ts';
import { accountName } from '../oracle/chain-view.ts';
import { listed } from '../oracle/log-files.ts';
import { integer } from '../run/options.ts';
import { refuse } from './checks.ts';
import { fileHash } from './file-hash.ts';
import type { Asked, KindCommand } from './kind-command.ts';
import { sha256Hex } from './options.ts';
import { BYTES } from './room.ts';

const window = integer(1, 2 ** 32);

export const windowKinds: KindCommand[] = [
  {
    kind: 'settle',
    about: 'settle a window by vote, or settle it otherwise: who of the members has a share of it',
    example: 'settle 141478571 alice,bob --evidence 141478571-omission-2c26….json',
    shape: (command) =>
      command
        .argument('<window>', 'slot / 12', window)
        .argument('<members>', 'with commas between; "nobody" for none')
        .option('--evidence <file>', 'its sha256 stands for the metrics')
        .option('--hash <sha256>', 'of the metrics or the evidence, instead of a file', sha256Hex),
    make: async (asked, [id, names = ''], { evidence, hash }) => {
      if ((evidence === undefined) === (hash === undefined))
        throw refuse('name what it rests on: --evidence FILE, or its sha256 with --hash, one of the two');
      const digest = evidence === undefined ? String(hash) : fileHash(String(evidence), 'the evidence');
      await requireDisputable(asked, Number(id));
      const eligible = bits(asked.facts, Number(id), names === 'nobody' ? [] : listed(names).map(accountName));
      const data = { window: Number(id), eligible, metrics_hash: digest };
      return { data, columns: { value: BigInt(id ?? 0), data: eligible, digest }, bytes: BYTES.dispute };
    },
  },
  {
    kind: 'void',
    about: 'make a window void: nobody has a share of it',
    example: 'void 141478571 --text "leak, see https://pool.example/14"',
    shape: (command) => command.argument('<window>', 'slot / 12', window),
    make: async (asked, [id]) => {
      await requireDisputable(asked, Number(id));
      return { data: { window: Number(id) }, columns: { value: BigInt(id ?? 0) }, bytes: BYTES.dispute };
    },
  },
];

/** Source: contracts/pool/verdicts.ts, `dispute`; times and plausibility are left to the contract. */
async function requireDisputable({ client, facts }: Asked, id: number): Promise<void> {
  const { state, dac } = facts;
  if (id <= state.closedThrough)
    throw refuse(`window ${id} belongs to a closed epoch: windows after ${state.closedThrough} can be decided`);
  const decided = await readWindow(client, dac, id);
  if (decided?.voided) throw refuse(`window ${id} is void and stays so`);
  const other = (await readDisputes(client, dac)).find((one) => one.window === id);
  if (other) throw refuse(`window ${id} is disputed already, by proposal ${other.proposal}`);
}

function bits({ seats }: Facts, id: number, names: string[]): string {
  const indexes = names.map((name) => {
    const seat = seats.find((one) => one.account === name);
    if (!seat) throw refuse(`${name} has no seat in this pool: ./pool members lists those that have`);
    if (seat.since > id || (seat.until !== 0 && seat.until < id)) throw refuse(`${name} was no member in window ${id}`);
    return seat.index;
  });
  const bitmap = bitmapOf(indexes);
  if (new Set(indexes).size !== indexes.filter((index) => hasBit(bitmap, index)).length)
    throw refuse('a member is named twice');
  return bitmap;
}
