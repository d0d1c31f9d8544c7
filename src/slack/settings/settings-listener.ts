import type { App, RespondArguments } from "@slack/bolt";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { drawHome } from "../home/home-listener.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids as allIds } from "../kernel/ids.ts";
import { type Click, faultWords, onClick, type Submission, within } from "../kernel/interaction.ts";
import { refusalWords } from "../words/refusals.ts";
import { escaped } from "../words/text.ts";
import { updateForm } from "./admin-clicks.ts";
import { drawSettings, type SettingsLocation } from "./draw-settings.ts";
import { settingsIds as ids } from "./settings-ids.ts";
import { settingsModal } from "./settings-view.ts";

export type { SettingsLocation } from "./draw-settings.ts";

/** After a click in the settings: draws them anew where it was made, in their modal or in the App Home. */
export async function redraw(ports: SlackDeps, click: Click, place: SettingsLocation): Promise<void> {
  const { organizationId, userId, view } = click;
  if (view?.callbackId !== ids.view.settings) {
    return drawHome(ports, organizationId, userId, { tab: "settings", settings: place });
  }
  const blocks = await drawSettings(ports, organizationId, userId, place);
  await updateForm(ports, click, settingsModal(blocks));
}

/** After an editing modal was submitted: draws the settings beneath it anew, in their modal or in the App Home. */
export function redrawBeneath(
  ports: SlackDeps,
  submission: Submission,
  place: SettingsLocation,
): Promise<void> {
  const { organizationId, userId, view } = submission;
  return redrawView(ports, organizationId, userId, view.previous_view_id ?? null, place);
}

/** @param viewId the settings' modal; null: they are in the App Home */
export async function redrawView(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  viewId: string | null,
  place: SettingsLocation,
): Promise<void> {
  if (viewId === null) return drawHome(ports, organizationId, userId, { tab: "settings", settings: place });
  const blocks = await drawSettings(ports, organizationId, userId, place);
  await ports.viewsFor(organizationId).update(viewId, undefined, settingsModal(blocks));
}

/** `/promotion-settings`, and the bar of sections. */
export function listenToSettings(app: App, ports: SlackDeps): void {
  app.command(allIds.command.settings, async ({ ack, body, context }) => {
    const organizationId = context.teamId ?? "";
    const { user_id: userId, trigger_id: triggerId } = body;
    const opened = openSettings(ports, organizationId, userId, triggerId);
    const answer = await within(ports, opened).catch((error) => {
      ports.log.error({ err: error }, "the settings were not opened");
      return ephemeral(faultWords(error));
    });
    await (answer === undefined ? ack() : ack(answer));
  });
  for (const section of ["workflows", "roles", "projects", "tokens"] as const) {
    onClick(app, ports, ids.action[section], async (click) => () => redraw(ports, click, { section }));
  }
}

/** Opens the settings and answers nothing, or answers privately. */
async function openSettings(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  triggerId: string,
): Promise<RespondArguments | undefined> {
  await ports.knowMember(organizationId, userId);
  const { isAdmin, admins } = await getAdmins(ports.context.db, organizationId, userId);
  if (!isAdmin) return ephemeral(refusalWords({ code: "not-admin", admins }));
  const blocks = await drawSettings(ports, organizationId, userId, { section: "workflows" });
  try {
    await ports.viewsFor(organizationId).open(triggerId, settingsModal(blocks));
    return undefined;
  } catch (error) {
    ports.log.warn({ err: error }, "the settings were not opened");
    return ephemeral("Slack did not open the dialog. Nothing was changed, try again.");
  }
}

const ephemeral = (words: string): RespondArguments => ({ response_type: "ephemeral", text: escaped(words) });
