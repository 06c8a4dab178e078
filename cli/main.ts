import { Command, CommanderError } from 'commander';
import { runMain } from '../common/errors.ts';
import { agentCommand } from './commands/agent.ts';
import { benchCommand } from './commands/bench.ts';
import { caseCommand } from './commands/case.ts';
import { casesCommand } from './commands/cases.ts';
import { chaosCommand } from './commands/chaos.ts';
import { deployCommand } from './commands/deploy.ts';
import { disputeCommand } from './commands/dispute.ts';
import { joinCommand } from './commands/join.ts';
import { logCommand } from './commands/log.ts';
import { reportCommand } from './commands/report.ts';
import { testCommand } from './commands/test.ts';
import { upCommand } from './commands/up.ts';

runMain('pool', async () => {
  const program = new Command('pool').description('A block producer pool for EOSIO chains').showHelpAfterError();
  for (const command of [
    upCommand(),
    testCommand(),
    chaosCommand(),
    casesCommand(),
    benchCommand(),
    joinCommand(),
    deployCommand(),
    logCommand(),
    agentCommand(),
    reportCommand(),
    disputeCommand(),
    caseCommand(),
  ])
    program.addCommand(command);
  program.exitOverride();
  for (const command of program.commands) for (const each of [command, ...command.commands]) each.exitOverride();
  try {
    await program.parseAsync();
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  }
  // An interrupted command may still wait for something that will not happen any more.
  process.exit();
});
