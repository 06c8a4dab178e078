import { firstSlot, SLOTS_PER_WINDOW } from '../../../common/slot.ts';
import type { Age, FiledReport, WindowDetail, WindowSummary } from '../../api.ts';
import type { FactStore, FiledLine, Settling } from '../store/fact-store.ts';
import { membersIn, metricsIn } from './metrics.ts';
import type { KnownWindow, Snapshot } from './snapshot.ts';

type Open = Snapshot['open'][number];
type Figures = Omit<Settling, 'metrics'>;

/** Windows newest first: decided and open ones of the chain now, and those kept here. */
export function windowsBefore(
  store: FactStore,
  snapshot: Snapshot | null,
  before: number,
  limit: number,
): WindowSummary[] {
  const kept = store.windowsBefore(before, limit);
  const now = (snapshot?.windows ?? []).filter(({ window }) => window < before);
  const open = (snapshot?.open ?? []).filter(({ window }) => window < before);
  const ids = new Set([...kept, ...now, ...open].map(({ window }) => window));
  const newest = [...ids].sort((a, b) => b - a).slice(0, limit);
  return newest.map((id) => summaryOf(store, snapshot, id)).filter((one) => one !== null);
}

function summaryOf(store: FactStore, snapshot: Snapshot | null, id: number): WindowSummary | null {
  const kept = store.window(id);
  const now = snapshot?.windows.find(({ window }) => window === id) ?? null;
  const row = now && (!kept || now.settled >= kept.settled) ? { ...now, names: kept?.names ?? now.names } : kept;
  if (row)
    return decided(row, store.figures(id), {
      isFinal: kept?.settled === row.settled,
      isOnChain: now !== null,
    });
  const open = snapshot?.open.find(({ window }) => window === id);
  return open ? undecided(open) : null;
}

function decided(
  row: KnownWindow,
  report: Figures | null,
  { isFinal, isOnChain }: { isFinal: boolean; isOnChain: boolean },
): WindowSummary {
  return {
    ...{ id: row.window, state: row.voided ? 'void' : 'settled', firstSlot: firstSlot(row.window) },
    by: row.voided ? 'void' : row.reports === 0 ? 'vote' : 'report',
    ...{ settledAt: row.settled, epoch: row.epoch, hash: row.hash, reports: row.reports, isFinal },
    shares: row.voided ? 0 : row.names.length,
    ...figures(report),
    source: isOnChain ? 'chain' : 'kept',
  };
}

function undecided({ window, reports }: Open): WindowSummary {
  return {
    ...{ id: window, state: 'open', firstSlot: firstSlot(window), by: null, settledAt: null, epoch: null, hash: null },
    ...{ shares: null, reports: reports.length, ...figures(null), isFinal: false, source: 'chain' },
  };
}

function figures(report: Figures | null) {
  const { emitted = null, missed = null, rescues = null, replaced = null } = report ?? {};
  return { emitted, missed, rescues, replaced };
}

/** One window whole; null when neither the chain nor this page knows it. */
export function windowDetail(
  store: FactStore,
  snapshot: Snapshot | null,
  id: number,
): Omit<WindowDetail, keyof Age | 'explorer'> | null {
  const summary = summaryOf(store, snapshot, id);
  if (!summary) return null;
  const row = snapshot?.windows.find(({ window }) => window === id) ?? store.window(id);
  const metrics = row ? metricsIn(store.metrics(id) ?? '') : null;
  const oracles = snapshot?.oracles ?? 0;
  const names = store.window(id)?.names ?? row?.names ?? [];
  return {
    ...summary,
    ...{ slots: SLOTS_PER_WINDOW, neededPercent: metrics?.eligiblePercent ?? null },
    ...{ strategy: row?.strategy || null, version: row?.version || null, logRoot: row?.logRoot ?? null },
    quorum: { oracles, needed: Math.floor(oracles / 2) + 1 },
    filed: row ? store.filed(id).map((one) => filedOf(one, row.hash)) : openReports(snapshot, id),
    members: metrics ? membersIn(metrics, names) : names.map(bare),
    metrics,
    from: whereFrom(summary, store.figures(id)),
  };
}

function filedOf({ oracle, hash, block, trx }: FiledLine, settled: string): FiledReport {
  return { oracle, hash, settles: hash === settled, at: null, block, trx };
}

function openReports(snapshot: Snapshot | null, id: number): FiledReport[] {
  const open = snapshot?.open.find(({ window }) => window === id);
  return (open?.reports ?? []).map(({ oracle, hash, time }) => {
    return { oracle, hash, settles: false, at: time, block: null, trx: null };
  });
}

/** Of a member of whom nothing is known but that it has a share. */
function bare(account: string): WindowDetail['members'][number] {
  const none = { candidates: null, selected: null, late: null, invalid: null, standby: null, missing: null };
  return { account, index: -1, isEligible: true, covered: null, grid: null, ...none };
}

function whereFrom({ source, isFinal, state }: WindowSummary, report: Figures | null): string {
  if (state === 'open')
    return 'the reports are the contract’s of now; their metrics show when the window is settled and irreversible';
  const stands =
    source === 'chain'
      ? 'the contract has it now'
      : 'the contract erased it when its epoch was closed, and this page kept it';
  const sure = isFinal ? 'it is irreversible' : 'it is not irreversible yet';
  if (!report) return `${stands}; ${sure}; its metrics are not known here`;
  return `${stands}; ${sure}; the metrics are data of the action report in transaction ${report.trx}, block ${report.block}`;
}
