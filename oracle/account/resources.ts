import type { Alarm } from '../alerts/alert.ts';
import { METERS, type MeterName, type Resources } from './account.ts';
import { estimate, type Left, LOW_RAM_WINDOWS, levelOf, type ResourceLevel, type Use } from './estimate.ts';

const WHAT: Record<MeterName, { unit: string; remedy: string }> = {
  cpu: { unit: 'µs of CPU', remedy: 'stake or rent CPU for it' },
  net: { unit: 'bytes of NET', remedy: 'stake or rent NET for it' },
  ram: { unit: 'bytes of RAM', remedy: 'buy RAM for it' },
};

export interface ResourceReading extends Left {
  used: number;
  max: number | null;
  level: ResourceLevel;
}

export interface ResourceParts {
  account: string;
  /** Of the last reports. */
  uses(): Use[];
  /** Below so many hours a resource is low. */
  lowHours: number;
  alarm: Alarm;
}

/** Watches what the oracle's account has to live on, and warns before it runs out. */
export class ResourceWatch {
  /** As of the last look; null before the first. */
  readings: Record<MeterName, ResourceReading> | null = null;
  private readonly parts: ResourceParts;

  constructor(parts: ResourceParts) {
    this.parts = parts;
  }

  look(resources: Resources, secondsPerWindow: number): void {
    const { uses, lowHours } = this.parts;
    const left = estimate(resources, uses(), secondsPerWindow);
    const entries = METERS.map((name) => {
      const before = this.readings?.[name].level ?? 'ok';
      const { hours, windows } = left[name];
      const level = name === 'ram' ? levelOf(windows, before, LOW_RAM_WINDOWS) : levelOf(hours, before, lowHours);
      return [name, { ...resources[name], ...left[name], level }] as const;
    });
    this.readings = Object.fromEntries(entries) as Record<MeterName, ResourceReading>;
    for (const name of METERS) this.tell(name, this.readings[name]);
  }

  private tell(name: MeterName, { level, free, windows, hours }: ResourceReading): void {
    const { account, alarm } = this.parts;
    if (level === 'ok' || free === null) return alarm.hold(`${name} of ${account}`, null);
    const { unit, remedy } = WHAT[name];
    const enough =
      name === 'ram'
        ? `${windows} reports that wait to be settled`
        : `${windows} reports, or ${hours.toFixed(1)} hours`;
    const text = `${account} has ${free} ${unit} left: enough for ${enough}. When it is used up, reports are refused: ${remedy}.`;
    const fields = { resource: name, free, windows, hours: Math.round(hours * 10) / 10 };
    const title = `${account} is low on ${name.toUpperCase()}`;
    alarm.hold(`${name} of ${account}`, {
      kind: 'resources',
      level: level === 'low' ? 'warning' : 'critical',
      title,
      text,
      fields,
    });
  }
}
