import type { App } from "@slack/bolt";
import type { MemberId } from "../../../domain/people/people.ts";
import { member } from "../../../domain/shared/actor.ts";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import {
  getRole,
  getRoleChange,
  listRoleScopes,
  type RoleDetails,
} from "../../../queries/people/get-roles.ts";
import { bindRole } from "../../../usecases/people/bind-role.ts";
import { deleteRole } from "../../../usecases/people/delete-role.ts";
import { createRole, saveRole } from "../../../usecases/people/save-role.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { onSubmit, type Submission, type SubmissionAnswer } from "../../kernel/interaction.ts";
import { refusalWords } from "../../words/refusals.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { redrawBeneath } from "../settings-listener.ts";
import { changedBlocks, savedModal } from "../workflow/workflow-view.ts";
import { groupModal } from "./group-modal-view.ts";
import { membersBlock, readShownRole, roleModal, roleNow, type ShownRole } from "./role-modal-view.ts";

/** The submissions of Settings › Roles. */
export function listenToRoleForms(app: App, ports: SlackDeps): void {
  const beneath = async (submission: Submission, answer: SubmissionAnswer) => {
    if (answer?.response_action !== "errors") await redrawBeneath(ports, submission, { section: "roles" });
  };
  onSubmit(app, ports, ids.view.role, firstInput, (submission) => save(ports, submission), beneath);
  onSubmit(app, ports, ids.view.group, ids.block.group, (submission) => bind(ports, submission), beneath);
  onSubmit(app, ports, ids.view.deleteRole, null, (submission) => remove(ports, submission), beneath);
}

/** Which inputs the form has depends on the role: Admin has no name to change, a bound one no members. */
const firstInput = ({ view }: Submission): string | null => Object.keys(view.state.values)[0] ?? null;

const by = ({ organizationId, userId }: Submission) => ({
  organizationId,
  actor: member(userId),
  surface: "slack" as const,
});

const errors = (block: string, words: string): SubmissionAnswer => ({
  response_action: "errors",
  errors: { [block]: words },
});

async function save(ports: SlackDeps, submission: Submission): Promise<SubmissionAnswer> {
  const { organizationId } = submission;
  const shown = readShownRole(submission.metadata);
  const { roleId, version, projectId } = shown;
  const role = roleId === null ? null : await getRole(ports.context.db, organizationId, roleId);
  if (role === undefined) return errors(ids.block.name, refusalWords({ code: "not-found", what: "role" }));
  const name = role?.admin ? role.name : submission.value(ids.block.name, ids.block.name).trim();
  if (name === "") return errors(ids.block.name, "A role needs a name.");
  const memberIds = submission.values(membersBlock(shown), ids.input.members);
  const known = role?.holders.find((one) => one.projectId === projectId)?.people ?? [];
  await knowAll(
    ports,
    organizationId,
    memberIds.filter((id) => !known.some((person) => person.id === id)),
  );
  const holders = { projectId, memberIds };
  const result =
    roleId === null
      ? await createRole(ports.context, { ...by(submission), name, holders })
      : await saveRole(ports.context, {
          ...{ ...by(submission), roleId, version, name },
          // A form of a bound role has no members to save.
          holders: hasMembers(submission, shown) ? holders : null,
        });
  return result.ok ? undefined : refused(ports, submission, result.refusal, shown, role);
}

const hasMembers = ({ view }: Submission, shown: ShownRole): boolean =>
  view.state.values[membersBlock(shown)] !== undefined;

/** So many people are asked for at once. */
const askedAtOnce = 8;

/** Who was picked is asked about before the rule asks: a picker offers guests, bots and strangers too. */
async function knowAll(
  ports: SlackDeps,
  organizationId: string,
  memberIds: readonly MemberId[],
): Promise<void> {
  for (let at = 0; at < memberIds.length; at += askedAtOnce) {
    const some = memberIds.slice(at, at + askedAtOnce);
    await Promise.all(some.map((id) => ports.knowMember(organizationId, id)));
  }
}

/** What somebody else changed meanwhile is drawn above what is typed; everything else is an error on its field. */
async function refused(
  ports: SlackDeps,
  submission: Submission,
  refusal: Refusal,
  shown: ShownRole,
  role: RoleDetails | null,
): Promise<SubmissionAnswer> {
  if (refusal.code === "stale" && role !== null) return stale(ports, submission, shown, role.id);
  const inputs = Object.keys(submission.view.state.values);
  const wanted = about(refusal.code, shown);
  return errors(inputs.includes(wanted) ? wanted : (inputs[0] ?? wanted), refusalWords(refusal));
}

function about(code: Refusal["code"], shown: ShownRole): string {
  switch (code) {
    case "not-full-members":
    case "last-admin":
    case "role-bound":
      return membersBlock(shown);
    case "not-found":
      return ids.block.scope;
    default:
      return ids.block.name;
  }
}

async function stale(
  ports: SlackDeps,
  { organizationId }: Submission,
  shown: ShownRole,
  roleId: string,
): Promise<SubmissionAnswer> {
  const { db } = ports.context;
  const [role, change, places] = await Promise.all([
    getRole(db, organizationId, roleId),
    getRoleChange(db, organizationId, roleId),
    listRoleScopes(db, organizationId),
  ]);
  if (role === undefined) return errors(ids.block.name, refusalWords({ code: "not-found", what: "role" }));
  const notice = changedBlocks(change, roleNow(role, places, shown.projectId));
  return {
    response_action: "update",
    view: roleModal({ role, places, projectId: shown.projectId, notice }),
  };
}

async function bind(ports: SlackDeps, submission: Submission): Promise<SubmissionAnswer> {
  const { organizationId } = submission;
  const { roleId, version } = readShownRole(submission.metadata);
  const groupId = submission.value(ids.block.group, ids.action.pickGroup);
  const chosen = submission.values(ids.block.groupProjects, ids.input.groupProjects);
  if (roleId === null || groupId === "") return errors(ids.block.group, "Choose a user group.");
  const projectIds = chosen.length === 0 ? null : chosen;
  const result = await bindRole(ports.context, { ...by(submission), roleId, version, groupId, projectIds });
  if (!result.ok) {
    return (
      (result.refusal.code === "stale" ? await staleGroup(ports, submission, roleId) : undefined) ??
      errors(ids.block.group, refusalWords(result.refusal))
    );
  }
  await ports.syncRole(organizationId, roleId).catch((error) => {
    // It is bound: its members follow with the next reading of the group.
    ports.log.warn({ err: error, roleId }, "a bound role was not filled at once");
  });
  return undefined;
}

/** The same form on the role as it is now; undefined where it cannot be drawn. */
async function staleGroup(
  ports: SlackDeps,
  { organizationId, metadata }: Submission,
  roleId: string,
): Promise<SubmissionAnswer> {
  const { db } = ports.context;
  const [role, change, places, groups] = await Promise.all([
    getRole(db, organizationId, roleId),
    getRoleChange(db, organizationId, roleId),
    listRoleScopes(db, organizationId),
    ports.listGroups(organizationId).catch(() => []),
  ]);
  if (role === undefined || groups.length === 0) return undefined;
  const shown = { ...readShownRole(metadata), version: role.version };
  const notice = changedBlocks(change, roleNow(role, places, shown.projectId));
  return { response_action: "update", view: groupModal(role, groups, places, shown, notice) };
}

async function remove(ports: SlackDeps, submission: Submission): Promise<SubmissionAnswer> {
  const { roleId, version } = readShownRole(submission.metadata);
  if (roleId === null) return undefined;
  const result = await deleteRole(ports.context, { ...by(submission), roleId, version });
  if (result.ok) return undefined;
  return { response_action: "update", view: savedModal("Delete Role", [refusalWords(result.refusal)]) };
}
