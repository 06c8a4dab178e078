import { arbitration } from './actions/arbitration.ts';
import { lives } from './actions/lives.ts';
import * as members from './actions/members.ts';
import * as money from './actions/money.ts';
import { seats } from './actions/seats.ts';
import { settings } from './actions/settings.ts';
import { treasury } from './actions/treasury.ts';
import * as votes from './actions/votes.ts';
import * as windows from './actions/windows.ts';
import type { Block } from './stage.ts';

/** What is called often: these have the limits, and the most samples. In parts, for members may have only so many proposals at a time. */
const often: Block = {
  title: 'called often',
  samples: 39,
  parts: 3,
  stages: [
    {
      actions: [
        members.join,
        members.propadmit,
        votes.cancel,
        members.dropkey,
        members.setkey,
        members.refresh,
        members.setpayee,
        members.setinfo,
        money.open,
        money.deposit,
        money.withdraw,
        members.leave,
        votes.propconfig,
        votes.vote,
        votes.changedVote,
        windows.report,
        windows.settle,
        money.sweep,
        money.collect,
        money.harvest,
        money.cut,
        money.close,
        votes.setproxy,
        money.claim,
      ],
    },
    votes.counted,
  ],
};

/** All that is measured, in its order: guests come when there are arbitrators, for one of them is expelled by a ruling. */
export const BLOCKS: Block[] = [often, windows.verdicts, settings, treasury, arbitration, seats, lives];
