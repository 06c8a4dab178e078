import { Command } from 'commander';
import { EventLogReader } from '../../common/event-log.ts';
import { verifyLog } from '../../common/verify-log.ts';

export function logCommand(): Command {
  const log = new Command('log').description("look into an emitter's event log");
  log
    .command('verify')
    .argument('[file]', 'event log', '.pool/events.sqlite')
    .description("check every record's hash and place; exit code 1 when one is wrong")
    .action((file: string) => {
      const reader = new EventLogReader(file);
      const result = verifyLog(reader);
      reader.close();
      process.stdout.write(`${JSON.stringify(result)}\n`);
      if (!result.ok) process.exitCode = 1;
    });
  return log;
}
