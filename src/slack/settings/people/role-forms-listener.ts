import type { App } from "@slack/bolt";
import type { MemberId } from "../../../domain/people/people.ts";
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
import { actingMember } from "../../kernel/acting-member.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import {
  fieldError,
  onSubmit,
  replaceModal,
  type Submission,
  type SubmissionReply,
} from "../../kernel/submission.ts";
import { refusalWords } from "../../words/refusals.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { redrawUnlessError } from "../settings-listener.ts";
import { changedBlocks, savedModal } from "../workflow/workflow-view.ts";
import { groupModal } from "./group-modal-view.ts";
import { membersBlock, readShownRole, roleModal, roleNow, type ShownRole } from "./role-modal-view.ts";

const noRoleWords = refusalWords({ code: "not-found", what: "role" });

/** Listens to the submissions of Settings › Roles. */
export function listenToRoleForms(app: App, deps: SlackDeps): void {
  const onForm = (
    callbackId: string,
    faultBlock: string | null | ((submission: Submission) => string | null),
    submit: (deps: SlackDeps, submission: Submission) => Promise<SubmissionReply>,
  ) =>
    onSubmit(app, deps, {
      callbackId,
      faultBlock,
      work: (submission) => submit(deps, submission),
      redraw: (submission, answer) => redrawUnlessError(deps, submission, answer, { section: "roles" }),
    });
  onForm(ids.view.role, firstInput, submitRole);
  onForm(ids.view.group, ids.block.group, submitGroup);
  onForm(ids.view.deleteRole, null, submitDeletion);
}

/** The inputs of the form depend on the role: the one of Admin has no name, and that of a bound role no members. */
const firstInput = ({ inputs }: Submission): string | null => inputs[0] ?? null;

async function submitRole(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId } = submission;
  const shown = readShownRole(submission.metadata);
  const { roleId, version, projectId } = shown;
  const role = roleId === null ? null : await getRole(deps.context.db, organizationId, roleId);
  if (role === undefined) return fieldError(ids.block.name, noRoleWords);
  const name = role?.admin ? role.name : submission.value(ids.block.name, ids.block.name).trim();
  if (name === "") return fieldError(ids.block.name, "A role needs a name.");
  const memberIds = submission.values(membersBlock(shown), ids.input.members);
  await knowAddedHolders(deps, organizationId, role, { projectId, memberIds });
  const holders = { projectId, memberIds };
  const result =
    roleId === null
      ? await createRole(deps.context, { ...actingMember(submission), name, holders })
      : await saveRole(deps.context, {
          ...{ ...actingMember(submission), roleId, version, name },
          // The form of a bound role has no members to save.
          holders: hasMembers(submission, shown) ? holders : null,
        });
  return result.ok ? {} : refuse(deps, submission, result.refusal, shown, role);
}

const hasMembers = ({ inputs }: Submission, shown: ShownRole): boolean =>
  inputs.includes(membersBlock(shown));

/** How many people are fetched from Slack at the same time. */
const fetchedAtOnce = 8;

/** Fetches the added people before the rule asks who they are: a picker offers guests, bots, and strangers too. */
async function knowAddedHolders(
  deps: SlackDeps,
  organizationId: string,
  role: RoleDetails | null,
  { projectId, memberIds }: { projectId: string | null; memberIds: readonly MemberId[] },
): Promise<void> {
  const existing = role?.holders.find((scope) => scope.projectId === projectId)?.people ?? [];
  const added = memberIds.filter((id) => !existing.some((person) => person.id === id));
  for (let i = 0; i < added.length; i += fetchedAtOnce) {
    const batch = added.slice(i, i + fetchedAtOnce);
    await Promise.all(batch.map((id) => deps.knowMember(organizationId, id)));
  }
}

/** Shows above the form what somebody else changed; every other refusal is an error at its field. */
async function refuse(
  deps: SlackDeps,
  submission: Submission,
  refusal: Refusal,
  shown: ShownRole,
  role: RoleDetails | null,
): Promise<SubmissionReply> {
  if (refusal.code === "stale" && role !== null) return showRoleChange(deps, submission, shown, role.id);
  const { inputs } = submission;
  const field = fieldOf(refusal.code, shown);
  return fieldError(inputs.includes(field) ? field : (inputs[0] ?? field), refusalWords(refusal));
}

function fieldOf(code: Refusal["code"], shown: ShownRole): string {
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

async function showRoleChange(
  deps: SlackDeps,
  { organizationId }: Submission,
  shown: ShownRole,
  roleId: string,
): Promise<SubmissionReply> {
  const { db } = deps.context;
  const [role, change, projects] = await Promise.all([
    getRole(db, organizationId, roleId),
    getRoleChange(db, organizationId, roleId),
    listRoleScopes(db, organizationId),
  ]);
  if (role === undefined) return fieldError(ids.block.name, noRoleWords);
  const notice = changedBlocks(change, roleNow(role, projects, shown.projectId));
  return replaceModal(roleModal({ role, projects, projectId: shown.projectId, notice }));
}

async function submitGroup(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId } = submission;
  const { roleId, version } = readShownRole(submission.metadata);
  const groupId = submission.value(ids.block.group, ids.action.pickGroup);
  const chosen = submission.values(ids.block.groupProjects, ids.input.groupProjects);
  if (roleId === null || groupId === "") return fieldError(ids.block.group, "Choose a user group.");
  const projectIds = chosen.length === 0 ? null : chosen;
  const input = { ...actingMember(submission), roleId, version, groupId, projectIds };
  const result = await bindRole(deps.context, input);
  if (!result.ok) {
    const changed =
      result.refusal.code === "stale" ? await showGroupChange(deps, submission, roleId) : undefined;
    return changed ?? fieldError(ids.block.group, refusalWords(result.refusal));
  }
  await deps.syncRole(organizationId, roleId).catch((error) => {
    // The role is bound: its members follow with the next reading of the group.
    deps.log.warn({ err: error, roleId }, "A role that was bound has no members yet");
  });
  return {};
}

/** Shows the same form on the role as it is now; undefined if it cannot be drawn. */
async function showGroupChange(
  deps: SlackDeps,
  { organizationId, metadata }: Submission,
  roleId: string,
): Promise<SubmissionReply | undefined> {
  const { db } = deps.context;
  const [role, change, projects, groups] = await Promise.all([
    getRole(db, organizationId, roleId),
    getRoleChange(db, organizationId, roleId),
    listRoleScopes(db, organizationId),
    deps.listGroups(organizationId).catch(() => []),
  ]);
  if (role === undefined || groups.length === 0) return undefined;
  const shown = { ...readShownRole(metadata), version: role.version };
  const notice = changedBlocks(change, roleNow(role, projects, shown.projectId));
  return replaceModal(groupModal(role, groups, projects, shown, notice));
}

async function submitDeletion(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { roleId, version } = readShownRole(submission.metadata);
  if (roleId === null) return {};
  const result = await deleteRole(deps.context, { ...actingMember(submission), roleId, version });
  return result.ok ? {} : replaceModal(savedModal("Delete Role", [refusalWords(result.refusal)]));
}
