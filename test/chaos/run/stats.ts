/** Counters of one run. */
export class Figures {
  readonly counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  get(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** Returns the counters under a heading, sorted by name: `fault: 429` is under `fault`. */
  under(heading: string): [string, number][] {
    const prefix = `${heading}: `;
    return [...this.counts]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]): [string, number] => [name.slice(prefix.length), count])
      .sort(([a], [b]) => a.localeCompare(b));
  }
}
