import type { App } from "@slack/bolt";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { drawHomeAt } from "../home/draw-home.ts";
import { type Click, onClick } from "../kernel/click.ts";
import { type Command, type CommandReply, onCommand } from "../kernel/command.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids as allIds } from "../kernel/ids.ts";
import { updateModal } from "../kernel/modals.ts";
import type { Submission, SubmissionAnswer } from "../kernel/submission.ts";
import { refusalWords } from "../words/refusals.ts";
import { escaped } from "../words/text.ts";
import { drawSettings } from "./draw-settings.ts";
import { settingsIds as ids } from "./settings-ids.ts";
import type { SettingsLocation } from "./settings-location.ts";
import { settingsModal } from "./settings-view.ts";

/** Redraws the settings after a click in them: in their modal or in the App Home, where the click was made. */
export async function redraw(deps: SlackDeps, click: Click, location: SettingsLocation): Promise<void> {
  const { organizationId, userId, view } = click;
  if (view?.callbackId !== ids.view.settings) {
    return drawHomeAt(deps, organizationId, userId, { tab: "settings", settings: location });
  }
  const blocks = await drawSettings(deps, organizationId, userId, location);
  await updateModal(deps, click, settingsModal(blocks));
}

/** Redraws the settings below an editing modal that was submitted: in their modal or in the App Home. */
export function redrawBelow(
  deps: SlackDeps,
  submission: Submission,
  location: SettingsLocation,
): Promise<void> {
  const { organizationId, userId, view } = submission;
  return redrawView(deps, organizationId, userId, view.previous_view_id ?? null, location);
}

/** Redraws the settings below an editing modal, unless the modal stays open with an error at an input. */
export async function redrawUnlessError(
  deps: SlackDeps,
  submission: Submission,
  answer: SubmissionAnswer | undefined,
  location: SettingsLocation,
): Promise<void> {
  if (answer?.response_action !== "errors") await redrawBelow(deps, submission, location);
}

/** @param viewId the modal with the settings; null if they are in the App Home */
export async function redrawView(
  deps: SlackDeps,
  organizationId: string,
  userId: string,
  viewId: string | null,
  location: SettingsLocation,
): Promise<void> {
  if (viewId === null) {
    return drawHomeAt(deps, organizationId, userId, { tab: "settings", settings: location });
  }
  const blocks = await drawSettings(deps, organizationId, userId, location);
  await deps.viewsFor(organizationId).update(viewId, undefined, settingsModal(blocks));
}

/** Listens to `/promotion-settings`, and to the bar of sections. */
export function listenToSettings(app: App, deps: SlackDeps): void {
  onCommand(app, deps, {
    name: allIds.command.settings,
    work: (command) => openSettings(deps, command),
  });
  for (const section of ["workflows", "roles", "projects", "tokens"] as const) {
    onClick(app, deps, ids.action[section], async (click) => ({
      followUp: () => redraw(deps, click, { section }),
    }));
  }
}

async function openSettings(deps: SlackDeps, { organizationId, userId }: Command): Promise<CommandReply> {
  const { isAdmin, admins } = await getAdmins(deps.context.db, organizationId, userId);
  if (!isAdmin) return { answer: { text: escaped(refusalWords({ code: "not-admin", admins })) } };
  const blocks = await drawSettings(deps, organizationId, userId, { section: "workflows" });
  return { answer: { modal: settingsModal(blocks) } };
}
