import type { SeedLine } from "../usecases/seed/seed-report.ts";
import type { LoadedFile } from "./load-seed-file.ts";
import { printLine } from "./print-line.ts";

type Entry<Kind extends SeedLine["kind"]> = Extract<SeedLine, { kind: Kind }>;

/** Returns what loading a file did, one change per line, in the order of the file. */
export function printReport(file: string, { outcome, lines, skipped }: LoadedFile): string {
  const isDry = outcome === "dry-run";
  const changes = lines.flatMap(({ line, entry }) =>
    entry.kind === "changed" || entry.kind === "done" ? [printLine(line, changeWords(entry))] : [],
  );
  const kept = lines.flatMap(({ line, entry }) =>
    entry.kind === "kept" ? [printLine(line, keptWords(entry))] : [],
  );
  const notes = lines.flatMap(({ line, entry }) =>
    entry.kind === "note" ? [printLine(line, `${entry.subject}: ${entry.text}`)] : [],
  );
  const without = skipped.map(({ line, words }) => printLine(line, words));
  const force = ["  To load what the file says there, run it again with --force. It then wins everywhere."];
  return [
    ...part(isDry ? "Would change:" : "Changed:", changes),
    ...part("Kept, although the file says something else:", kept.length > 0 ? [...kept, ...force] : kept),
    ...part("Left out:", without),
    ...part("Notes:", notes),
    ...(changes.length === 0 ? ["Nothing to change."] : []),
    isDry ? `Nothing was changed: this was a dry run of ${file}.` : `Loaded ${file}.`,
  ].join("\n");
}

const part = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines];

function changeWords(entry: Entry<"changed" | "done">): string {
  if (entry.kind === "done") return `${entry.subject}: ${entry.text}`;
  return `${entry.subject}: ${entry.setting}: ${entry.stored} → ${entry.file}`;
}

function keptWords({ subject, setting, stored, file, why }: Entry<"kept">): string {
  const reason =
    why === "changed-elsewhere"
      ? "changed elsewhere since the last load"
      : "no earlier load of a file is remembered";
  return `${subject}: ${setting} stays ${stored}; the file says ${file} (${reason})`;
}
