import type { App } from "@slack/bolt";
import { timedOut, withTimeout } from "../../lib/timeout.ts";
import { searchProjects } from "../../queries/catalog/search-projects.ts";
import { idValue } from "../kernel/button-values.ts";
import { type Click, isInModal, onClick } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { faultWords, reportFault } from "../kernel/faults.ts";
import { ids } from "../kernel/ids.ts";
import type { Reply } from "../kernel/reply.ts";
import { runAsMember } from "../kernel/run.ts";
import { onShortcut } from "../kernel/shortcut.ts";
import { onSuggest } from "../kernel/suggest.ts";
import { readCardValue } from "../messages/card-value.ts";
import { clickPromote, openCancel } from "../requests/promote-and-cancel-listener.ts";
import { drawRequestModal } from "../requests/request-views.ts";
import { openDetails } from "../requests/review-listener.ts";
import { goInApprovals } from "./approvals-listener.ts";
import { everyProjectOption } from "./approvals-view.ts";
import { goInHome, prepareHome, publishHome } from "./draw-home.ts";
import { homeLocationValue } from "./home-location.ts";
import { faultHome, loadingHome } from "./home-view.ts";
import { projectOption } from "./overview-view.ts";
import { readPick, stepCodec } from "./step-view.ts";

/** When the first Home of a person shows a loading view, in milliseconds. */
const loadingAfterMs = 1_000;

const navigation = [
  ids.action.goOverview,
  ids.action.goApprovals,
  ids.action.goSettings,
  ids.action.goProjects,
  ids.action.goPrevious,
  ids.action.goNext,
  ids.action.goPending,
  ids.action.goPast,
];

/** Listens to the App Home: that it was opened, its tabs, and its Overview; and to the shortcut. */
export function listenToHome(app: App, deps: SlackDeps): void {
  app.event("app_home_opened", async ({ event, context }) => {
    // The Messages tab sends the same event: https://docs.slack.dev/reference/events/app_home_opened
    if (event.tab !== "home") return;
    await drawOpenedHome(deps, context.teamId ?? "", event.user, event.view === undefined);
  });
  for (const actionId of navigation) onClick(app, deps, actionId, (click) => navigate(deps, click));
  listenToOverview(app, deps);
  onShortcut(app, deps, ids.shortcut.request, async (shortcut) => {
    const view = await drawRequestModal(deps, shortcut, { integrationId: null, targetId: null });
    return { followUp: () => deps.viewsFor(shortcut.organizationId).open(shortcut.triggerId, view) };
  });
}

function listenToOverview(app: App, deps: SlackDeps): void {
  const findProjects = async (organizationId: string, typed: string) =>
    (await searchProjects(deps.context.db, organizationId, typed)).map(projectOption);
  onSuggest(app, deps, {
    actionId: ids.action.pickProject,
    search: ({ organizationId, typed }) => findProjects(organizationId, typed),
  });
  onSuggest(app, deps, {
    actionId: ids.action.filterProject,
    search: async ({ organizationId, typed }) => {
      const projects = await findProjects(organizationId, typed);
      return [everyProjectOption, ...projects.slice(0, 99)];
    },
    whenFailed: () => [everyProjectOption],
  });
  onClick(app, deps, ids.action.pickProject, async (click) =>
    goInHome(deps, click, { tab: "overview", projectId: idValue.read(click.value) }),
  );
  onClick(app, deps, ids.action.startStep, (click) => startStep(deps, click));
  onClick(app, deps, ids.action.pickStep, (click) => pickStep(deps, click));
}

/** Draws the Home that a person opened: a loading view if they have none and reading takes long; words if it fails. */
async function drawOpenedHome(
  deps: SlackDeps,
  organizationId: string,
  userId: string,
  isFirst: boolean,
): Promise<void> {
  const views = deps.viewsFor(organizationId);
  const prepare = () => prepareHome(deps, organizationId, userId, { to: null, isOpen: true });
  const reading = runAsMember(deps, { organizationId, userId }, prepare, "work");
  const loading = isFirst
    ? showIfSlow(reading, () => views.publish(userId, loadingHome, null))
    : Promise.resolve(false);
  try {
    const prepared = await reading;
    // If the loading view was drawn, the stored hash is outdated.
    const hash = (await loading) ? null : prepared.hash;
    await publishHome(deps, organizationId, userId, { ...prepared, hash });
  } catch (error) {
    reportFault(deps, error, {}, "A Home was not drawn");
    await loading;
    await views
      .publish(userId, faultHome(faultWords(error)), null)
      .catch((fault) => deps.log.warn({ err: fault }, "The fault was not shown in a Home"));
  }
}

/** Shows something if the work takes longer than `loadingAfterMs`. Returns whether it was shown; never rejects. */
async function showIfSlow(work: Promise<unknown>, show: () => Promise<unknown>): Promise<boolean> {
  const settled = work.catch(() => undefined);
  if ((await withTimeout(settled, loadingAfterMs)) !== timedOut) return false;
  return show().then(
    () => true,
    () => false,
  );
}

/** Follows a button to its location: in the Home, or in the modal of `/approvals`. */
async function navigate(deps: SlackDeps, click: Click): Promise<Reply> {
  const location = homeLocationValue.read(click.value);
  if (isInModal(click) && location?.tab === "approvals") return goInApprovals(deps, click, location);
  return goInHome(deps, click, location);
}

/** Carries out the step that was chosen in the select of a folded pipeline. */
async function pickStep(deps: SlackDeps, click: Click): Promise<Reply> {
  const { kind, value } = readPick(click.value);
  const { number, origin } = readCardValue(value);
  const picked = { ...click, value: number, shown: { ...click.shown, origin } };
  switch (kind) {
    case "cancel":
      return openCancel(deps, picked);
    case "promote":
      return clickPromote(deps, picked);
    case "view":
      return openDetails(deps, picked);
    default:
      return startStep(deps, picked);
  }
}

async function startStep(deps: SlackDeps, click: Click): Promise<Reply> {
  const view = await drawRequestModal(deps, click, stepCodec.read(click.value));
  return { followUp: () => deps.viewsFor(click.organizationId).open(click.triggerId, view) };
}
