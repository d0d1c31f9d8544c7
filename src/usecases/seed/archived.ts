import { decide, done, type Loading, note } from "./loading.ts";
import type { SeedPath } from "./seed-report.ts";

/** Whether something is archived, by the file and as it is stored. */
export type ArchivedSetting = {
  /** Where the thing is in the file. */
  path: SeedPath;
  key: string;
  subject: string;
  file: boolean | undefined;
  stored: boolean;
};

/** Decides whether something is to be archived. What the file names without `archived` stays archived. */
export function decideArchived(
  loading: Loading,
  { path, key, subject, file, stored }: ArchivedSetting,
): boolean {
  const count = loading.lines.length;
  const next = decide(loading, {
    ...{ path: [...path, "archived"], key, subject, setting: "archived", file, stored },
    show: (archived: boolean) => (archived ? "archived" : "active"),
  });
  if (next !== stored) {
    // Says it once, in words of its own.
    loading.lines.splice(count);
    done(loading, [...path, "archived"], subject, next ? "archived" : "restored");
  }
  if (stored && next && file === undefined) {
    note(loading, path, subject, "is archived and stays so; write `archived: false` to restore it");
  }
  return next;
}
