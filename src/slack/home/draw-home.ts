import type { HomeView, KnownBlock } from "@slack/types";
import { getOverview } from "../../queries/catalog/get-overview.ts";
import { getHome, getHomeFrame, type HomeFrame } from "../../queries/delivery/get-home.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { openHome, saveDrawnHome } from "../../usecases/delivery/save-home.ts";
import { HomeMoved, type SlackDeps } from "../kernel/deps.ts";
import { drawSettings } from "../settings/draw-settings.ts";
import { approvalsBlocks } from "./approvals-view.ts";
import { readApprovalsView } from "./draw-approvals.ts";
import { type HomeLocation, move, type OverviewLocation, readKept } from "./home-location.ts";
import { homeView, noProjectBlocks } from "./home-view.ts";
import { overviewBlocks, setupGap } from "./overview-view.ts";

/** How many integrations the Overview shows at once. */
const integrationsPerPage = 10;

/** Somebody's Home as it shall be, and the hash of what it showed when that was read. */
type Prepared = { view: HomeView; hash: string | null };

/**
 * Reads what somebody's Home shows. Rejects where it cannot be read; nothing is drawn yet.
 *
 * @param going where they go; null: they stay where they are. `looks`: they are looking at it now
 */
export async function prepareHome(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  going: { to: HomeLocation | null; looks: boolean },
): Promise<Prepared> {
  const { context } = ports;
  const home = await getHome(context.db, organizationId, userId);
  const before = readKept(home?.place);
  const kept = going.to === null ? before : move(before, going.to);
  if (going.looks) await openHome(context, organizationId, userId, kept);
  const frame = await getHomeFrame(context.db, organizationId, userId, context.now());
  const content = await contentOf(ports, organizationId, userId, kept.place, frame);
  return { view: homeView(frame, kept.place.tab, content), hash: home?.hash ?? null };
}

/**
 * Draws what was prepared. Where the Home has been drawn by somebody else meanwhile, which may have known less, it is
 * read once more, for the place where the person is by now; then the last one wins.
 */
export async function publishHome(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  { view, hash }: Prepared,
): Promise<void> {
  const views = ports.viewsFor(organizationId);
  let shown: string | null;
  try {
    shown = await views.publish(userId, view, hash);
  } catch (error) {
    if (!(error instanceof HomeMoved)) throw error;
    const again = await prepareHome(ports, organizationId, userId, { to: null, looks: false });
    shown = await views.publish(userId, again.view, null);
  }
  const { context } = ports;
  await saveDrawnHome(context, organizationId, userId, { drawnAt: context.now(), hash: shown });
}

/** Draws somebody's Home anew where they are, without their doing. Rejects where it cannot. */
export async function redrawHome(ports: SlackDeps, organizationId: string, userId: string): Promise<void> {
  const prepared = await prepareHome(ports, organizationId, userId, { to: null, looks: false });
  await publishHome(ports, organizationId, userId, prepared);
}

function contentOf(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  place: HomeLocation,
  frame: HomeFrame,
): Promise<KnownBlock[]> {
  switch (place.tab) {
    case "overview":
      return overviewOf(ports, organizationId, userId, place, frame);
    case "approvals":
      return readApprovalsView(ports, organizationId, userId, place).then(approvalsBlocks);
    case "settings":
      return drawSettings(ports, organizationId, userId, place.settings);
  }
}

async function overviewOf(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  place: OverviewLocation,
  frame: HomeFrame,
): Promise<KnownBlock[]> {
  const { db, now } = ports.context;
  const asked = { projectId: place.projectId ?? null, page: place.page ?? 0, size: integrationsPerPage };
  const overview = await getOverview(db, organizationId, userId, asked, now());
  const lacking = overview === undefined || setupGap(overview) !== null;
  // Everybody who runs Signoff is looked up only where somebody is told to ask them.
  const admins = lacking && !frame.admin ? (await getAdmins(db, organizationId, userId)).admins : [];
  return overview === undefined ? noProjectBlocks(frame, admins) : overviewBlocks(overview, frame, admins);
}
