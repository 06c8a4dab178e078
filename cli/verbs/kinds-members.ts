import { isMember } from '../../common/governance/members.ts';
import { accountName } from '../oracle/chain-view.ts';
import { requireAdmissible } from '../run/application.ts';
import { refuse } from './checks.ts';
import type { Asked, KindCommand } from './kind-command.ts';
import { duration } from './options.ts';

const MOST_SUSPENDED = 90 * 86_400;

export const memberKinds: KindCommand[] = [
  {
    kind: 'admit',
    about: 'admit an applicant',
    example: 'admit dave --text "two machines in Berlin"',
    shape: (command) => command.argument('<account>', 'the applicant', accountName),
    make: async ({ client, facts }, [account = '']) => {
      const row = facts.members.find((one) => one.account === account);
      if (row?.status !== 'applied')
        throw refuse(`${account} has not applied to ${facts.dac}: it joins with ./pool join first`);
      await requireAdmissible(client, facts.dac, facts.config, row, account);
      return { data: { account }, columns: { subject: account } };
    },
  },
  {
    kind: 'expel',
    about: 'expel a member, for good; two thirds, it has no vote on it',
    example: 'expel bob --text "https://pool.example/12"',
    shape: (command) => command.argument('<account>', 'the member', accountName),
    make: (asked, [account = '']) => {
      requireOut(asked, account);
      return { data: { account }, columns: { subject: account, respondent: account, twoThirds: true } };
    },
  },
  {
    kind: 'suspend',
    about: 'suspend a member for at most 90 days; two thirds, it has no vote on it',
    example: 'suspend bob 7d --text "https://pool.example/12"',
    shape: (command) =>
      command.argument('<account>', 'the member', accountName).argument('<time>', 'seconds, or as 12h, 7d', duration),
    make: (asked, [account = '', time]) => {
      requireOut(asked, account);
      const seconds = Number(time);
      if (seconds > MOST_SUSPENDED)
        throw refuse(`a suspension of ${seconds} seconds is too long: at most ${MOST_SUSPENDED} (90d) are allowed`);
      const columns = { subject: account, respondent: account, value: BigInt(seconds), twoThirds: true };
      return { data: { account, seconds }, columns };
    },
  },
];

/** Who can be put out by vote. Source: contracts/pool/standing.ts, `requireMember`, `requireThree`. */
function requireOut({ facts }: Asked, account: string): void {
  const member = facts.members.find((one) => one.account === account);
  if (!member || !isMember(member))
    throw refuse(`${account} is no member of ${facts.dac} (${member?.status ?? 'unknown here'})`);
  const voting = facts.seats.filter((seat) => seat.voting && seat.until === 0).length;
  if (voting < 3)
    throw refuse(
      `the pool has ${voting} members with a vote: with fewer than 3 none can be expelled or suspended by vote`,
    );
}
