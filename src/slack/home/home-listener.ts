import type { App } from "@slack/bolt";
import { timedOut, withTimeout } from "../../lib/timeout.ts";
import { searchProjects } from "../../queries/catalog/search-projects.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { faultWords, inModal, onClick, within } from "../kernel/interaction.ts";
import { openCancel, pressPromote } from "../requests/promote-cancel.ts";
import { drawRequestModal } from "../requests/request-views.ts";
import { openDetails } from "../requests/review-listener.ts";
import { goInApprovals } from "./approvals-listener.ts";
import { everyProjectOption } from "./approvals-view.ts";
import { prepareHome, publishHome } from "./draw-home.ts";
import type { HomeLocation } from "./home-location.ts";
import { faultHome, loadingHome } from "./home-view.ts";
import { projectOption, readPick, readStep } from "./overview-view.ts";

export type { HomeLocation } from "./home-location.ts";

/** Who opens their Home for the first time sees a light one after so many milliseconds, where the rest takes longer. */
const lightAfterMs = 1_000;

/** Draws somebody's Home, who is looking at it: where they go, or else where they were. Rejects where it cannot. */
export async function drawHome(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  place?: HomeLocation,
): Promise<void> {
  const going = { to: place ?? null, looks: true };
  await publishHome(ports, organizationId, userId, await prepareHome(ports, organizationId, userId, going));
}

/** The App Home: that it was opened, its tabs, and the buttons of its Overview. */
export function listenToHome(app: App, ports: SlackDeps): void {
  app.event("app_home_opened", async ({ event, context }) => {
    // The Messages tab opens with the same event: https://docs.slack.dev/reference/events/app_home_opened
    if (event.tab !== "home") return;
    await opened(ports, context.teamId ?? "", event.user, event.view === undefined);
  });
  for (const tab of [ids.action.goOverview, ids.action.goApprovals, ids.action.goSettings])
    onGo(app, ports, tab);
  for (const way of [ids.action.goProjects, ids.action.goPrevious, ids.action.goNext]) onGo(app, ports, way);
  for (const list of [ids.action.goPending, ids.action.goPast]) onGo(app, ports, list);
  offerProjects(app, ports, ids.action.pickProject, false);
  offerProjects(app, ports, ids.action.filterProject, true);
  onClick(app, ports, ids.action.pickProject, async ({ organizationId, userId, value }) => {
    const going = { to: { tab: "overview", projectId: value } as const, looks: true };
    const prepared = await prepareHome(ports, organizationId, userId, going);
    return () => publishHome(ports, organizationId, userId, prepared);
  });
  onClick(app, ports, ids.action.startStep, (click) => openStep(ports, click, click.value));
  onClick(app, ports, ids.action.pickStep, (click) => {
    const pick = readPick(click.value);
    const meant = { ...click, value: pick.value };
    switch (pick.kind) {
      case "cancel":
        return openCancel(ports, meant);
      case "promote":
        return pressPromote(ports, meant);
      case "view":
        return openDetails(ports, meant);
      default:
        return openStep(ports, click, pick.value);
    }
  });
  app.shortcut({ callback_id: ids.shortcut.request, type: "shortcut" }, async ({ ack, body, context }) => {
    await ack();
    const organizationId = context.teamId ?? "";
    const nothing = { integrationId: null, targetId: null };
    const view = await drawRequestModal(ports, organizationId, body.user.id, nothing);
    await ports
      .viewsFor(organizationId)
      .open(body.trigger_id, view)
      .catch((error) => ports.log.warn({ err: error }, "a modal was not opened"));
  });
}

/** A light view comes at once where nothing is there yet and the data is slow; words where it cannot be read. */
async function opened(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  first: boolean,
): Promise<void> {
  const views = ports.viewsFor(organizationId);
  const read = ports
    .knowMember(organizationId, userId)
    .then(() => prepareHome(ports, organizationId, userId, { to: null, looks: true }));
  const light = first
    ? lightLater(read, () => views.publish(userId, loadingHome, null))
    : Promise.resolve(false);
  try {
    const prepared = await read;
    // What it shows now is the light view, whatever was kept of an earlier one.
    const hash = (await light) ? null : prepared.hash;
    await publishHome(ports, organizationId, userId, { ...prepared, hash });
  } catch (error) {
    ports.log.error({ err: error }, "a Home was not drawn");
    await light;
    await views
      .publish(userId, faultHome(faultWords(error)), null)
      .catch((fault) => ports.log.warn({ err: fault }, "a Home was not drawn at all"));
  }
}

/** Shows something light unless the rest is ready before. Resolves when that is settled: whether it was shown. */
async function lightLater(read: Promise<unknown>, show: () => Promise<unknown>): Promise<boolean> {
  const settled = read.catch(() => undefined);
  if ((await withTimeout(settled, lightAfterMs)) !== timedOut) return false;
  return show().then(
    () => true,
    () => false,
  );
}

/** A button that leads to a place: in the Home, or in the modal of `/approvals`. */
function onGo(app: App, ports: SlackDeps, actionId: string): void {
  onClick(app, ports, actionId, async (click) => {
    const place = JSON.parse(click.value) as HomeLocation | null;
    if (inModal(click) && place?.tab === "approvals") return goInApprovals(ports, click, place);
    const { organizationId, userId } = click;
    const prepared = await prepareHome(ports, organizationId, userId, { to: place, looks: true });
    return () => publishHome(ports, organizationId, userId, prepared);
  });
}

async function openStep(ports: SlackDeps, click: Parameters<typeof openDetails>[1], value: string) {
  const { organizationId, userId, triggerId } = click;
  const view = await drawRequestModal(ports, organizationId, userId, readStep(value));
  return () => ports.viewsFor(organizationId).open(triggerId, view);
}

/** The projects to choose from, as somebody types. */
function offerProjects(app: App, ports: SlackDeps, actionId: string, withEvery: boolean): void {
  app.options<"block_suggestion">(actionId, async ({ ack, payload, context }) => {
    const search = searchProjects(ports.context.db, context.teamId ?? "", payload.value.slice(0, 200));
    const found = await within(ports, search).catch((error) => {
      ports.log.error({ err: error }, "projects could not be searched");
      return [];
    });
    const options = found.map(projectOption);
    await ack({ options: withEvery ? [everyProjectOption, ...options.slice(0, 99)] : options });
  });
}
