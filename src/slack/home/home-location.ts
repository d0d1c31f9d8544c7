import { z } from "zod";
import { metadataCodec, valueCodec } from "../kernel/codec.ts";
import { settingsLocation } from "../settings/settings-location.ts";

const overviewLocation = z.object({
  tab: z.literal("overview"),
  projectId: z.string().exactOptional(),
  page: z.int().nonnegative().exactOptional(),
});

const cursorFrom = z.enum(["after", "before"]);
const pendingCursor = z.object({
  from: cursorFrom,
  group: z.enum(["review", "asked", "rest"]),
  number: z.int(),
});
const pastCursor = z.object({ from: cursorFrom, at: z.number(), number: z.int() });

const approvalsList = { tab: z.literal("approvals"), projectId: z.string().exactOptional() };
export const approvalsLocation = z.discriminatedUnion("list", [
  z.object({ ...approvalsList, list: z.literal("pending"), cursor: pendingCursor.exactOptional() }),
  z.object({ ...approvalsList, list: z.literal("past"), cursor: pastCursor.exactOptional() }),
]);

const homeLocation = z.discriminatedUnion("tab", [
  overviewLocation,
  approvalsLocation,
  z.object({ tab: z.literal("settings"), settings: settingsLocation }),
]);

export type OverviewLocation = z.infer<typeof overviewLocation>;

/** A page of requests: in the App Home, or in the modal of `/approvals`. */
export type ApprovalsLocation = z.infer<typeof approvalsLocation>;

/** A location in the App Home. */
export type HomeLocation = z.infer<typeof homeLocation>;

/** The location that a button leads to. Null redraws the Home where the person is. */
export const homeLocationValue = valueCodec(homeLocation.nullable());

/** The location that the modal of `/approvals` shows. The loading modal has none. */
export const approvalsMetadata = metadataCodec(
  approvalsLocation.default({ tab: "approvals", list: "pending" }),
);

/** What is stored of somebody's Home: where they are, and their last location on the Overview. */
const storedLocation = z.object({ place: homeLocation, overview: overviewLocation });

type StoredLocation = z.infer<typeof storedLocation>;

const start: StoredLocation = { place: { tab: "overview" }, overview: { tab: "overview" } };

/** Reads what is stored of somebody's Home. Returns the start if it cannot be read. */
export function readStoredLocation(stored: unknown): StoredLocation {
  const { success, data } = storedLocation.safeParse(stored);
  return success ? data : start;
}

/** Returns what to store after a step. An Overview without a project is the one the person was on last. */
export function move(from: StoredLocation, to: HomeLocation): StoredLocation {
  if (to.tab !== "overview") return { place: to, overview: from.overview };
  const location = to.projectId === undefined ? { ...from.overview, ...to } : to;
  return { place: location, overview: location };
}
