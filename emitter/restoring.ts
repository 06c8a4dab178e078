import { PoolError } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { slotAt, windowOf } from '../common/slot.ts';
import { restoredChoices } from './log/choices.ts';
import type { Journal } from './log/journal.ts';
import { QuarantineLedger } from './log/quarantine.ts';
import { LOOKBACK, StandingLedger } from './log/standing.ts';
import type { EventStore } from './log/store.ts';
import type { MemberDirectory } from './members.ts';
import { ruleFor } from './select/settings.ts';
import type { SelectState } from './select/state.ts';
import type { SelectEvent } from './select/types.ts';
import type { Telling } from './telling.ts';

interface Parts {
  state: SelectState;
  /** Now, in ms since 1970. */
  at: number;
  /** What many emitters decided is adopted from where all of it is. */
  isShared: boolean;
  journal: Journal;
  members: MemberDirectory;
  logger: Logger;
  telling: Telling;
  dispatch(event: SelectEvent): void;
}

/**
 * Tells the selection what earlier runs left: slots of the running window stay decided, windows that were cut off are closed, who stood by and who
 * sits out. Throws PoolError `clock` when the log has closed a window that has not begun by this clock.
 */
export function restoreRun(store: EventStore, parts: Parts): void {
  const { state, at, telling, dispatch, isShared } = parts;
  const window = windowOf(state.tip?.slot ?? 0);
  resume(store, parts);
  restoreStanding(store, parts);
  const choices = [...store.choices(window), ...store.choices(window + 1)].map(({ event }) => event);
  for (const event of restoredChoices(choices, at)) {
    if (event.type !== 'decided' || !isShared) dispatch(event);
  }
  for (const { window: cut, emitted } of store.unclosed(state.window?.id ?? window))
    telling.closed({ window: cut, emitted, ...ruleFor(state, cut) }, at);
  resume(store, parts);
  restoreQuarantine(store, parts);
}

/** What the log has closed stays so. */
function resume(store: EventStore, { state, at, journal, dispatch }: Parts): void {
  journal.write();
  const over = store.lastClosed();
  if (over === null || over <= state.lastWindow) return;
  const current = windowOf(slotAt(at));
  if (over > current) {
    const text = `the event log has closed window ${over}, and by this clock it is window ${current}`;
    const todo = 'set the clock right, or begin with a new event log when it was wrong before';
    throw new PoolError('clock', `${text}: ${todo}`);
  }
  dispatch({ type: 'resume', at, window: over });
}

function restoreStanding(store: EventStore, { at, dispatch }: Parts): void {
  const ledger = new StandingLedger();
  for (const record of store.after(store.lastSeq - 2 * LOOKBACK, 2 * LOOKBACK)) ledger.note(record);
  const stood = ledger.restored(at);
  if (stood) dispatch(stood);
}

function restoreQuarantine(store: EventStore, { state, at, logger, members, dispatch }: Parts): void {
  const { quarantineWindows } = state.config;
  const ledger = new QuarantineLedger();
  for (const record of store.quarantineRecords(quarantineWindows)) ledger.note(record);
  for (const event of ledger.restored(quarantineWindows, state.window?.id ?? null, at)) {
    logger.warn({ member: members.account(event.signer), windows: event.windows }, 'sits out');
    dispatch(event);
  }
}
