import type { App } from "@slack/bolt";
import type { KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { member } from "../../../domain/shared/actor.ts";
import { getRole, listRoleScopes, type RoleDetails } from "../../../queries/people/get-roles.ts";
import { bindRole } from "../../../usecases/people/bind-role.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { type Answer, type Click, onClick, within } from "../../kernel/interaction.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick, updateForm } from "../admin-clicks.ts";
import { openOver } from "../open-over.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { redraw, redrawView } from "../settings-listener.ts";
import { groupModal, searchedGroups } from "./group-modal-view.ts";
import { listenToRoleForms } from "./role-forms.ts";
import {
  deleteRoleModal,
  readShownRole,
  roleModal,
  type ShownRole,
  searchedScopes,
  wholeOrganization,
} from "./role-modal-view.ts";

/** Settings › Roles: the list, and the modals of one role. */
export function listenToRoles(app: App, ports: SlackDeps): void {
  for (const actionId of [ids.action.page, ids.action.nextPage]) {
    onClick(app, ports, actionId, async (click) => {
      return () => redraw(ports, click, { section: "roles", page: Number(click.value) });
    });
  }
  onAdminClick(app, ports, ids.action.createRole, async (click) => {
    const modal = await drawRole(ports, click.organizationId, null, null);
    return () => openOver(ports, click, modal);
  });
  onAdminClick(app, ports, ids.action.editRole, async (click) => {
    const { organizationId, value } = click;
    const role = await getRole(ports.context.db, organizationId, value);
    if (role === undefined) return () => click.tell(gone);
    const modal = await drawRole(ports, organizationId, role, firstPlace(role));
    return () => openOver(ports, click, modal);
  });
  onAdminClick(app, ports, ids.action.pickScope, (click) => pickScope(ports, click));
  inRole(app, ports, ids.action.backToRole, (role, shown, click) =>
    drawRole(ports, click.organizationId, role, shown.projectId),
  );
  inRole(app, ports, ids.action.openDelete, async (role, shown) => deleteRoleModal(role, shown));
  inRole(app, ports, ids.action.openGroup, async (role, shown, { organizationId }) => {
    const [groups, places] = await Promise.all([
      ports.listGroups(organizationId).catch(() => undefined),
      listRoleScopes(ports.context.db, organizationId),
    ]);
    return groups === undefined ? noGroups : groupModal(role, groups, places, shown);
  });
  onAdminClick(app, ports, ids.action.unbind, (click) => unbind(ports, click));
  offer(app, ports, ids.action.pickGroup, async (organizationId, typed) =>
    searchedGroups(await ports.listGroups(organizationId), typed),
  );
  const places = async (organizationId: string, typed: string) =>
    searchedScopes(await listRoleScopes(ports.context.db, organizationId), typed);
  offer(app, ports, ids.action.pickScope, places);
  offer(app, ports, ids.input.groupProjects, async (organizationId, typed) =>
    (await places(organizationId, typed)).filter(({ value }) => value !== wholeOrganization),
  );
  listenToRoleForms(app, ports);
}

const gone = refusalWords({ code: "not-found", what: "role" });
const noGroups = "Slack did not list the user groups just now. Nothing was changed, try again in a moment.";

/** Where the form of a role begins: the whole organization, unless it is held in projects only. */
const firstPlace = ({ holders }: RoleDetails): string | null =>
  holders.some(({ projectId }) => projectId === null) ? null : (holders[0]?.projectId ?? null);

/** The form of a role, or of a new one, for one place. */
export async function drawRole(
  ports: SlackDeps,
  organizationId: string,
  role: RoleDetails | null,
  projectId: string | null,
  notice: KnownBlock[] = [],
): Promise<ModalView> {
  const places = await listRoleScopes(ports.context.db, organizationId);
  const known = places.some(({ id }) => id === projectId) && role?.admin !== true;
  return roleModal({ role, places, projectId: known ? projectId : null, notice });
}

/** A button in a modal of a role turns that modal into another one of the same role, or says why not. */
function inRole(
  app: App,
  ports: SlackDeps,
  actionId: string,
  draw: (role: RoleDetails, shown: ShownRole, click: Click) => Promise<ModalView | string>,
): void {
  onAdminClick(app, ports, actionId, async (click) => {
    const role = await getRole(ports.context.db, click.organizationId, click.value);
    if (role === undefined || click.view === null) return () => click.tell(gone);
    const shown = { ...readShownRole(click.view.metadata), version: role.version };
    const drawn = await draw(role, shown, click);
    return () => (typeof drawn === "string" ? click.tell(drawn) : updateForm(ports, click, drawn));
  });
}

async function pickScope(ports: SlackDeps, click: Click): Promise<Answer> {
  if (click.view === null) return undefined;
  const { organizationId, value } = click;
  const { roleId, version } = readShownRole(click.view.metadata);
  const role = roleId === null ? null : await getRole(ports.context.db, organizationId, roleId);
  if (role === undefined) return () => click.tell(gone);
  // The version stays the one that the person saw: what changed since then is told at Save.
  const seen = role === null ? null : { ...role, version };
  const modal = await drawRole(ports, organizationId, seen, value === wholeOrganization ? null : value);
  return () => updateForm(ports, click, modal);
}

async function unbind(ports: SlackDeps, click: Click): Promise<Answer> {
  if (click.view === null) return undefined;
  const { organizationId, userId, view, value: roleId } = click;
  const shown = readShownRole(view.metadata);
  const result = await bindRole(ports.context, {
    ...{ organizationId, actor: member(userId), surface: "slack", roleId, version: shown.version },
    ...{ groupId: null, projectIds: null },
  });
  if (!result.ok) return () => click.tell(refusalWords(result.refusal));
  const role = await getRole(ports.context.db, organizationId, roleId);
  if (role === undefined) return () => click.tell(gone);
  const modal = await drawRole(ports, organizationId, role, role.holders[0]?.projectId ?? null);
  return async () => {
    await updateForm(ports, click, modal);
    await redrawView(ports, organizationId, userId, view.previousId, { section: "roles" });
  };
}

/** The options of a select that has more than it can hold. */
function offer(
  app: App,
  ports: SlackDeps,
  actionId: string,
  search: (organizationId: string, typed: string) => Promise<PlainTextOption[]>,
): void {
  app.options<"block_suggestion">(actionId, async ({ ack, payload, context }) => {
    const found = search(context.teamId ?? "", payload.value.slice(0, 200));
    const options = await within(ports, found).catch((error) => {
      ports.log.error({ err: error }, "choices could not be searched");
      return [];
    });
    await ack({ options });
  });
}
