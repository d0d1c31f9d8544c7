import type { App } from "@slack/bolt";
import type { Result } from "../../../domain/shared/result.ts";
import { getProjectDetails, type ProjectDetails } from "../../../queries/catalog/get-projects.ts";
import { archiveEnvironment } from "../../../usecases/catalog/archive-environment.ts";
import { archiveIntegration } from "../../../usecases/catalog/archive-integration.ts";
import { archiveProject } from "../../../usecases/catalog/archive-project.ts";
import { noticeModal } from "../../blocks/notice-modal.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import { type Click, isInModal } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { shortName } from "../../words/names.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { redraw, redrawView } from "../settings-listener.ts";
import type { SettingsLocation } from "../settings-location.ts";
import { projectIds as ids } from "./project-ids.ts";
import { type ProjectSpot, readSpot } from "./projects-view.ts";

/** The words for a click about something that was archived since its button was drawn. */
export const archivedWords = {
  project: "This project was archived meanwhile.",
  environment: "This environment was archived meanwhile.",
  integration: "This integration was archived meanwhile.",
} as const;

/** Returns the project of a button, or undefined if it is gone. */
export async function findProject(
  deps: SlackDeps,
  { organizationId }: Click,
  { projectId }: ProjectSpot,
): Promise<ProjectDetails | undefined> {
  return projectId === undefined ? undefined : getProjectDetails(deps.context.db, organizationId, projectId);
}

/** Returns the location in the settings that a button leads to. */
export const locationOf = ({ projectId, page }: ProjectSpot): SettingsLocation => ({
  section: "projects",
  ...(projectId === undefined ? {} : { projectId }),
  ...(page === undefined ? {} : { page }),
});

/** Listens to the buttons that archive: a project's is on its page, the others are in their forms. */
export function listenToArchiving(app: App, deps: SlackDeps): void {
  onAdminClick(app, deps, ids.action.archive, async (click) => {
    const project = await findProject(deps, click, readSpot(click.value));
    if (project === undefined) return { followUp: () => click.tell(archivedWords.project) };
    const result = await archiveProject(deps.context, changeOf(click, project));
    if (!result.ok) return { followUp: () => click.tell(refusalWords(result.refusal)) };
    return { followUp: () => redraw(deps, click, { section: "projects" }) };
  });
  onArchivePart(app, deps, ids.action.archiveEnvironment, "environment", (change, environmentId) =>
    archiveEnvironment(deps.context, { ...change, environmentId }),
  );
  onArchivePart(app, deps, ids.action.archiveIntegration, "integration", (change, integrationId) =>
    archiveIntegration(deps.context, { ...change, integrationId }),
  );
}

function onArchivePart(
  app: App,
  deps: SlackDeps,
  actionId: string,
  kind: "environment" | "integration",
  archive: (change: ReturnType<typeof changeOf>, id: string) => Promise<Result<unknown>>,
): void {
  onAdminClick(app, deps, actionId, async (click) => {
    const spot = readSpot(click.value);
    const project = await findProject(deps, click, spot);
    const part = project?.[`${kind}s`].find(({ id }) => id === spot.id);
    if (project === undefined || part === undefined) {
      return { followUp: () => click.tell(archivedWords[kind]) };
    }
    const result = await archive(changeOf(click, project), part.id);
    if (!result.ok) return { followUp: () => click.tell(refusalWords(result.refusal)) };
    const words = `${shortName(part.name)} is archived. Its history stays; to bring it back, add one with the short name ${part.slug}.`;
    return { followUp: () => showArchived(deps, click, locationOf(spot), words) };
  });
}

const changeOf = (click: Click, { id, version }: ProjectDetails) => ({
  ...actingMember(click),
  projectId: id,
  version,
});

/** Replaces the form with the words that it is archived, and redraws the settings below it. */
async function showArchived(
  deps: SlackDeps,
  click: Click,
  location: SettingsLocation,
  words: string,
): Promise<void> {
  if (!isInModal(click)) return;
  const { organizationId, userId, view } = click;
  await deps.viewsFor(organizationId).update(view.id, view.hash, noticeModal(words));
  await redrawView(deps, organizationId, userId, view.previousId, location);
}
