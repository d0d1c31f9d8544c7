import type { HomeView, KnownBlock } from "@slack/types";
import { getOverview } from "../../queries/catalog/get-overview.ts";
import { getHome, getHomeFrame, type HomeFrame } from "../../queries/delivery/get-home.ts";
import { getNoAccess } from "../../queries/people/get-access.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { openHome, saveDrawnHome } from "../../usecases/delivery/save-home.ts";
import { noticeHome } from "../blocks/notice-modal.ts";
import { HomeChanged, type SlackDeps } from "../kernel/deps.ts";
import type { Reply } from "../kernel/reply.ts";
import { drawSettings } from "../settings/draw-settings.ts";
import { noAccessWords } from "../words/no-access.ts";
import { approvalsBlocks } from "./approvals-view.ts";
import { readApprovalsView } from "./draw-approvals.ts";
import { type HomeLocation, move, type OverviewLocation, readStoredLocation } from "./home-location.ts";
import { homeView, noProjectBlocks } from "./home-view.ts";
import { overviewBlocks, setupGap } from "./overview-view.ts";

/** Integrations per page of the Overview. */
const integrationsPerPage = 10;

/** A Home that is ready to be drawn, and the hash of what it showed when it was read. */
type PreparedHome = { view: HomeView; hash: string | null };

/**
 * Reads what somebody's Home shows, and draws nothing. To anybody but active full members, it only says why it shows
 * nothing. Rejects if it cannot be read.
 *
 * @param step.to where the person goes; null if they stay
 * @param step.isOpen whether the person is looking at their Home
 */
export async function prepareHome(
  deps: SlackDeps,
  organizationId: string,
  userId: string,
  step: { to: HomeLocation | null; isOpen: boolean },
): Promise<PreparedHome> {
  const { context } = deps;
  const [home, noAccess] = await Promise.all([
    getHome(context.db, organizationId, userId),
    getNoAccess(context.db, organizationId, userId),
  ]);
  const before = readStoredLocation(home?.place);
  const after = step.to === null ? before : move(before, step.to);
  if (step.isOpen) await openHome(context, organizationId, userId, after);
  if (noAccess !== null) return { view: noticeHome(noAccessWords(noAccess)), hash: home?.hash ?? null };
  const frame = await getHomeFrame(context.db, organizationId, userId, context.now());
  const content = await drawContent(deps, organizationId, userId, after.place, frame);
  return { view: homeView(frame, after.place.tab, content), hash: home?.hash ?? null };
}

/**
 * Draws a prepared Home. If it was drawn elsewhere since it was read, it is read again, where the person is now, and drawn
 * without comparing hashes.
 */
export async function publishHome(
  deps: SlackDeps,
  organizationId: string,
  userId: string,
  { view, hash }: PreparedHome,
): Promise<void> {
  const views = deps.viewsFor(organizationId);
  let newHash: string | null;
  try {
    newHash = await views.publish(userId, view, hash);
  } catch (error) {
    if (!(error instanceof HomeChanged)) throw error;
    const again = await prepareHome(deps, organizationId, userId, { to: null, isOpen: false });
    newHash = await views.publish(userId, again.view, null);
  }
  const { context } = deps;
  await saveDrawnHome(context, organizationId, userId, { drawnAt: context.now(), hash: newHash });
}

/** Redraws somebody's Home where they are, without an action of theirs. Rejects if it cannot be drawn. */
export async function redrawHome(deps: SlackDeps, organizationId: string, userId: string): Promise<void> {
  const prepared = await prepareHome(deps, organizationId, userId, { to: null, isOpen: false });
  await publishHome(deps, organizationId, userId, prepared);
}

/** Draws the open Home of somebody at a location. Rejects if it cannot be drawn. */
export async function drawHomeAt(
  deps: SlackDeps,
  organizationId: string,
  userId: string,
  to: HomeLocation,
): Promise<void> {
  const prepared = await prepareHome(deps, organizationId, userId, { to, isOpen: true });
  await publishHome(deps, organizationId, userId, prepared);
}

/** Reads the open Home at a location, and returns the reply that draws it. */
export async function goInHome(
  deps: SlackDeps,
  { organizationId, userId }: { organizationId: string; userId: string },
  to: HomeLocation | null,
): Promise<Reply> {
  const prepared = await prepareHome(deps, organizationId, userId, { to, isOpen: true });
  return { followUp: () => publishHome(deps, organizationId, userId, prepared) };
}

function drawContent(
  deps: SlackDeps,
  organizationId: string,
  userId: string,
  location: HomeLocation,
  frame: HomeFrame,
): Promise<KnownBlock[]> {
  switch (location.tab) {
    case "overview":
      return drawOverview(deps, organizationId, userId, location, frame);
    case "approvals":
      return readApprovalsView(deps, organizationId, userId, location).then(approvalsBlocks);
    case "settings":
      return drawSettings(deps, organizationId, userId, location.settings);
  }
}

async function drawOverview(
  deps: SlackDeps,
  organizationId: string,
  userId: string,
  { projectId, page = 0 }: OverviewLocation,
  frame: HomeFrame,
): Promise<KnownBlock[]> {
  const { db, now } = deps.context;
  const query = { projectId: projectId ?? null, page, size: integrationsPerPage };
  const overview = await getOverview(db, organizationId, userId, query, now());
  const hasGap = overview === undefined || setupGap(overview) !== null;
  // The admins are read only if somebody is told to ask them.
  const admins = hasGap && !frame.admin ? (await getAdmins(db, organizationId, userId)).admins : [];
  return overview === undefined ? noProjectBlocks(frame, admins) : overviewBlocks(overview, frame, admins);
}
