import { Command, Option } from 'commander';
import { PoolError } from '../../common/errors.ts';
import { EventLogReader } from '../../common/event-log.ts';
import { STREAM_DEFAULTS } from '../../common/nats/streams.ts';
import { verifyLog } from '../../common/verify-log.ts';
import { Backtester } from '../log/backtest.ts';
import { copyRecords } from '../log/copy.ts';
import { csvLines, jsonLines } from '../log/export.ts';
import { asFile, readingFrom, shown, writingTo } from '../log/location.ts';
import { strategyText } from '../log/machine.ts';
import { writeLines } from '../log/output.ts';
import { Progress } from '../log/progress.ts';
import { wrongKeys } from '../log/registered.ts';
import { Replay, requireReplayable } from '../log/replay.ts';
import { SignersCheck } from '../log/signers.ts';
import { integer } from '../run/options.ts';
import { patiently } from '../verbs/patience.ts';

const DEFAULT_FILE = '.pool/events.sqlite';
const LAST_WINDOW = 2 ** 32;

const VERIFY_HELP = `
From the file alone: each record's hash and place in the chain, the signatures of roots, receipts, checkpoints and footer, who signed
each candidate, and the choice itself, computed again from what the emitter had seen. With --api also, by the contract, that the log's
key is a registered emitter's and the signers are members. "open" counts windows without an end, and is at least 1 for a log that does
not end with the signed footer of a clean stop. Exit code 1 when something is wrong.

Examples:
  ./pool log verify
  ./pool log verify events.sqlite --api http://127.0.0.1:8888
  ./pool log verify nats://127.0.0.1:4222/pool/emitter1`;

const REPLAY_HELP = `
Feeds the selection what the log says it was fed, and compares every decision, rescue and end of a window with the log's, byte for
byte. Exit code 1 at the first that differs.

Examples:
  ./pool log replay
  ./pool log replay events.sqlite`;

const BACKTEST_HELP = `
Each window begins from the state that really was. "differs" counts slots with another block, "addedMs" sums how much later blocks would
have left, "missed" counts slots that would have had none and had one. Windows in standby mode are counted as "standby" and left out: one member made blocks there, and a log
has nothing of what others would have made.

Examples:
  ./pool log backtest --strategy fullest
  ./pool log backtest events.sqlite --strategy rotate:wait=50`;

const EXPORT_HELP = `
Examples:
  ./pool log export > events.jsonl
  ./pool log export events.sqlite --format csv --window 68801234 > window.csv`;

const COPY_HELP = `
FROM and TO are each a file, or the records of one emitter in a NATS cluster: nats://host:port,host:port/POOL/EMITTER. What TO lacks is added, and
then all of TO is read back and compared with FROM: hash by hash, link by link. A copy that was interrupted goes on where it was. A log that is being
written is copied up to where it was at the beginning. Exit code 1 when TO has other records than FROM, or more.

Examples:
  ./pool log copy .pool/events.sqlite nats://127.0.0.1:4222/pool/emitter1
  ./pool log copy nats://127.0.0.1:4222/pool/emitter1 back.sqlite`;

const JSON_HELP = 'without sentences: errors as JSON too, on standard error';

export function logCommand(): Command {
  const log = new Command('log').description("look into an emitter's event log");
  const command = (name: string, description: string, help: string) => {
    const made = log.command(name).description(description).addHelpText('after', help);
    return made.argument('[file]', 'event log', DEFAULT_FILE).option('--json', JSON_HELP);
  };
  command('verify', 'check everything in it; exit code 1 when something is wrong', VERIFY_HELP)
    .option('--api <url>', 'a nodeos, to look up the keys of emitters and members in the contract')
    .action(async (file: string, options: VerifyOptions) => asFile(file, (at, name) => verify(at, name, options)));
  command('replay', 'compute every decision again and compare', REPLAY_HELP).action(
    (file: string, options: JsonOption) => asFile(file, (at, name) => replay(at, name, options)),
  );
  command('backtest', 'what another strategy would have chosen, and what that would have cost', BACKTEST_HELP)
    .requiredOption('--strategy <name>', 'the other strategy')
    .action((file: string, options: JsonOption & { strategy: string }) =>
      asFile(file, (at, name) => backtest(at, name, options)),
    );
  command('export', 'write its records to standard output, in order', EXPORT_HELP)
    .addOption(new Option('--format <format>', 'form of a line').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--window <id>', 'only the records of this window (slot / 12)', integer(0, LAST_WINDOW))
    .action((file: string, options: { format: string; window?: number }) =>
      asFile(file, (at) => exportLog(at, options)),
    );
  log
    .command('copy')
    .description('bring a log from a file to a NATS cluster, or back, and compare the two')
    .argument('<from>', 'file, or nats://host:port/POOL/EMITTER')
    .argument('<to>', 'the same, made when it is not there')
    .option(
      '--replicas <n>',
      'copies that a cluster keeps of a log made there',
      integer(1, 5),
      STREAM_DEFAULTS.replicas,
    )
    .option('--json', JSON_HELP)
    .addHelpText('after', COPY_HELP)
    .action(copy);
  return log;
}

interface JsonOption {
  json?: true;
}

type VerifyOptions = JsonOption & { api?: string };

async function copy(from: string, to: string, options: JsonOption & { replicas: number }): Promise<void> {
  const work = readingFrom(from, (source) => writingTo(to, options.replicas, (target) => copyRecords(source, target)));
  const copied = await patiently(`copying ${shown(from)} to ${shown(to)}`, work);
  await print({ ...copied, last: copied.last?.seq ?? 0, hash: copied.last?.hash ?? null });
  say(
    options,
    `${shown(to)} has all ${copied.records + copied.before} records of ${shown(from)}; ${copied.records} are new there`,
  );
}

async function verify(file: string, name: string, options: VerifyOptions): Promise<void> {
  const signers = new SignersCheck();
  const replayed = new Replay();
  const found = reading(file, (log) => verifyLog(log, [signers, replayed, ...progress(options)]));
  const { records, windows, open, firstBad, signed, unsigned } = found;
  const { api } = options;
  const why = found.ok && api ? await patiently(`asking ${api}`, wrongKeys(api, signers)) : null;
  const ok = found.ok && why === null;
  await print({ records, windows, open, ok, firstBad });
  if (!ok) throw bad(firstBad === null ? `${name}: ${why}` : `${name}: record ${firstBad}: ${found.why}`);
  const { decisions, unchecked } = replayed.counts;
  const notes = [`${records} records, ${decisions} decisions computed again, ${signers.proven} signers proven`];
  if (signers.words > 0) notes.push(`${signers.words} words of agents proven`);
  if (signers.unproven > 0) notes.push(`${signers.unproven} signers without evidence`);
  if (unchecked > 0) notes.push(`${unchecked} decisions of schema 1, which cannot be computed again`);
  if (unsigned > 0) notes.push(`${unsigned} closed windows without a signed root`);
  notes.push(signed ? 'it ends with its signed footer' : 'its tail is open: no footer of a clean stop signs it');
  say(options, `${name} is good: ${notes.join('; ')}`);
}

async function replay(file: string, name: string, options: JsonOption): Promise<void> {
  const replayed = new Replay();
  const { ok, firstBad, why } = reading(file, (log) => verifyLog(log, [replayed, ...progress(options)]));
  const { counts } = replayed;
  requireReplayable(counts, name);
  await print({ ok, firstBad, ...counts });
  if (!ok) throw bad(`${name}: record ${firstBad}: ${why}`);
  say(
    options,
    `${name}: ${counts.decisions} decisions and ${counts.closings} ends of windows follow from ${counts.inputs} inputs`,
  );
}

async function backtest(file: string, name: string, options: JsonOption & { strategy: string }): Promise<void> {
  const { strategy } = options;
  const tester = new Backtester(strategyText(strategy));
  const replayed = new Replay();
  // What is counted must be what happened: a log that does not hold is not tested.
  const { ok, firstBad, why } = reading(file, (log) => verifyLog(log, [replayed, ...progress(options)]));
  requireReplayable(replayed.counts, name);
  if (!ok) throw bad(`${name}: record ${firstBad}: ${why}`);
  reading(file, (log) => {
    for (const record of log.all()) tester.take(record);
  });
  const result = tester.end();
  if (result.windows === 0 && result.standby > 0) {
    const why = 'one member made the blocks in each, so a strategy has nothing to choose from';
    throw bad(`${name}: all ${result.standby} windows were in standby mode: ${why}`);
  }
  await print(result);
  const { windows, slots, differs, addedMs, missed } = result;
  say(
    options,
    `${strategy} over ${windows} windows: another block in ${differs} of ${slots} slots, ${addedMs} ms later in all, ${missed} missed`,
  );
}

async function exportLog(file: string, { format, window }: { format: string; window?: number }): Promise<void> {
  const log = new EventLogReader(file);
  try {
    const records = window === undefined ? log.all() : log.window(window);
    await writeLines(format === 'csv' ? csvLines(records) : jsonLines(records));
  } finally {
    log.close();
  }
}

function reading<T>(file: string, work: (log: EventLogReader) => T): T {
  const log = new EventLogReader(file);
  try {
    return work(log);
  } finally {
    log.close();
  }
}

function print(value: unknown): Promise<void> {
  return writeLines([JSON.stringify(value)]);
}

function progress({ json }: JsonOption): Progress[] {
  return json ? [] : [new Progress()];
}

/** For people: whoever wants JSON has it on standard output. */
function say({ json }: JsonOption, text: string): void {
  if (!json) process.stderr.write(`${text}\n`);
}

function bad(text: string): PoolError {
  return new PoolError('event_log', text);
}
