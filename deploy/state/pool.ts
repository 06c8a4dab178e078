import type { ChainClient } from '../../common/chain.ts';
import { chainTime, readTable, type Whole } from '../../common/tables.ts';
import { FIGURES, type Figure, figureColumn } from '../founding.ts';
import { PROPOSAL } from '../govern.ts';
import type { Config, Member, OpenProposal, PoolState, Seat } from './types.ts';

type Row = Record<string, Whole | boolean>;

/** Reads the pool of a contract account that carries one; null before `init`. */
export async function readPool(client: ChainClient, dac: string): Promise<PoolState | null> {
  const rows = <T = Row>(table: string) => readTable<T>(client, dac, dac, table);
  const [config] = await rows('config');
  if (!config) return null;
  const [books, claims, founders, members, seats, emitters, oracles, arbitrators, strategy, proposals] =
    await Promise.all([
      rows<{ contract: string; symbol: string }>('books'),
      rows<{ code: string; name: string }>('claims'),
      rows<{ account: string }>('founders'),
      rows<Member>('members'),
      rows('seats'),
      rows<{ account: string; key: string; endpoints: string }>('emitters'),
      rows<{ account: string; active: number }>('oracles'),
      rows<{ account: string }>('arbitrators'),
      rows<{ strategy: string; mode: string }>('strategy'),
      rows('proposals'),
    ]);
  const [core] = books;
  const [rule] = strategy;
  return {
    config: toConfig(config),
    token: { contract: core?.contract ?? '', symbol: core?.symbol ?? '' },
    claims: claims.map(({ code, name }) => ({ code, name })),
    founders: founders.map(({ account }) => account),
    members: members.map(({ account, status }) => ({ account, status })),
    seats: seats.map(toSeat),
    emitters: emitters.map(({ account, key, endpoints }) => ({ account, key, endpoints })),
    oracles: oracles.filter(({ active }) => active).map(({ account }) => account),
    arbitrators: arbitrators.map(({ account }) => account),
    strategy: rule?.strategy ?? '',
    mode: rule?.mode ?? '',
    proposals: await Promise.all(proposals.map((row) => toProposal(client, dac, row))),
  };
}

function toConfig(row: Row): Config {
  const figures = FIGURES.map((figure) => [figure, Number(row[figureColumn(figure)])] as const);
  return {
    producer: String(row.producer),
    phase: Number(row.phase),
    registered: Boolean(row.registered),
    chainId: String(row.chain_id),
    termsHash: String(row.terms),
    url: String(row.url),
    location: Number(row.location),
    figures: Object.fromEntries(figures) as Record<Figure, number>,
  };
}

/** `until` is the window in which it left or was suspended; 0 while it takes part. */
function toSeat(row: Row): Seat {
  return {
    account: String(row.account),
    voting: Boolean(row.voting),
    takesPart: Number(row.until) === 0,
    signing: Boolean(row.signing),
    key: String(row.key),
    votesFrom: Number(row.votes_from),
    probationUntil: chainTime(String(row.probation_until)),
    proxy: String(row.proxy),
  };
}

/** Votes are kept only while the vote runs. */
async function toProposal(client: ChainClient, dac: string, row: Row): Promise<OpenProposal> {
  const isRunning = Number(row.status) === PROPOSAL.voting;
  const voters = isRunning ? await readTable<{ voter: string; yes: number }>(client, dac, String(row.id), 'votes') : [];
  const numbers = { id: 0, status: 0, yes: 0, no: 0, electors: 0, value: 0 };
  const texts = { kind: '', proposer: '', hash: '', subject: '', target: '', key: '', digest: '', detail: '' };
  const concerned = { respondent: String(row.respondent), other: String(row.other) };
  for (const field of Object.keys(numbers) as (keyof typeof numbers)[]) numbers[field] = Number(row[field]);
  for (const field of Object.keys(texts) as (keyof typeof texts)[]) texts[field] = String(row[field]);
  return {
    ...numbers,
    ...texts,
    ...concerned,
    created: chainTime(String(row.created)),
    ends: chainTime(String(row.ends)),
    unlock: chainTime(String(row.unlock)),
    voters: voters.map(({ voter, yes }) => ({ voter, yes: Boolean(yes) })),
  };
}
