import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missedLimits } from '../../../bench/emitter/result.ts';
import { BlockMaker, PRODUCER } from '../../../bench/relay/blocks.ts';
import { missedGoals, quantile, relayTable, type SizeResult, spread } from '../../../bench/relay/result.ts';
import { nameToString } from '../../../common/name.ts';
import { decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { IncomingBlock } from '../../../emitter/verify/incoming.ts';
import { rootState, schedule, signingKey } from '../../support/signed-chain.ts';

const key = signingKey('genesis');

test('the blocks that are made link, are signed by the genesis key, have the right root and about the size asked for', () => {
  const maker = new BlockMaker('ab'.repeat(32), key.secret, 1000);
  const root = rootState(schedule(0, [[PRODUCER, [key]]]), 1000);
  const tree = new HeaderTree(100);
  const { genesis, scheduleHash } = maker;
  const none = { lastProduced: new Map(), lastImpliedIrreversible: new Map() };
  tree.add({ ...root, id: genesis.id, num: 1, scheduleHash, dpos: { ...root.dpos, ...none } });
  for (const [i, size] of [20_000, 300_000, 1_000_000, 20_000].entries()) {
    const { frame, id } = maker.make(1001 + i, size);
    assert.ok(Math.abs(frame.length - size) < size / 50, `${frame.length}`);
    const block = new IncomingBlock(frame);
    block.feed(frame.length);
    const linked = block.link(tree);
    assert.ok(linked.ok, `block ${i}: ${linked.ok || linked.code}`);
    assert.equal(linked.signer, key.id);
    const [body, header] = [block.body(), decodeBlockHeader(frame)];
    assert.ok(body.ok && header.ok);
    assert.deepEqual(body.value.root, header.value.transactionRoot);
    assert.deepEqual([header.value.id, nameToString(header.value.producer)], [id, PRODUCER]);
    tree.add(linked.state);
  }
});

test('quantiles are values of the list: so many are not above', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  assert.deepEqual([quantile(values, 0.5), quantile(values, 0.9), quantile(values, 0.99)], [101, 181, 199]);
  assert.equal(quantile([7], 0.99), 7);
  assert.deepEqual(spread([1.23456]), { p50: 1.235, p90: 1.235, p99: 1.235 });
});

function size(bytes: number, raw: number, nodeos: number, emitter: number, decision = 1): SizeResult {
  const of = (p50: number) => ({ p50, p90: 2 * p50, p99: 3 * p50 });
  const many = { cluster: of(emitter + decision), decision: of(decision) };
  const steady = { raw: of(raw), whole: of(raw), nodeos: of(nodeos), emitter: of(emitter), ...many };
  return { bytes, n: 300, throttled: 4, steady, ...steady };
}

test('goals: no worse than nodeos, and half more than a raw relay, with 0.3 ms on top for small blocks', () => {
  assert.deepEqual(missedGoals([size(20_000, 0.2, 0.7, 0.6), size(300_000, 1, 2, 1.5)]), []);
  assert.match(missedGoals([size(20_000, 0.2, 0.7, 0.61)]).join(), /raw relay is 0.610 ms, above 0.600 ms/);
  assert.match(missedGoals([size(300_000, 1, 2, 1.6)]).join(), /^300000 bytes: p50 against a raw relay/);
  assert.equal(missedGoals([size(300_000, 2, 1, 1.1)]).length, 2);
  assert.match(
    missedGoals([size(20_000, 0.2, 0.7, 0.6, 1.7)]).join(),
    /decision through the cluster is 5.100 ms, above 5.000/,
  );
});

test('the table has a line a path', () => {
  const lines = relayTable([size(20_000, 0.2, 0.7, 0.6)])
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, 8);
  assert.match(lines[6] ?? '', /decision\s+1\.000\s+2\.000\s+3\.000\s+3\.000/);
  assert.match(lines[7] ?? '', /^In 4 of 1500 measurements the processor was throttled/);
  const none = { ...size(20_000, 0.2, 0.7, 0.6) };
  none.steady.raw = null;
  assert.match(relayTable([none]), /raw\s+0\.200\s+0\.400\s+0\.600\s+–\n/);
  assert.match(lines[4] ?? '', /emitter\s+0\.600\s+1\.200\s+1\.800/);
});

test('limits of the emitter: the rate, no growth of a candidate’s cost with the members, memory', () => {
  const of = (members: number, addedP50: number, cpuPerBlock: number, rss: number) => {
    return { members, bytes: 20_000, addedP50, addedP99: 9, cpuPerBlock, rss };
  };
  const missed = (candidatesPerSecond: number, ...last: [number, number, number]) =>
    missedLimits({ candidatesPerSecond, growth: [of(3, 1, 1, 1e8), of(100, ...last)] });
  assert.deepEqual(missed(2000, 1.5, 1.2, 6e8), []);
  assert.match(missed(1999, 1.5, 1.2, 6e8).join('; '), /^1999 candidates/);
  assert.match(missed(2000, 1.6, 1.2, 6e8).join('; '), /^100 members with 20000 bytes: added latency/);
  assert.match(missed(2000, 1.5, 1.3, 6e8).join('; '), /^100 members with 20000 bytes: CPU for a candidate/);
  assert.match(missed(2000, 1.5, 1.2, 6.1e8).join('; '), /^100 members with 20000 bytes: memory/);
});
