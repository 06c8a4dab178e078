import { PoolError } from '../../common/errors.ts';
import type { LogIdentity } from '../../common/log-proof.ts';
import type { WindowLog } from '../metrics/types.ts';
import type { KnownLog } from './logs.ts';
import { cutOf, readyAt, type Told } from './ready.ts';
import { requireSignedRoot } from './signed-root.ts';
import { requireSigners } from './signers.ts';
import type { WindowTally } from './tally.ts';

/** A log's part of a window, proven by its emitter's signature. */
export interface ProvenLog extends WindowLog {
  name: string;
  root: string;
  /** The emitter's key, "type:hex". */
  signer: string;
  arrivedAt: number;
}

/** What is known of a window's logs now. */
export interface Gathered {
  /** Those that make the window. */
  logs: ProvenLog[];
  /** All that are proven, later ones too. */
  proven: ProvenLog[];
  /** The others, each with one clause why. */
  left: { name: string; why: string }[];
}

export interface GatherParts {
  logs: KnownLog[];
  /** What is known of the window in a log of that name. */
  tally(log: string): WindowTally | null;
  identity: LogIdentity;
  /** Of the registered emitters, "type:hex". */
  keys: string[];
  /** In ms since 1970. */
  now: number;
  /** Candidates of a window, besides the emitted ones, whose signers are recovered; SIGNER_SAMPLE when not given. */
  sample?: number;
}

/**
 * The logs that make a window's metrics, by the rule in docs/metrics.md; null while it is not certain which they are. Rejects when no log of
 * it is proven: with that log's PoolError (`log_broken`, `unsigned_root`, `false_signer`) when there is one alone, else with `unsigned_root`.
 */
export async function gatherLogs(window: number, parts: GatherParts): Promise<Gathered | null> {
  const known = parts.logs.map((each) => ({ ...each, tally: parts.tally(each.log.name) }));
  const told = known.map(toldBy);
  // What is not proven yet can only make it later: nothing needs to be read before.
  if (told.some(({ as }) => as === 'signed') && parts.now < readyAt(window, told)) return null;
  const signed: ProvenLog[] = [];
  const refused: { name: string; error: PoolError }[] = [];
  for (const [i, { log, tally, problem }] of known.entries()) {
    try {
      if (problem) throw problem;
      if (!tally?.closed) throw new PoolError('unsigned_root', `the log ${log.name} has no end of window ${window}`);
      signed.push(await prove(log, tally, parts));
    } catch (thrown) {
      if (!(thrown instanceof PoolError)) throw thrown;
      refused.push({ name: log.name, error: thrown });
      if (told[i]?.as === 'signed') told[i] = standingOf(thrown);
    }
  }
  const proven = signed.filter((log) => !isTwoFaced(log, signed));
  for (const { name, signer } of signed.filter((log) => isTwoFaced(log, signed))) {
    const text = `${signer} signed two different roots of window ${window}`;
    refused.push({ name, error: new PoolError('unsigned_root', text) });
  }
  if (proven.length === 0)
    throw nothingLeft(
      window,
      refused.map(({ error }) => error),
    );
  if (parts.now < readyAt(window, told)) return null;
  const cut = cutOf(
    window,
    proven.map(({ arrivedAt }) => arrivedAt),
  );
  const late = proven.filter(({ arrivedAt }) => arrivedAt > cut);
  const left = [
    ...refused.map(({ name, error }) => ({ name, why: error.message })),
    ...late.map(({ name }) => ({ name, why: `its root of window ${window} came too late to count` })),
  ];
  return { logs: proven.filter(({ arrivedAt }) => arrivedAt <= cut), proven, left };
}

function toldBy({ problem, tally }: { problem: PoolError | null; tally: WindowTally | null }): Told {
  if (problem) return standingOf(problem);
  if (!tally?.closed || tally.arrivedAt === null) return { as: 'unsigned' };
  return { as: 'signed', arrivedAt: tally.arrivedAt };
}

function standingOf({ code }: PoolError): Told {
  if (code === 'log_broken' || code === 'unsigned_root' || code === 'false_signer') return { as: 'broken' };
  return { as: code === 'no_log' ? 'unsigned' : 'away' };
}

async function prove(
  log: KnownLog['log'],
  tally: WindowTally,
  { identity, keys, sample }: GatherParts,
): Promise<ProvenLog> {
  const said = await log.closedWindow(tally);
  const { root, signer, signature } = requireSignedRoot(identity, tally.window, said, tally.root, keys);
  requireSigners(log.name, identity.pool, said.records, root, sample);
  const signed = { key: signer, root, signature };
  return { ...said, signed, name: log.name, root, signer, arrivedAt: tally.arrivedAt ?? 0 };
}

/** An emitter that signed two different roots of a window shows nothing by either; its log in two places is one log. */
function isTwoFaced({ signer, root }: ProvenLog, all: ProvenLog[]): boolean {
  return all.some((other) => other.signer === signer && other.root !== root);
}

function nothingLeft(window: number, errors: PoolError[]): PoolError {
  const [only] = errors;
  if (errors.length === 1 && only) return only;
  const why = errors.map(({ message }) => message).join('; ');
  return new PoolError('unsigned_root', `window ${window} is not reported, for no log of it is proven: ${why}`);
}
