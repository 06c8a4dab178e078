import { Command } from 'commander';
import { agentCommand } from './commands/agent.ts';
import { benchCommand } from './commands/bench.ts';
import { bpjsonCommand } from './commands/bpjson.ts';
import { caseCommand } from './commands/case.ts';
import { casesCommand } from './commands/cases.ts';
import { chaosCommand } from './commands/chaos.ts';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { deployCommand } from './commands/deploy.ts';
import { disputeCommand } from './commands/dispute.ts';
import { joinCommand } from './commands/join.ts';
import { logCommand } from './commands/log.ts';
import { membershipCommands } from './commands/membership.ts';
import { proposalStepCommands, proposalsCommand } from './commands/proposals.ts';
import { proposeCommand } from './commands/propose.ts';
import { reportCommand } from './commands/report.ts';
import { showCommands } from './commands/show.ts';
import { stepCommands } from './commands/steps.ts';
import { testCommand } from './commands/test.ts';
import { upCommand } from './commands/up.ts';
import { voteCommand } from './commands/vote.ts';
import { windowsCommand } from './commands/windows.ts';

/** Every command, under the headings of `--help`. */
const GROUPS: [heading: string, commands: () => Command[]][] = [
  ['A pool on this machine:', () => [upCommand(), testCommand(), chaosCommand(), casesCommand(), benchCommand()]],
  ['A pool on a network:', () => [deployCommand()]],
  ['Being a member:', () => [joinCommand(), checkCommand(), agentCommand(), ...membershipCommands()]],
  ['Deciding:', () => [proposalsCommand(), voteCommand(), proposeCommand(), ...proposalStepCommands()]],
  ['Seeing:', () => [...showCommands(), windowsCommand(), logCommand(), reportCommand()]],
  ['Disputes:', () => [disputeCommand(), caseCommand()]],
  ['Actions of the contract:', stepCommands],
  ['For this command line:', () => [bpjsonCommand(), completionCommand(makeProgram)]],
];

/** The whole command line, as it is parsed, completed and documented. */
export function makeProgram(): Command {
  const program = new Command('pool')
    .description('A block producer pool for EOSIO chains')
    .showHelpAfterError('(--help tells what it takes)');
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const command of commands()) program.addCommand(command);
  }
  return program;
}

/** A command and all below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}
