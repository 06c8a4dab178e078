import { systemClock } from '../../../../common/clock.ts';
import { firstSlot, windowOf } from '../../../../common/slot.ts';
import { eventually } from '../../../../devnet/wait.ts';
import type { BlockHeader } from '../../../../emitter/decode/block.ts';
import { PeerSession } from '../../../../emitter/session/peer-session.ts';
import { Forger } from '../../../experiments/lab/forger.ts';
import { blockOf, type Member } from '../../../experiments/lab/pool.ts';
import { untilOver } from '../../../experiments/lab/turns.ts';
import type { Case, Outcome } from '../case.ts';
import type { Stage } from '../stage.ts';
import { rescuesOf, signersOf } from './deaths.ts';

/** The others' first blocks come later by this, so that the forging member leads. */
const BEHIND_MS = 250;

/** The leader's block comes later by this than the leak is made. */
const LEAK_FIRST_MS = 150;

type Root = 'action' | 'transaction';

/** From a slot on the member's blocks of that window are forged on their way to the emitter; gives the ids, as they come. */
function forge(stage: Stage, member: Member, from: number, root: Root): { ids: Set<string>; failures: string[] } {
  const ids = new Set<string>();
  const failures: string[] = [];
  const forger = new Forger(stage.lab.keys.pair(member.node.name), stage.pool.relay.api, root);
  const window = windowOf(from);
  let queue = Promise.resolve();
  let last = from - 1;
  member.proxy.rule = (frame, way, link) => {
    const block = way === 'up' ? blockOf(frame) : null;
    // Later it passes on what it was given of the window: not its own.
    if (!block?.pool || windowOf(block.slot) !== window || block.slot <= last) return 'pass';
    last = block.slot;
    queue = queue
      .then(async () => {
        const forged = await forger.forge(frame, block);
        ids.add(forged.header.id);
        link.write('up', forged.frame);
      })
      .catch((thrown) => void failures.push(`not forged: ${String(thrown)}`));
    return 'drop';
  };
  for (const { proxy } of stage.members.filter((other) => other !== member))
    proxy.rule = (frame, way) =>
      way === 'up' && blockOf(frame)?.slot === firstSlot(window) ? Date.now() + BEHIND_MS : 'pass';
  return { ids, failures };
}

const invalid: Case = {
  name: 'invalid-body',
  about:
    'all blocks of the leader have a valid header and an action root that only execution refuses; then its next window',
  allowed: { switches: 1, replaced: 12 },
  prepareMs: 2500,
  async play(stage, window) {
    const bad = stage.members[0] as Member;
    const key = stage.keyOf(bad.node.name);
    const { ids, failures } = forge(stage, bad, firstSlot(window), 'action');
    await untilOver(window, 3000);
    const rescues = rescuesOf(stage, window);
    // Its node has nothing but its own branch, as honest as it is: that is healed before its next window.
    await stage.heal();
    const next = window + stage.pool.turns.order.length;
    await untilOver(next, 1000);
    const problems = [...failures, ...evidenceProblems(stage, window, key, ids)];
    for (const block of await stage.view.onChain(window)) if (ids.has(block.id)) problems.push('a forged block stayed');
    if (signersOf(stage, next).includes(key)) problems.push('it led although it is in quarantine');
    const left = stage.events(window, 'emission').filter(({ id }) => ids.has(id)).length;
    const note = `${ids.size} forged, ${left} of them left; ${rescues}`;
    return { windows: [window, next], note, problems };
  },
};

const invalidLater: Case = {
  name: 'invalid-body-from-5',
  about: "the leader's blocks are good up to slot 4, and refused by execution from slot 5 on",
  allowed: { switches: 1, replaced: 12 },
  prepareMs: 2500,
  async play(stage, window) {
    const bad = stage.members[1] as Member;
    const { ids, failures } = forge(stage, bad, firstSlot(window) + 5, 'action');
    await untilOver(window, 3000);
    const problems = [...failures, ...evidenceProblems(stage, window, stage.keyOf(bad.node.name), ids)];
    return { note: rescuesOf(stage, window), problems };
  },
};

/** The log has to have a refused block of the member's, with the header that it signed. */
function evidenceProblems(stage: Stage, window: number, key: string, forged: Set<string>): string[] {
  const rejected = stage.events(window, 'rejected');
  if (rejected.length === 0) return ['no block was found to be refused'];
  return rejected.flatMap(({ id, signer, header }) => {
    const problems: string[] = [];
    if (!forged.has(id)) problems.push(`an honest block counts as refused: ${id}`);
    if (signer !== key) problems.push(`the refused block is held against ${signer}`);
    if (header.length === 0) problems.push('there is no signed header in evidence');
    return problems;
  });
}

const wrongRoot: Case = {
  name: 'wrong-root',
  about: "all blocks of a member have a transaction root that is not its receipts': they are refused before they leave",
  prepareMs: 2500,
  async play(stage, window): Promise<Outcome> {
    const bad = stage.members[0] as Member;
    const { ids, failures } = forge(stage, bad, firstSlot(window), 'transaction');
    await untilOver(window, 3000);
    const said = stage.events(window, 'candidate').filter(({ id }) => ids.has(id));
    const reasons = [...new Set(said.map(({ reason }) => reason))];
    const problems = [...failures];
    if (!reasons.includes('wrong_transaction_root')) problems.push(`verdicts: ${reasons}`);
    if (stage.events(window, 'emission').some(({ id }) => ids.has(id))) problems.push('a forged block left');
    return { note: `${ids.size} forged: ${reasons.join(', ')}; ${rescuesOf(stage, window)}`, problems };
  },
};

/** A session with the first producer, past the emitter: the other way out of a member that leaks. */
async function wayOut({ pool }: Stage): Promise<PeerSession> {
  const { chain_id: chainId } = await pool.bp1.api.info();
  const head = async () => {
    const info = await pool.bp1.api.info();
    return { libNum: 0, libId: '00'.repeat(32), headNum: info.head_block_num, headId: info.head_block_id };
  };
  const none = { onBlock: () => {}, onState: () => {} };
  const session = new PeerSession({ address: pool.bp1.p2p, chainId, clock: systemClock, head, ...none });
  session.start();
  await eventually('a way past the emitter', async () => (session.up ? true : undefined), 10_000);
  return session;
}

const leaked: Case = {
  name: 'leaked-invalid-body',
  about:
    'before the leader’s block for slot 5 another member hands a producer one of its own, past the emitter, that execution refuses',
  // The leak itself is a block that a producer was sent and that is not on the chain.
  allowed: { replaced: 1 },
  prepareMs: 4000,
  async play(stage, window) {
    const slot = firstSlot(window) + 5;
    const way = await wayOut(stage);
    const leader = await stage.leaderAfter(slot - 2);
    const bad = stage.members.find((member) => member !== leader) as Member;
    const forger = new Forger(stage.lab.keys.pair(bad.node.name), stage.pool.relay.api, 'action');
    const problems: string[] = [];
    let id = '';
    const leak = async (frame: Buffer, block: BlockHeader) => {
      const forged = await forger.forge(frame, block);
      id = forged.header.id;
      if (!way.send(forged.frame)) problems.push('the producer could not be reached');
    };
    leader.proxy.rule = (frame, direction) => {
      const block = direction === 'up' ? blockOf(frame) : null;
      if (block?.slot !== slot || !block.pool || id !== '') return 'pass';
      leak(frame, block).catch((thrown) => void problems.push(`not forged: ${String(thrown)}`));
      return Date.now() + LEAK_FIRST_MS;
    };
    await untilOver(window, 3000);
    way.stop();
    const key = stage.keyOf(bad.node.name);
    const leaks = stage.events(window, 'leak');
    if (!leaks.some((told) => told.id === id && told.signer === key)) problems.push('it is not told of as a leak');
    problems.push(...evidenceProblems(stage, window, key, new Set([id])));
    return { note: rescuesOf(stage, window), problems };
  },
};

export const BODIES: Case[] = [wrongRoot, invalid, invalidLater, leaked];
