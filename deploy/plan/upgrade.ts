import { createHash } from 'node:crypto';
import { type Action, action } from '../../common/chain.ts';
import { type Authority, codeAuthority } from '../accounts.ts';
import { approveMsig } from '../motions.ts';
import { MSIG } from '../msig.ts';
import type { AccountState, MsigState, PoolState } from '../state/types.ts';
import { codeChange } from './code.ts';
import { type Drift, drifts } from './permissions.ts';
import { FREE, type Given, isLive, type Step } from './step.ts';
import { votersNow, voteSteps } from './vote.ts';

/** How long a transaction can lie in eosio.msig: longer than any vote (30 days), its lock time (30 days) and the time to execute (7 days). */
const LIES_MS = 70 * 24 * 3600 * 1000;
/** Beside the packed transaction: two rows with their indexes, names and approvals. */
const ROW_BYTES = 600;

/**
 * What only the contract account's owner may do, which is the contract's code once it was handed over: another code, foreign keys or links.
 * A transaction with all of it lies in eosio.msig; members vote on its hash, the contract approves, anybody executes it.
 */
export async function upgradeSteps(given: Given): Promise<Step[]> {
  const { state, deployment } = given;
  const { account } = deployment.dac;
  const known = state.accounts.get(account) ?? null;
  if (!isLive(state) || state.pool === null || known === null) return [];
  const roster = state.pool;
  const change = codeChange(given);
  const wanted = { owner: ownerAuthority(account, roster, state.now), active: codeAuthority(account) };
  const { mended, refreshed } = split(drifts(known, wanted));
  const steps: Step[] = refreshed.map((drift) => ({
    ...drift,
    actions: [action(account, 'refresh', {}, deployment.creator)],
    cost: FREE,
    needs: [],
  }));
  const parts = [
    ...(change === null ? [] : [{ about: `code of ${account}`, ...change }]),
    ...mended.map(({ about, is, shall, actions }) => ({ about, is, shall, actions })),
  ];
  if (parts.length === 0) return steps;
  const join = (texts: string[]) => texts.join('; ');
  const about = join(parts.map((each) => each.about));
  const is = join(parts.map((each) => each.is));
  const shall = join(parts.map((each) => each.shall));
  const actions = parts.flatMap((each) => each.actions);
  return [...steps, ...(await byMsig(given, { about, is, shall }, actions))];
}

/**
 * `owner` is the roster's, and `refresh` writes it anew. Source: contracts/pool/signing.ts, `refreshOwner` and `breakGlass`.
 */
export function ownerAuthority(dac: string, roster: PoolState, now: number): Authority {
  const voters = votersNow(roster, now);
  const count = voters.length;
  const wanted = Math.max(Math.ceil((3 * count) / 4), Math.floor(count / 2) + 2);
  const threshold = count < 2 ? 1 : Math.min(wanted, count);
  const code = { permission: { actor: dac, permission: 'eosio.code' }, weight: threshold };
  const members = voters.map((actor) => ({ permission: { actor, permission: 'active' }, weight: 1 }));
  return { threshold, keys: [], accounts: [code, ...members], waits: [] };
}

/** The owner's drift is mended by `refresh` as long as the code can do that, which needs its weight there. */
function split(found: Drift[]): { mended: Drift[]; refreshed: Drift[] } {
  const isOwner = ({ id }: Drift) => id.endsWith('@owner');
  return { mended: found.filter((each) => !isOwner(each)), refreshed: found.filter(isOwner) };
}

async function byMsig(given: Given, words: Pick<Step, 'about' | 'is' | 'shall'>, actions: Action[]): Promise<Step[]> {
  const { state, deployment, codec } = given;
  const { account } = deployment.dac;
  const name = msigName(await codec.packed(actions, 0));
  const step = { ...words, cost: FREE, needs: [] };
  const lying = state.msig.find((each) => each.name === name) ?? null;
  const isSame = lying !== null && work(lying.packed) === work(await codec.packed(actions, 0));
  if (lying !== null && (!isSame || lying.expires <= state.now)) {
    const data = { proposer: lying.proposer, proposal_name: name, canceler: lying.proposer };
    const cancel = [action(MSIG, 'cancel', data, lying.proposer)];
    const is = isSame ? 'its transaction has expired' : 'something else lies there under its name';
    return [
      {
        ...step,
        id: `msig:${name}/cancel`,
        about: `${MSIG} ${lying.proposer} ${name}`,
        is,
        shall: 'nothing',
        actions: cancel,
      },
    ];
  }
  if (lying === null) return [await proposed(given, step, name, actions)];
  if (isApproved(lying, account)) {
    const data = { proposer: lying.proposer, proposal_name: name, executer: deployment.creator };
    return [
      {
        ...step,
        id: `msig:${name}/exec`,
        // Until then there is neither the proposal nor what it leads to, and it would be laid once more.
        goal: `msig:${name}/`,
        does: `${MSIG} executes what the members have approved`,
        actions: [action(MSIG, 'exec', data, deployment.creator)],
      },
    ];
  }
  const hash = createHash('sha256').update(Buffer.from(lying.packed, 'hex')).digest('hex');
  const motion = approveMsig(lying.proposer, name, hash, `${words.about}: ${words.shall}`.slice(0, 255));
  const columns = { subject: lying.proposer, target: name, digest: hash };
  return voteSteps(given, [{ id: `msig:${name}`, ...words, motion, columns }]);
}

async function proposed(
  given: Given,
  step: Pick<Step, 'about' | 'is' | 'shall' | 'cost' | 'needs'>,
  name: string,
  actions: Action[],
): Promise<Step> {
  const { state, deployment, codec } = given;
  const { account } = deployment.dac;
  const until = state.now - (state.now % 1000) + LIES_MS;
  const bytes = (await codec.packed(actions, until)).length / 2 + ROW_BYTES;
  const voters = state.pool === null ? [] : votersNow(state.pool, state.now);
  const id = `msig:${name}/lay`;
  const proposer = voters.find((voter) => free(state.accounts.get(voter) ?? null) >= bytes) ?? voters[0];
  if (proposer === undefined) return { ...step, id, actions: [], waits: 'no member has a vote: it is proposed later' };
  const short = bytes - free(state.accounts.get(proposer) ?? null);
  if (short > 0) {
    const ram = [
      action(
        'eosio',
        'buyrambytes',
        { payer: deployment.creator, receiver: proposer, bytes: short + 1000 },
        deployment.creator,
      ),
    ];
    const words = {
      about: `RAM of ${proposer}`,
      is: `too little for a proposal of ${bytes} bytes in ${MSIG}`,
      shall: `${short + 1000} bytes more`,
    };
    return { ...words, id: `ram:${proposer}`, actions: ram, cost: { ramBytes: short + 1000, stake: 0n }, needs: [] };
  }
  const isCodeAlone = actions.every(({ name: each }) => each === 'setcode' || each === 'setabi');
  const trx = await codec.transaction(actions, until);
  const requested = [{ actor: account, permission: 'owner' }];
  const data = { proposer, proposal_name: name, requested, trx };
  const lines = isCodeAlone ? byHand(given, proposer, name) : undefined;
  return {
    ...step,
    id,
    actions: [action(MSIG, 'propose', data, proposer)],
    does: `${proposer} lays it into ${MSIG} as ${name}`,
    ...(lines ? { lines } : {}),
  };
}

/** cleos makes the same transaction from the files: as a word for a shell it would be too long. */
function byHand({ code, deployment }: Given, proposer: string, name: string): string[] {
  const { account } = deployment.dac;
  const seconds = LIES_MS / 1000;
  const at = code.path.lastIndexOf('/');
  const [folder, file] = at < 0 ? ['.', code.path] : [code.path.slice(0, at), code.path.slice(at + 1)];
  const requested = JSON.stringify([{ actor: account, permission: 'owner' }]);
  return [
    `cleos set contract ${account} ${folder} ${file}.wasm ${file}.abi -s -j -d -x ${seconds} -p ${account}@owner > ${name}.json`,
    `cleos multisig propose_trx ${name} '${requested}' ${name}.json ${proposer} -p ${proposer}@active`,
  ];
}

/** The actions of a packed transaction, hex: what comes after its header of 13 bytes (cleos puts other blocks there, and another expiration). */
function work(packed: string): string {
  return packed.slice(26);
}

/** The same work has the same name, so that whoever continues finds it; 12 characters that account names may have. */
export function msigName(packed: string): string {
  const hash = createHash('sha256').update(packed).digest();
  const letters = 'abcdefghijklmnopqrstuvwxyz12345';
  return `up${Array.from(hash.subarray(0, 10), (byte) => letters[byte % letters.length]).join('')}`;
}

function isApproved({ approvals }: MsigState, dac: string): boolean {
  return approvals.some(({ actor, permission }) => actor === dac && permission === 'owner');
}

function free(account: AccountState | null): number {
  if (account === null) return 0;
  return account.ram.quota < 0 ? Number.POSITIVE_INFINITY : account.ram.quota - account.ram.used;
}
