import type { PastCursor, PendingCursor } from "../../queries/requests/list-requests.ts";
import type { SettingsPlace } from "../settings/draw-settings.ts";

export type OverviewPlace = { tab: "overview"; projectId?: string; page?: number };

/** What is shown of the requests: in the App Home, or in the modal of `/approvals`. */
export type ApprovalsPlace = { tab: "approvals"; projectId?: string } & (
  | { list: "pending"; cursor?: PendingCursor }
  | { list: "past"; cursor?: PastCursor }
);

/** Where somebody is in the App Home. It travels in the values of buttons. */
export type HomePlace = OverviewPlace | ApprovalsPlace | { tab: "settings"; settings: SettingsPlace };

/** What is kept of somebody's Home: where they are, and the project they looked at last on the Overview. */
export type KeptPlace = { place: HomePlace; overview: OverviewPlace };

export const start: KeptPlace = { place: { tab: "overview" }, overview: { tab: "overview" } };

/** What was kept in the database by `KeptPlace`'s form; the start for anything else. */
export function readKept(stored: unknown): KeptPlace {
  const kept = stored as Partial<KeptPlace> | null | undefined;
  return kept?.place === undefined || kept.overview === undefined ? start : (kept as KeptPlace);
}

/** The next place; an Overview that names no project is the one looked at last. */
export function move(kept: KeptPlace, to: HomePlace): KeptPlace {
  if (to.tab !== "overview") return { place: to, overview: kept.overview };
  const place = to.projectId === undefined ? { ...kept.overview, ...to } : to;
  return { place, overview: place };
}
