import { refusalWords } from "../slack/words/refusals.ts";
import { loadSeed } from "../usecases/seed/load-seed.ts";
import type { LoadOptions, SeedWebhookDeps } from "../usecases/seed/loading.ts";
import type { SeedFault, SeedLine, SeedPath, SeedReport } from "../usecases/seed/seed-report.ts";
import type { Context } from "../usecases/shared/context.ts";
import { findPeople } from "./find-people.ts";
import { resolveSeed } from "./resolve-seed.ts";
import { readSeed, SeedError } from "./seed-file.ts";
import { findInSlack, type SlackLookups } from "./slack-lookups.ts";
import type { LineFault } from "./yaml-document.ts";

/** What loading a seed file needs. */
export type SeedDeps = SlackLookups & { context: Context; webhooks?: SeedWebhookDeps };

export type SeedFileOptions = Partial<LoadOptions> & {
  /** Whether to leave out people who are no active full members of the workspace. Otherwise they are faults. */
  skipMissingPeople?: boolean;
};

/** What loading did, or would do with `dryRun`, each with its line. */
export type LoadedFile = {
  outcome: "loaded" | "dry-run";
  lines: readonly { line: number; entry: SeedLine }[];
  skipped: readonly LineFault[];
};

/**
 * Loads a seed file into an organization. The file names people by their email address in the Slack workspace, user groups
 * by their handle, and channels by their name.
 *
 * @throws SeedError with every fault and conflict before anything is changed
 * @throws OutcomeUnknown if the answer to the commit was lost
 */
export async function loadSeedFile(
  { context, webhooks, ...lookups }: SeedDeps,
  organizationId: string,
  text: string,
  options: SeedFileOptions = {},
): Promise<LoadedFile> {
  const { force = false, dryRun = false, skipMissingPeople = false } = options;
  const { seed, faults, lineOf } = readSeed(text);
  const people = await findPeople(context, organizationId, seed, lookups.findByEmail);
  const slack = await findInSlack(seed, lookups);
  const resolved = resolveSeed(seed, people, slack, skipMissingPeople);
  const report = await loadSeed(context, {
    ...{ organizationId, content: resolved.content, people: resolved.people, webhooks, force },
    absent: [...people.missing.values()].flatMap(({ id }) => id ?? []),
    faults: [...slack.faults, ...resolved.faults],
    // What has a fault is loaded as far as it goes, to find the other faults, and stored in no case.
    dryRun: dryRun || faults.length > 0,
  });
  const all = [...faults, ...reportFaults(report, lineOf)];
  if (all.length > 0) throw new SeedError(all);
  const lines = report.lines.map((entry) => ({ line: lineOf(entry.path), entry }));
  return {
    outcome: dryRun ? "dry-run" : "loaded",
    lines: lines.sort((a, b) => a.line - b.line),
    skipped: resolved.skipped.map(({ path, words }) => ({ line: lineOf(path), words })),
  };
}

function reportFaults({ faults, lines }: SeedReport, lineOf: (path: SeedPath) => number): LineFault[] {
  const conflicts = lines.flatMap((entry) =>
    entry.kind === "conflict" ? [{ line: lineOf(entry.path), words: conflictWords(entry) }] : [],
  );
  return [
    ...faults.map(({ path, cause }) => ({ line: lineOf(path), words: causeWords(cause) })),
    ...conflicts,
  ];
}

const causeWords = (cause: SeedFault["cause"]): string =>
  typeof cause === "string" ? cause : refusalWords(cause);

function conflictWords(entry: Extract<SeedLine, { kind: "conflict" }>): string {
  const { subject, setting, file, stored, remembered } = entry;
  return `${subject}: ${setting} was ${remembered} when a file was last loaded. Now the file says ${file}, and Signoff has ${stored}. Write ${stored} in the file, or load it with --force: then the file wins.`;
}
