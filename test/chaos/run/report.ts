import type { Ran } from "./run.ts";

const shownViolations = 50;

/** Returns the figures of one run as a table, followed by its violations. */
export function report({ seed, figures, violations, output }: Ran): string {
  const single = [...figures.counts].filter(([name]) => !name.includes(": "));
  const headings = [
    ...new Set(
      [...figures.counts.keys()]
        .filter((name) => name.includes(": "))
        .map((name) => name.split(": ")[0] as string),
    ),
  ];
  const lines = [
    ...single.map(([name, count]) => row(name, String(count))),
    ...headings.map((heading) =>
      row(
        heading,
        figures
          .under(heading)
          .map(([name, count]) => `${name} ${count}`)
          .join(", "),
      ),
    ),
    row("violations", String(violations.length)),
  ];
  const shown = violations.slice(0, shownViolations).map((what) => `  VIOLATED ${what}`);
  const more =
    violations.length > shownViolations ? [`  and ${violations.length - shownViolations} more`] : [];
  const said =
    violations.length === 0
      ? []
      : ["", "  The replicas' last words:", ...output.slice(-20).map((line) => `  ${line.slice(0, 500)}`)];
  return [...lines, ...shown, ...more, ...said, `  seed ${seed}`, ""].join("\n");
}

const row = (name: string, value: string): string => `  ${name.padEnd(34)} ${value}`;
