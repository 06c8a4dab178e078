import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { Candidates } from '../../../emitter/candidates.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { Journal } from '../../../emitter/log/journal.ts';
import type { MemberDirectory } from '../../../emitter/members.ts';
import { Frames } from '../../../emitter/relay/frames.ts';
import type { MemberLink } from '../../../emitter/relay/member-link.ts';
import { candidateKey, isAlive, isHere } from '../../../emitter/select/state.ts';
import type { Suspects } from '../../../emitter/suspects.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { chooserOf } from '../../support/log-world.ts';
import { rootState, type Signed, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';

const SLOT = firstSlot(1_000_001);
const [alice, stranger] = ['alice', 'stranger'].map(signingKey) as [
  ReturnType<typeof signingKey>,
  ReturnType<typeof signingKey>,
];
const root = rootState(schedule(5, [['pool', [alice]]]), SLOT - 1);

/** What becomes of members' blocks, with all that it tells. */
function bed(t: TestContext) {
  const tree = new HeaderTree(3000);
  tree.add(root);
  const told: PoolEvent[] = [];
  const store = {
    append: () => [],
    hold: () => {},
    rehearse: () => {},
  };
  const journal = new Journal(
    store,
    () => {},
    () => {},
  );
  const tell = journal.tell.bind(journal);
  journal.tell = (window, event) => {
    told.push(event);
    tell(window, event);
  };
  const frames = new Frames();
  const chooser = chooserOf(
    journal,
    () => slotTime(SLOT) - 400,
    () => true,
  ).twin({ frames });
  t.after(() => chooser.stop());
  const { id, num, slot, previous } = root;
  chooser.state.tip = { id, num, slot, previous };
  const compared: string[] = [];
  const kept: string[] = [];
  const members: string[] = [];
  const identified: MemberLink[] = [];
  const candidates = new Candidates({
    ...{ tree, frames, journal, chooser, logger: pino({ level: 'silent' }) },
    members: { account: () => 'alice' } as unknown as MemberDirectory,
    suspects: {
      compare: (_link: MemberLink, header: { id: string }) => compared.push(header.id),
    } as unknown as Suspects,
    onIdentified: (link) => identified.push(link),
    onKept: (key) => kept.push(key),
    onMember: (signer, up) => members.push(`${up ? '+' : '-'}${signer}`),
  });
  const records = () => told.flatMap((event) => (event.type === 'candidate' ? [event] : []));
  return { tree, chooser, frames, candidates, compared, kept, members, identified, records, told };
}

function link(): MemberLink {
  return { session: 1, remote: 'm', signer: null, askForLacking: () => {} } as unknown as MemberLink;
}

/** A branch of so many blocks. */
function branch(length: number, key = alice): Signed[] {
  const tree = new HeaderTree(100);
  tree.add(root);
  let parent = root;
  return Array.from({ length }, (_, k) => {
    const block = signBlock({ parent, slot: SLOT + k, producer: 'pool', key });
    parent = (tree.follow(block.header) as HeaderState | null) ?? parent;
    return block;
  });
}

const keyOf = ({ header }: Signed, key = alice) => candidateKey({ id: header.id, signer: key.id });

test('a block that another emitter passed on is judged, told with its name and let out, and is nobody’s connection', (t) => {
  const { candidates, chooser, compared, kept, members, identified, records } = bed(t);
  const [block] = branch(1) as [Signed];
  candidates.takePassedOn('emitter2', keyOf(block), block.frame, block.header);
  const [record, ...more] = records();
  assert.deepEqual([record?.via, record?.verdict, record?.signer, more.length], ['emitter2', 'valid', alice.id, 0]);
  assert.deepEqual([compared, members, identified], [[], [], []]);
  assert.deepEqual(kept, [keyOf(block)]);
  assert.equal(chooser.state.lead.size, 0, 'it says nothing of when its member’s blocks come');
  assert.equal(chooser.tip?.id, block.header.id);
  assert.ok(candidates.has(keyOf(block)));
  assert.ok(!isAlive(chooser.state, alice.id));
});

test('its member’s own copy says whose connection it is, although it comes later, and is no second candidate', (t) => {
  const { candidates, members, identified, records, kept } = bed(t);
  const [block] = branch(1) as [Signed];
  candidates.takePassedOn('emitter2', keyOf(block), block.frame, block.header);
  const [own, other] = [link(), link()];
  candidates.take(own, Buffer.from(block.frame), block.header);
  assert.deepEqual([members, identified], [[`+${alice.id}`], [own]]);
  // A further copy is what members pass on of others'.
  candidates.take(other, Buffer.from(block.frame), block.header);
  assert.deepEqual([identified, records().length, kept.length], [[own], 1, 1]);
});

test('what was here already is not told again when another emitter passes it on', (t) => {
  const { candidates, records, chooser } = bed(t);
  const [block] = branch(1) as [Signed];
  candidates.take(link(), block.frame, block.header);
  candidates.takePassedOn('emitter2', keyOf(block), Buffer.from(block.frame), block.header);
  assert.deepEqual(
    records().map(({ via }) => via),
    [undefined],
  );
  assert.equal(chooser.state.lead.size, 1);
});

test('a block whose parent is not here waits for it, and counts as here meanwhile', (t) => {
  const { candidates, records } = bed(t);
  const [first, second] = branch(2) as [Signed, Signed];
  candidates.takePassedOn('emitter2', keyOf(second), second.frame, second.header);
  assert.deepEqual([records().length, candidates.has(keyOf(second)), candidates.has(keyOf(first))], [0, true, false]);
  candidates.take(link(), first.frame, first.header);
  assert.deepEqual(
    records().map(({ slot, via }) => [slot, via]),
    [
      [SLOT, undefined],
      [SLOT + 1, 'emitter2'],
    ],
  );
});

test('a block that is not valid is refused with a record, whatever the other emitter says of it', (t) => {
  const { candidates, records, frames, kept } = bed(t);
  const [foreign] = branch(1, stranger) as [Signed];
  candidates.takePassedOn('emitter2', keyOf(foreign), foreign.frame, foreign.header);
  const [block] = branch(1) as [Signed];
  const broken = Buffer.from(block.frame);
  broken.writeUInt8(9, broken.length - 1);
  candidates.takePassedOn('emitter2', keyOf(block), broken, block.header);
  assert.deepEqual(
    records().map(({ verdict, reason, via }) => [verdict, reason, via]),
    [
      ['invalid', 'foreign_key', 'emitter2'],
      ['invalid', 'bad_block_body', 'emitter2'],
    ],
  );
  assert.deepEqual([frames.has(keyOf(block)), kept], [false, []]);
});

test('an emitter that passes on blocks without end is bounded for each signer that it names, and takes no member’s room', (t) => {
  const { candidates, records } = bed(t);
  const most = LIMITS.candidatesPerMemberAndWindow;
  for (let n = 0; n <= most; n++) {
    const block = signBlock({ parent: root, slot: SLOT, producer: 'pool', key: stranger, nonce: n });
    candidates.takePassedOn('emitter2', keyOf(block), block.frame, block.header);
  }
  const reasons = records().map(({ reason }) => reason);
  assert.deepEqual([reasons.filter((reason) => reason === 'foreign_key').length, reasons.at(-1)], [most, 'too_many']);
  const [block] = branch(1) as [Signed];
  candidates.take(link(), block.frame, block.header);
  assert.equal(records().at(-1)?.verdict, 'valid');
});

test('blocks of unknown parents that another emitter passes on push out no member’s', (t) => {
  const { candidates, records } = bed(t);
  const [first, second] = branch(2) as [Signed, Signed];
  candidates.take(link(), second.frame, second.header);
  for (let n = 0; n <= LIMITS.orphans; n++) {
    const parent = { ...root, id: n.toString(16).padStart(64, '0') };
    const { frame, header } = signBlock({ parent, slot: SLOT, producer: 'pool', key: alice });
    candidates.takePassedOn('emitter2', `${header.id}:0:${n.toString(16).padStart(66, '0')}`, frame, header);
  }
  assert.deepEqual(
    records().map(({ reason, via }) => [reason, via]),
    [
      ['unlinked', 'emitter2'],
      ['unlinked', 'emitter2'],
    ],
  );
  candidates.take(link(), first.frame, first.header);
  assert.deepEqual(
    records()
      .slice(2)
      .map(({ slot, verdict }) => [slot, verdict]),
    [
      [SLOT, 'valid'],
      [SLOT + 1, 'valid'],
    ],
  );
});

test('a member at another emitter is alive, stands by in no window here, and is not waited for', (t) => {
  const { chooser, told } = bed(t);
  const at = slotTime(SLOT) - 400;
  const word = (up: boolean, via: string) => chooser.dispatch({ type: 'member', at, signer: alice.id, up, via });
  word(true, 'emitter2');
  word(true, 'emitter3');
  word(false, 'emitter2');
  assert.deepEqual([isAlive(chooser.state, alice.id), isHere(chooser.state, alice.id)], [true, false]);
  assert.equal(
    chooser.expectedAt(() => true),
    null,
  );
  chooser.dispatch({ type: 'turn', at, window: 1_000_001 });
  chooser.dispatch({ type: 'tick', at: slotTime(SLOT) + 60_000 });
  assert.ok(told.some(({ type }) => type === 'window'));
  assert.ok(!told.some(({ type }) => type === 'standby'));
  word(false, 'emitter3');
  assert.ok(!isAlive(chooser.state, alice.id));
});
