import { setTimeout as sleep } from 'node:timers/promises';
import { POOL, startChain } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';

/** Long enough for two handshakes on each connection and a second dial. */
const WATCHED_MS = 3000;

async function run(lab: Lab, options: { restarts: string }): Promise<Findings> {
  const relay = await startChain(lab, 'bp1', { producers: ['bp1'], accounts: ['bp1', POOL] });
  const proxies = [await lab.proxy({ target: relay.p2p }), await lab.proxy({ target: relay.p2p })];
  const signingKeys = [lab.keys.pair('member1')];
  const peers = proxies.map(({ address }) => address);
  const member = await lab.node('member1', { producers: [POOL], signingKeys, peers });
  const rows: Row[] = [];
  for (let start = 1; start <= Number(options.restarts); start++) {
    const from = Date.now();
    if (start > 1) await lab.restart(member);
    await sleep(WATCHED_MS);
    // Not the names of protocol features.
    const lines = (log: string) => logLines(log, /duplicate(?!_deferred)/i, from).length;
    rows.push({
      start,
      duplicateAtRelay: lines(relay.log),
      duplicateAtMember: lines(member.log),
      connectionsLeft: proxies.filter(({ link }) => link?.open).length,
    });
  }
  const cut = rows.filter((row) => Number(row.connectionsLeft) < 2).length;
  lab.say(`one of two connections was cut in ${cut} of ${rows.length} starts`);
  return {
    rows,
    claims: [
      { claim: 'some starts leave one connection', holds: cut > 0 },
      { claim: 'some starts leave both', holds: cut < rows.length },
    ],
  };
}

await experiment({
  name: '9-duplicate',
  question: 'Does a relay node cut a second connection of one member, made through another proxy?',
  options: { '--restarts <n>': ['starts of the member; each has a new random node id', '10'] },
  run,
});
