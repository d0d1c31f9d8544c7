/** What is counted while a run goes on. */
export class Figures {
  readonly counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  get(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** Everything that was counted under this heading, e.g. `fault: 429`. */
  under(heading: string): [string, number][] {
    const prefix = `${heading}: `;
    return [...this.counts]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]): [string, number] => [name.slice(prefix.length), count])
      .sort(([a], [b]) => a.localeCompare(b));
  }
}
