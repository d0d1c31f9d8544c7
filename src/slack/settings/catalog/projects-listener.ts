import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { member } from "../../../domain/shared/actor.ts";
import type { Result } from "../../../domain/shared/result.ts";
import {
  getProjectDetails,
  listRoleNames,
  type ProjectDetails,
} from "../../../queries/catalog/get-projects.ts";
import { archiveEnvironment } from "../../../usecases/catalog/archive-environment.ts";
import { archiveIntegration } from "../../../usecases/catalog/archive-integration.ts";
import { archiveProject } from "../../../usecases/catalog/archive-project.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { type Answer, type Click, inModal } from "../../kernel/interaction.ts";
import { noticeModal } from "../../requests/request-modals-view.ts";
import { refusalWords } from "../../words/refusals.ts";
import { shortName } from "../../words/words.ts";
import { onAdminClick } from "../admin-clicks.ts";
import type { SettingsLocation } from "../draw-settings.ts";
import { openOver } from "../open-over.ts";
import { redraw, redrawView } from "../settings-listener.ts";
import { listenToProjectForms } from "./project-forms.ts";
import { projectIds as ids } from "./project-ids.ts";
import {
  createProjectModal,
  deploymentModal,
  editProjectModal,
  environmentModal,
  integrationModal,
} from "./project-modals-view.ts";
import { type ProjectSpot, readSpot } from "./projects-view.ts";

/** Settings › Projects: every button, and the forms that they open. */
export function listenToProjects(app: App, ports: SlackDeps): void {
  for (const way of [ids.action.open, ids.action.list, ids.action.page, ids.action.nextPage]) {
    onAdminClick(app, ports, way, async (click) => () => redraw(ports, click, at(readSpot(click.value))));
  }
  onAdminClick(app, ports, ids.action.create, async (click) => {
    const modal = createProjectModal(await roles(ports, click));
    return () => openOver(ports, click, modal);
  });
  listenToOpening(app, ports);
  listenToArchiving(app, ports);
  listenToProjectForms(app, ports);
}

const at = ({ projectId, page }: ProjectSpot): SettingsLocation => ({
  section: "projects",
  ...(projectId === undefined ? {} : { projectId }),
  ...(page === undefined ? {} : { page }),
});

const roles = (ports: SlackDeps, click: Click) => listRoleNames(ports.context.db, click.organizationId);

/** The buttons that open a form about a project as it is now. */
function listenToOpening(app: App, ports: SlackDeps): void {
  const opens = (
    actionId: string,
    draw: (
      spot: ProjectSpot,
      project: ProjectDetails,
      click: Click,
    ) => ModalView | string | Promise<ModalView | string>,
  ) =>
    onAdminClick(app, ports, actionId, async (click) => {
      const spot = readSpot(click.value);
      const project = await findProject(ports, click, spot);
      const drawn = project === undefined ? gone.project : await draw(spot, project, click);
      return () => (typeof drawn === "string" ? click.tell(drawn) : openOver(ports, click, drawn));
    });
  opens(ids.action.edit, async (spot, project, click) =>
    editProjectModal(spot, project, await roles(ports, click)),
  );
  opens(ids.action.addEnvironment, (spot, project) => environmentModal(spot, project, undefined));
  opens(ids.action.editEnvironment, (spot, project) => {
    const environment = project.environments.find(({ id }) => id === spot.id);
    return environment === undefined ? gone.environment : environmentModal(spot, project, environment);
  });
  opens(ids.action.addIntegration, (spot) => integrationModal(spot, undefined));
  opens(ids.action.editIntegration, (spot, project) => {
    const integration = project.integrations.find(({ id }) => id === spot.id);
    return integration === undefined ? gone.integration : integrationModal(spot, integration);
  });
  opens(ids.action.recordManualDeployment, (spot, project) =>
    project.integrations.length === 0
      ? "Add an integration first: a deployment is always of one."
      : deploymentModal(spot, project),
  );
}

const gone = {
  project: "This project was archived meanwhile.",
  environment: "This environment was archived meanwhile.",
  integration: "This integration was archived meanwhile.",
} as const;

async function findProject(
  ports: SlackDeps,
  { organizationId }: Click,
  { projectId }: ProjectSpot,
): Promise<ProjectDetails | undefined> {
  return projectId === undefined ? undefined : getProjectDetails(ports.context.db, organizationId, projectId);
}

/** The buttons that archive: a project's on its page, the others in their forms, which say then that it is done. */
function listenToArchiving(app: App, ports: SlackDeps): void {
  onAdminClick(app, ports, ids.action.archive, async (click) => {
    const project = await findProject(ports, click, readSpot(click.value));
    if (project === undefined) return () => click.tell(gone.project);
    const result = await archiveProject(ports.context, editing(click, project));
    if (!result.ok) return () => click.tell(refusalWords(result.refusal));
    return () => redraw(ports, click, { section: "projects" });
  });
  const archives = (
    actionId: string,
    kind: "environment" | "integration",
    archive: (edit: ReturnType<typeof editing>, id: string) => Promise<Result<unknown>>,
  ) =>
    onAdminClick(app, ports, actionId, async (click): Promise<Answer> => {
      const spot = readSpot(click.value);
      const project = await findProject(ports, click, spot);
      const part = project?.[`${kind}s`].find(({ id }) => id === spot.id);
      if (project === undefined || part === undefined) return () => click.tell(gone[kind]);
      const result = await archive(editing(click, project), part.id);
      if (!result.ok) return () => click.tell(refusalWords(result.refusal));
      const done = `${shortName(part.name)} is archived. Its history stays; to bring it back, add one with the short name ${part.slug}.`;
      return () => sayDone(ports, click, at(spot), done);
    });
  archives(ids.action.archiveEnvironment, "environment", (edit, environmentId) =>
    archiveEnvironment(ports.context, { ...edit, environmentId }),
  );
  archives(ids.action.archiveIntegration, "integration", (edit, integrationId) =>
    archiveIntegration(ports.context, { ...edit, integrationId }),
  );
}

const editing = ({ organizationId, userId }: Click, { id, version }: ProjectDetails) => ({
  organizationId,
  actor: member(userId),
  surface: "slack" as const,
  projectId: id,
  version,
});

/** The form of what is archived now says so, and the settings beneath it show it. */
async function sayDone(
  ports: SlackDeps,
  click: Click,
  place: SettingsLocation,
  words: string,
): Promise<void> {
  if (!inModal(click)) return;
  const { organizationId, userId, view } = click;
  await ports.viewsFor(organizationId).update(view.id, view.hash, noticeModal(words));
  await redrawView(ports, organizationId, userId, view.previousId, place);
}
