/** How often each action succeeded, and how often it was refused with each sentence. */
export class Coverage {
  readonly actions = new Map<string, number>();
  readonly refusals = new Map<string, number>();

  succeeded(action: string): void {
    this.actions.set(action, (this.actions.get(action) ?? 0) + 1);
  }

  refused(action: string, fragment: string): void {
    const key = `${action}: ${fragment}`;
    this.refusals.set(key, (this.refusals.get(key) ?? 0) + 1);
  }

  add(other: { actions: [string, number][]; refusals: [string, number][] }): void {
    for (const [key, count] of other.actions) this.actions.set(key, (this.actions.get(key) ?? 0) + count);
    for (const [key, count] of other.refusals) this.refusals.set(key, (this.refusals.get(key) ?? 0) + count);
  }

  plain(): { actions: [string, number][]; refusals: [string, number][] } {
    return { actions: [...this.actions], refusals: [...this.refusals] };
  }

  get refusedCount(): number {
    return [...this.refusals.values()].reduce((sum, count) => sum + count, 0);
  }
}
