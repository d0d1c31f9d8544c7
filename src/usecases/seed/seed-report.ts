import type { Refusal } from "../../domain/shared/refusals.ts";

/** Where something is in the file: keys and indexes from the top, such as `["projects", 0, "name"]`. */
export type SeedPath = readonly (string | number)[];

/** Why a file cannot be loaded: a use case's refusal, or a sentence. */
export type SeedFault = { path: SeedPath; cause: Refusal | string };

/** A setting on which the file and Signoff differ, in words. `subject` is such as `environment commerce/staging`. */
type Difference = { path: SeedPath; subject: string; setting: string; file: string; stored: string };

type Remark = { path: SeedPath; subject: string; text: string };

/** Something that a load did, kept, or could not decide. */
export type SeedLine =
  | ({ kind: "changed" } & Difference)
  | ({ kind: "kept"; why: "changed-elsewhere" | "first-load" } & Difference)
  | ({ kind: "conflict"; remembered: string } & Difference)
  /** Something that was created, restored, archived, registered, or deleted. */
  | ({ kind: "done" } & Remark)
  | ({ kind: "note" } & Remark);

/**
 * What loading a file did, or would do.
 *
 * - `loaded`: everything was stored
 * - `dry-run`: nothing was stored, because only the difference was asked for
 * - `refused`: nothing was stored, because of faults or conflicts
 */
export type SeedReport = {
  outcome: "loaded" | "dry-run" | "refused";
  lines: readonly SeedLine[];
  faults: readonly SeedFault[];
};
