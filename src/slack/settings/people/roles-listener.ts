import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { getRole, listRoleScopes, type RoleDetails } from "../../../queries/people/get-roles.ts";
import { bindRole } from "../../../usecases/people/bind-role.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import { idValue, pageNumber } from "../../kernel/button-values.ts";
import { type Click, onClick } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { openModal, updateModal } from "../../kernel/modals.ts";
import type { Reply } from "../../kernel/reply.ts";
import { onSuggest } from "../../kernel/suggest.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { redraw, redrawView } from "../settings-listener.ts";
import { groupModal, searchedGroups } from "./group-modal-view.ts";
import { listenToRoleForms } from "./role-forms-listener.ts";
import {
  deleteRoleModal,
  readShownRole,
  roleModal,
  type ShownRole,
  searchedScopes,
  wholeOrganization,
} from "./role-modal-view.ts";

const noRoleWords = refusalWords({ code: "not-found", what: "role" });
const noGroupsWords =
  "Slack did not list the user groups just now. Nothing was changed, try again in a moment.";

/** Listens to Settings › Roles: the list, and the modals of a role. */
export function listenToRoles(app: App, deps: SlackDeps): void {
  for (const actionId of [ids.action.page, ids.action.nextPage]) {
    onClick(app, deps, actionId, async (click) => {
      const page = pageNumber.read(click.value);
      return { followUp: () => redraw(deps, click, { section: "roles", page }) };
    });
  }
  onAdminClick(app, deps, ids.action.createRole, async (click) => {
    const modal = await drawRole(deps, click.organizationId, null, null);
    return { followUp: () => openModal(deps, click, modal) };
  });
  onAdminClick(app, deps, ids.action.editRole, async (click) => {
    const { organizationId } = click;
    const roleId = idValue.read(click.value);
    const role = await getRole(deps.context.db, organizationId, roleId);
    if (role === undefined) return { followUp: () => click.tell(noRoleWords) };
    const modal = await drawRole(deps, organizationId, role, firstScope(role));
    return { followUp: () => openModal(deps, click, modal) };
  });
  onAdminClick(app, deps, ids.action.pickScope, (click) => pickScope(deps, click));
  onAdminClick(app, deps, ids.action.unbind, (click) => unbind(deps, click));
  listenToRoleModals(app, deps);
  listenToSearches(app, deps);
  listenToRoleForms(app, deps);
}

/** Listens to the buttons that turn a modal of a role into another one of the same role. */
function listenToRoleModals(app: App, deps: SlackDeps): void {
  onRoleClick(app, deps, ids.action.backToRole, (role, shown, { organizationId }) =>
    drawRole(deps, organizationId, role, shown.projectId),
  );
  onRoleClick(app, deps, ids.action.openDelete, async (role, shown) => deleteRoleModal(role, shown));
  onRoleClick(app, deps, ids.action.openGroup, async (role, shown, { organizationId }) => {
    const [groups, scopes] = await Promise.all([
      deps.listGroups(organizationId).catch(() => undefined),
      listRoleScopes(deps.context.db, organizationId),
    ]);
    return groups === undefined ? noGroupsWords : groupModal(role, groups, scopes, shown);
  });
}

/** Listens to the searches in selects that have more options than they can hold. */
function listenToSearches(app: App, deps: SlackDeps): void {
  const findScopes = async (organizationId: string, typed: string) =>
    searchedScopes(await listRoleScopes(deps.context.db, organizationId), typed);
  onSuggest(app, deps, {
    actionId: ids.action.pickGroup,
    search: async ({ organizationId, typed }) => searchedGroups(await deps.listGroups(organizationId), typed),
  });
  onSuggest(app, deps, {
    actionId: ids.action.pickScope,
    search: ({ organizationId, typed }) => findScopes(organizationId, typed),
  });
  onSuggest(app, deps, {
    actionId: ids.input.groupProjects,
    search: async ({ organizationId, typed }) =>
      (await findScopes(organizationId, typed)).filter(({ value }) => value !== wholeOrganization),
  });
}

/** Returns the scope that the form of a role begins with; null is the whole organization. */
const firstScope = ({ holders }: RoleDetails): string | null =>
  holders.some(({ projectId }) => projectId === null) ? null : (holders[0]?.projectId ?? null);

/** Returns the form of a role, or of a new one, for one scope. */
async function drawRole(
  deps: SlackDeps,
  organizationId: string,
  role: RoleDetails | null,
  projectId: string | null,
): Promise<ModalView> {
  const projects = await listRoleScopes(deps.context.db, organizationId);
  const hasScope = projects.some(({ id }) => id === projectId) && role?.admin !== true;
  return roleModal({ role, projects, projectId: hasScope ? projectId : null });
}

/** Listens to a button in a modal of a role. `draw` returns the modal that replaces it, or words. */
function onRoleClick(
  app: App,
  deps: SlackDeps,
  actionId: string,
  draw: (role: RoleDetails, shown: ShownRole, click: Click) => Promise<ModalView | string>,
): void {
  onAdminClick(app, deps, actionId, async (click) => {
    const role = await getRole(deps.context.db, click.organizationId, idValue.read(click.value));
    if (role === undefined || click.view === null) return { followUp: () => click.tell(noRoleWords) };
    const shown = { ...readShownRole(click.view.metadata), version: role.version };
    const drawn = await draw(role, shown, click);
    return {
      followUp: () => (typeof drawn === "string" ? click.tell(drawn) : updateModal(deps, click, drawn)),
    };
  });
}

async function pickScope(deps: SlackDeps, click: Click): Promise<Reply> {
  if (click.view === null) return {};
  const { organizationId, value } = click;
  const { roleId, version } = readShownRole(click.view.metadata);
  const role = roleId === null ? null : await getRole(deps.context.db, organizationId, roleId);
  if (role === undefined) return { followUp: () => click.tell(noRoleWords) };
  // The version stays the one that the person saw: Save tells what has changed since.
  const seenRole = role === null ? null : { ...role, version };
  const projectId = value === wholeOrganization ? null : idValue.read(value);
  const modal = await drawRole(deps, organizationId, seenRole, projectId);
  return { followUp: () => updateModal(deps, click, modal) };
}

async function unbind(deps: SlackDeps, click: Click): Promise<Reply> {
  if (click.view === null) return {};
  const { organizationId, userId, view } = click;
  const roleId = idValue.read(click.value);
  const { version } = readShownRole(view.metadata);
  const result = await bindRole(deps.context, {
    ...{ ...actingMember(click), roleId, version },
    ...{ groupId: null, projectIds: null },
  });
  if (!result.ok) return { followUp: () => click.tell(refusalWords(result.refusal)) };
  const role = await getRole(deps.context.db, organizationId, roleId);
  if (role === undefined) return { followUp: () => click.tell(noRoleWords) };
  const modal = await drawRole(deps, organizationId, role, role.holders[0]?.projectId ?? null);
  return {
    followUp: async () => {
      await updateModal(deps, click, modal);
      await redrawView(deps, organizationId, userId, view.previousId, { section: "roles" });
    },
  };
}
