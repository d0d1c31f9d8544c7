import { isDeepStrictEqual } from "node:util";
import type { SeedValue } from "../../../db/catalog/seed-values.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { type MergeOutcome, mergeSetting } from "../../domain/catalog/merge-setting.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import type { Result } from "../../domain/shared/result.ts";
import type { WebhookDeps } from "../deployments/webhook-setting.ts";
import type { By, Context } from "../shared/context.ts";
import type { SeedFault, SeedLine, SeedPath } from "./seed-report.ts";

/** What stores a new webhook. Undefined where the secret that encrypts it is not configured. */
export type SeedWebhookDeps = Pick<WebhookDeps, "seal" | "addressFault"> | undefined;

export type LoadOptions = {
  /** Whether the file wins over values that were changed elsewhere. */
  force: boolean;
  /** Whether to store nothing and only return the difference. */
  dryRun: boolean;
};

/** A load that is under way: everything in one transaction. */
export type Loading = LoadOptions & {
  tx: Tx;
  /** Runs use cases as savepoints of the transaction. */
  context: Context;
  by: By;
  now: Date;
  webhooks: SeedWebhookDeps;
  /** The people whom the file names and who cannot hold a role or review. They are left out of its lists. */
  absent: ReadonlySet<MemberId>;
  /** What earlier loads remember, by setting. */
  remembered: ReadonlyMap<string, SeedValue>;
  /** What this load is to remember. */
  memory: Map<string, SeedValue>;
  lines: SeedLine[];
  faults: SeedFault[];
  /** The names of people, projects, roles, and environments by id, for words. */
  names: Map<string, string>;
};

/** A setting of the file. */
export type Setting<T> = {
  path: SeedPath;
  /** What it is remembered under. It contains ids, so that a renamed thing keeps its memory. */
  key: string;
  subject: string;
  /** What it is called in words. */
  setting: string;
  /** What the file says; undefined if it says nothing. */
  file: T | undefined;
  /** What is stored. For something new: the default. */
  stored: T;
  /** Whether it belongs to something that this load creates: then there is nothing to keep. */
  isNew?: boolean;
  /** What the file replaces according to the file itself, such as a previous slug. */
  replaces?: T | undefined;
  /** Leaves out of a stored or remembered list what the file cannot say, such as people who have left. */
  sayable?: ((list: T) => T) | undefined;
  isEqual?: (one: T, other: T) => boolean;
  /** Refuses a value that could not be stored. The use case checks only a value that is stored, not one that stays out. */
  check?: (file: T, stored: T) => Result<unknown>;
  show: (value: T) => string;
};

/** Decides a setting, reports and remembers it, and returns the value that is to be stored. */
export function decide<T>(loading: Loading, setting: Setting<T>): T {
  const { path, key, subject, setting: name, file, stored, isNew = false, show } = setting;
  const isEqual = setting.isEqual ?? isDeepStrictEqual;
  remember(loading, key, file === undefined ? stored : file, file !== undefined);
  if (file === undefined) return stored;
  const remembered = recall(loading, setting, isEqual);
  const outcome = mergeOutcome(loading, { ...setting, file, isNew, isEqual }, remembered);
  const checked = outcome === "load" ? undefined : setting.check?.(file, stored);
  if (checked?.ok === false) {
    fault(loading, path, checked.refusal);
    return stored;
  }
  const difference = { path, subject, setting: name, file: show(file), stored: show(stored) };
  switch (outcome) {
    case "same":
      return stored;
    case "load":
      loading.lines.push({ kind: "changed", ...difference });
      return file;
    case "keep": {
      const why = remembered === undefined ? "first-load" : "changed-elsewhere";
      loading.lines.push({ kind: "kept", why, ...difference });
      return stored;
    }
    case "conflict":
      loading.lines.push({ kind: "conflict", remembered: show(remembered as T), ...difference });
      return stored;
  }
}

function mergeOutcome<T>(
  { force }: Loading,
  { file, stored, isNew, isEqual, sayable }: Setting<T> & { file: T; isEqual: (one: T, other: T) => boolean },
  remembered: T | undefined,
): MergeOutcome {
  const wins = force || isNew === true;
  if (sayable === undefined || wins || remembered === undefined || isEqual(file, stored)) {
    return mergeSetting({ file, stored, remembered }, isEqual, wins);
  }
  const values = { file, stored: sayable(stored), remembered: sayable(remembered) };
  const outcome = mergeSetting(values, isEqual, false);
  // Only what the file cannot say is different: the file takes it out.
  return outcome === "same" ? "load" : outcome;
}

/**
 * Remembers what a file said about a setting or, where no file ever said anything, what is stored. A file that says nothing
 * about a setting must not change what another one said.
 */
export function remember(loading: Loading, key: string, value: unknown, said: boolean): void {
  if (said || !loading.remembered.get(key)?.said) loading.memory.set(key, { value, said });
}

/** Returns what is remembered of a setting. A rename that the file says for the first time is no conflict. */
function recall<T>(
  { remembered }: Loading,
  { key, file, stored, replaces }: Setting<T>,
  isEqual: (one: T, other: T) => boolean,
): T | undefined {
  const past = remembered.get(key)?.value as T | undefined;
  const isRepeated = past !== undefined && file !== undefined && isEqual(past, file);
  return !isRepeated && replaces !== undefined && isEqual(replaces, stored) ? stored : past;
}

/** Reports that a file cannot be loaded as it is. */
export function fault(loading: Loading, path: SeedPath, cause: Refusal | string): void {
  loading.faults.push({ path, cause });
}

/** Returns the value of a result. A refusal is reported at this place of the file, and returns undefined. */
export function unlessRefused<T>(
  loading: Loading,
  result: Result<T>,
  pathOf: (refusal: Refusal) => SeedPath,
): T | undefined {
  if (result.ok) return result.value;
  fault(loading, pathOf(result.refusal), result.refusal);
  return undefined;
}

/** Reports something that was created, archived, or registered. */
export function done(loading: Loading, path: SeedPath, subject: string, text: string): void {
  loading.lines.push({ kind: "done", path, subject, text });
}

/** Reports a remark. */
export function note(loading: Loading, path: SeedPath, subject: string, text: string): void {
  loading.lines.push({ kind: "note", path, subject, text });
}
