import type { PastCursor, PendingCursor } from "../../queries/requests/list-requests.ts";
import type { SettingsLocation } from "../settings/draw-settings.ts";

export type OverviewLocation = { tab: "overview"; projectId?: string; page?: number };

/** What is shown of the requests: in the App Home, or in the modal of `/approvals`. */
export type ApprovalsLocation = { tab: "approvals"; projectId?: string } & (
  | { list: "pending"; cursor?: PendingCursor }
  | { list: "past"; cursor?: PastCursor }
);

/** Where somebody is in the App Home. It travels in the values of buttons. */
export type HomeLocation =
  | OverviewLocation
  | ApprovalsLocation
  | { tab: "settings"; settings: SettingsLocation };

/** What is kept of somebody's Home: where they are, and the project they looked at last on the Overview. */
export type StoredLocation = { place: HomeLocation; overview: OverviewLocation };

export const start: StoredLocation = { place: { tab: "overview" }, overview: { tab: "overview" } };

/** What was kept in the database by `StoredLocation`'s form; the start for anything else. */
export function readKept(stored: unknown): StoredLocation {
  const kept = stored as Partial<StoredLocation> | null | undefined;
  return kept?.place === undefined || kept.overview === undefined ? start : (kept as StoredLocation);
}

/** The next place; an Overview that names no project is the one looked at last. */
export function move(kept: StoredLocation, to: HomeLocation): StoredLocation {
  if (to.tab !== "overview") return { place: to, overview: kept.overview };
  const place = to.projectId === undefined ? { ...kept.overview, ...to } : to;
  return { place, overview: place };
}
