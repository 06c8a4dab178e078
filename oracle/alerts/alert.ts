/** What alerts are about. docs/oracle.md says of each what to do. */
export const ALERT_KINDS = [
  'missed_slots',
  'unreported',
  'leak',
  'dispute',
  'resources',
  'claim',
  'missing_oracle',
  'log',
  'chain',
  'key',
] as const;

export type AlertKind = (typeof ALERT_KINDS)[number];

/** How much it matters: something is over; look at it today; look at it now. */
export type AlertLevel = 'info' | 'warning' | 'critical';

/** What an alert says, before it has an id and a time. */
export interface Notice {
  kind: AlertKind;
  level: AlertLevel;
  /** A few words. */
  title: string;
  /** What happened, in sentences. */
  text: string;
  /** Figures for programs. */
  fields?: Record<string, string | number>;
}

/** One message for people. */
export interface Alert extends Notice {
  /** The same for the same event, also after a restart: a receiver that knows it already leaves it out. */
  id: string;
  /** In ms since 1970. */
  at: number;
}

/** Takes what is to be told; never blocks and never throws for a receiver's sake. */
export interface Alarm {
  /** Tells of an event once: `key` names it among those of its kind. */
  tell(key: string, notice: Notice): void;
  /**
   * Tells when a state begins, gets worse and ends. `name` is the state's, over restarts; null: all is well. Asked again and again with the
   * same level it says nothing.
   */
  hold(name: string, notice: Notice | null): void;
}

/** Tells nobody. */
export const SILENT: Alarm = { tell: () => {}, hold: () => {} };
