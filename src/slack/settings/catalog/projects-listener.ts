import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { listRoleNames, type ProjectDetails } from "../../../queries/catalog/get-projects.ts";
import type { Click } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { openModal } from "../../kernel/modals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { redraw } from "../settings-listener.ts";
import { archivedWords, findProject, listenToArchiving, locationOf } from "./archive-listener.ts";
import { listenToProjectForms } from "./project-forms-listener.ts";
import { projectIds as ids } from "./project-ids.ts";
import {
  createProjectModal,
  deploymentModal,
  editProjectModal,
  environmentModal,
  integrationModal,
} from "./project-modals-view.ts";
import { type ProjectSpot, readSpot } from "./projects-view.ts";

/** Listens to Settings › Projects: its buttons, and the forms that they open. */
export function listenToProjects(app: App, deps: SlackDeps): void {
  for (const actionId of [ids.action.open, ids.action.list, ids.action.page, ids.action.nextPage]) {
    onAdminClick(app, deps, actionId, async (click) => {
      const location = locationOf(readSpot(click.value));
      return { followUp: () => redraw(deps, click, location) };
    });
  }
  onAdminClick(app, deps, ids.action.create, async (click) => {
    const modal = createProjectModal(await readRoles(deps, click));
    return { followUp: () => openModal(deps, click, modal) };
  });
  listenToOpening(app, deps);
  listenToArchiving(app, deps);
  listenToProjectForms(app, deps);
}

const readRoles = (deps: SlackDeps, { organizationId }: Click) =>
  listRoleNames(deps.context.db, organizationId);

/** Returns a form of a project as it is now, or the words that say why there is none. */
type DrawForm = (
  spot: ProjectSpot,
  project: ProjectDetails,
  click: Click,
) => ModalView | string | Promise<ModalView | string>;

/** Listens to the buttons that open a form. */
function listenToOpening(app: App, deps: SlackDeps): void {
  const onOpen = (actionId: string, draw: DrawForm) =>
    onAdminClick(app, deps, actionId, async (click) => {
      const spot = readSpot(click.value);
      const project = await findProject(deps, click, spot);
      const drawn = project === undefined ? archivedWords.project : await draw(spot, project, click);
      return {
        followUp: () => (typeof drawn === "string" ? click.tell(drawn) : openModal(deps, click, drawn)),
      };
    });
  onOpen(ids.action.edit, async (spot, project, click) =>
    editProjectModal(spot, project, await readRoles(deps, click)),
  );
  onOpen(ids.action.addEnvironment, (spot, project) => environmentModal(spot, project, undefined));
  onOpen(ids.action.editEnvironment, (spot, project) => {
    const environment = project.environments.find(({ id }) => id === spot.id);
    return environment === undefined
      ? archivedWords.environment
      : environmentModal(spot, project, environment);
  });
  onOpen(ids.action.addIntegration, (spot) => integrationModal(spot, undefined));
  onOpen(ids.action.editIntegration, (spot, project) => {
    const integration = project.integrations.find(({ id }) => id === spot.id);
    return integration === undefined ? archivedWords.integration : integrationModal(spot, integration);
  });
  onOpen(ids.action.recordManualDeployment, (spot, project) =>
    project.integrations.length === 0
      ? "Add an integration first: a deployment is always of one."
      : deploymentModal(spot, project),
  );
}
