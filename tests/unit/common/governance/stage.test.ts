import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseSteps, readCase } from '../../../../common/governance/cases.ts';
import { readConfig } from '../../../../common/governance/pool.ts';
import { readProposal } from '../../../../common/governance/proposals.ts';
import { stageOf } from '../../../../common/governance/stage.ts';
import { at, caseRow, configRow, DAC, FakePool, NOW, proposalRow, type Row } from '../../../support/fake-pool.ts';

const WEEK = 7 * 24 * 3600;

async function stage(kind: string, row: Row, config: Row = {}) {
  const pool = new FakePool().set('proposals', [proposalRow(3, kind, row)]).set('config', [configRow(config)]);
  const client = pool.client();
  const read = await readProposal(client, DAC, 3);
  assert.ok(read);
  const { stage: name, until, can } = stageOf(read, await readConfig(client, DAC), NOW);
  return [
    name,
    until === null ? null : (until - NOW) / 1000,
    can.map(({ action, who }) => `${action} by ${who}`).join(', '),
  ];
}

test('a proposal in each stage, with what the contract takes then', async () => {
  assert.deepEqual(await stage('url', { ends: at(1) }), ['voting', 1, 'vote by electors, cancel by proposer']);
  assert.deepEqual(await stage('url', { ends: at(0) }), ['to-count', null, 'tally by anyone, cancel by proposer']);
  assert.deepEqual(await stage('appeal', { ends: at(9) }), ['voting', 9, 'vote by electors']);
  assert.deepEqual(await stage('url', { status: 1, unlock: at(1) }), ['locked', 1, '']);
  assert.deepEqual(await stage('url', { status: 1, unlock: at(0) }), ['to-execute', WEEK, 'execute by anyone']);
  assert.deepEqual(await stage('url', { status: 1, unlock: at(-WEEK) }), ['too-late', null, 'expire by anyone']);
  assert.deepEqual(await stage('url', { status: 2, done: at(1 - WEEK) }), ['executed', 1, '']);
  assert.deepEqual(await stage('url', { status: 3, done: at(-WEEK) }), ['rejected', null, 'expire by anyone']);
  assert.deepEqual((await stage('url', { status: 4, done: at(0) }))[0], 'expired');
  assert.deepEqual((await stage('url', { status: 5, done: at(0) }))[0], 'cancelled');
});

test('a pause holds every execution up but the one that ends it; a dissolved pool executes nothing', async () => {
  const ready = { status: 1, unlock: at(-1) };
  const paused = { paused_until: at(1) };
  assert.deepEqual((await stage('url', ready, paused))[2], '');
  assert.deepEqual((await stage('unpause', ready, paused))[2], 'execute by anyone');
  assert.deepEqual((await stage('url', ready, { paused_until: at(0) }))[2], 'execute by anyone');
  assert.deepEqual((await stage('unpause', ready, { phase: 3 }))[2], '');
});

test('a case in each state, with what the contract takes then', async () => {
  const steps = async (row: Row) => {
    const read = await readCase(new FakePool().set('cases', [caseRow(1, row)]).client(), DAC, 1);
    assert.ok(read);
    return caseSteps(read, NOW)
      .map(({ action, who }) => `${action} by ${who}`)
      .join(', ');
  };
  const [answers, rules, recuses] = ['answer by respondent', 'rule by panel', 'recuse by panel'];
  assert.equal(await steps({ opened: at(-10), until: at(11) }), `${answers}, ${recuses}`);
  assert.equal(await steps({ opened: at(-10), until: at(10) }), `${answers}, ${rules}, ${recuses}`);
  assert.equal(await steps({ status: 1, opened: at(-1), until: at(99) }), `${answers}, ${rules}, ${recuses}`);
  assert.equal(await steps({ status: 1, until: at(0) }), 'closecase by anyone');
  assert.equal(await steps({ status: 2, until: at(1) }), 'appeal by parties');
  assert.equal(await steps({ status: 2, until: at(0) }), 'enforce by anyone');
  assert.equal(await steps({ status: 2, until: at(0), appealed: 4 }), 'enforce by anyone');
  assert.equal(await steps({ status: 2, until: at(1), appealed: 4 }), '');
  assert.equal(await steps({ status: 3, appealed: 4 }), '');
  assert.equal(await steps({ status: 4, until: at(0) }), '');
  assert.equal(await steps({ status: 4, until: at(-WEEK) }), 'closecase by anyone');
});
