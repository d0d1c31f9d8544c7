import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import type { Person } from "../../../domain/people/people.ts";
import type { RoleDetails } from "../../../queries/people/get-roles.ts";
import { actions, button, context, modal, option, section } from "../../blocks/blocks.ts";
import { input, matchingOptions, selectOrSearchInput, textInput } from "../../blocks/inputs.ts";
import { metadataCodec } from "../../kernel/codec.ts";
import { shortName } from "../../words/names.ts";
import { countWords, escaped, escapeWithin, joinWithin, nameList } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { groupMention, name, type RoleScope } from "./roles-view.ts";

const shownRole = z.object({
  /** Null for a role that is being created. */
  roleId: z.string().nullable(),
  /** The version of the role that the person saw: if two people save, the second one is told. */
  version: z.int(),
  /** The project whose members are listed; null: members for the whole organization. */
  projectId: z.string().nullable(),
});

/** What the modals of one role carry along. */
export type ShownRole = z.infer<typeof shownRole>;

const { write: writeShownRole, read: readShownRole } = metadataCodec(shownRole);

export { readShownRole };

/** Returns a block id for each scope: under the same id, Slack would keep the members chosen for another scope. */
export const membersBlock = ({ projectId }: Pick<ShownRole, "projectId">): string =>
  `${ids.block.members}:${projectId ?? wholeOrganization}`;

/** The value of the option for the whole organization. */
export const wholeOrganization = "all";

/** Returns the frame of a modal of one role. */
export function shownRoleModal(
  callbackId: string,
  title: string,
  submit: string | undefined,
  shown: ShownRole,
  blocks: KnownBlock[],
): ModalView {
  return modal({ callbackId, title, submit, metadata: writeShownRole(shown), blocks });
}

export type RoleModal = {
  /** Null for a role that is being created. */
  role: RoleDetails | null;
  projects: readonly RoleScope[];
  projectId: string | null;
  /** At the top: what another admin changed meanwhile. */
  notice?: KnownBlock[];
};

/** Returns **New Role** or **Edit Role**: its name, and its members for one scope. */
export function roleModal({ role, projects, projectId, notice = [] }: RoleModal): ModalView {
  const shown: ShownRole = { roleId: role?.id ?? null, version: role?.version ?? 0, projectId };
  const { title, submit } =
    role === null ? { title: "New Role", submit: "Create" } : { title: "Edit Role", submit: "Save" };
  const bound = role !== null && role.groupId !== null;
  return shownRoleModal(ids.view.role, title, submit, shown, [
    ...notice,
    ...(role?.admin
      ? [section("*Admin*: its members run Signoff and change its settings.")]
      : [nameInput(role?.name ?? "")]),
    ...(bound ? groupBlocks(role, projects) : memberBlocks(role, projects, shown)),
    ...(role === null || role.admin ? [] : [moreActions(role, bound)]),
  ]);
}

function nameInput(value: string): InputBlock {
  return textInput({
    id: ids.block.name,
    label: "Name",
    limit: nameLimits.name,
    value,
    placeholder: "Release Managers",
  });
}

function memberBlocks(
  role: RoleDetails | null,
  projects: readonly RoleScope[],
  shown: ShownRole,
): KnownBlock[] {
  const isAdmin = role?.admin === true;
  const hasScopes = !isAdmin && projects.length > 0;
  return [
    ...(hasScopes ? [scopeInput(projects, shown.projectId)] : []),
    membersInput(role, shown, hasScopes),
    ...otherScopes(role, projects, shown.projectId),
  ];
}

function membersInput(role: RoleDetails | null, shown: ShownRole, hasScopes: boolean): InputBlock {
  const members = membersFor(role, shown.projectId);
  return input(
    {
      id: membersBlock(shown),
      optional: role?.admin !== true,
      label: "Members",
      hint: `Full members of this workspace${hasScopes ? ", for the place chosen above" : ""}.`,
    },
    {
      type: "multi_users_select",
      action_id: ids.input.members,
      ...(members.length === 0 ? {} : { initial_users: members.map(({ id }) => id) }),
    },
  );
}

const membersFor = (role: RoleDetails | null, projectId: string | null): readonly Person[] =>
  role?.holders.find((scope) => scope.projectId === projectId)?.people ?? [];

/** Returns who holds the role for other scopes. Archived projects are left out. */
function otherScopes(
  role: RoleDetails | null,
  projects: readonly RoleScope[],
  projectId: string | null,
): KnownBlock[] {
  const isListed = (id: string | null) => id === null || projects.some((project) => project.id === id);
  const others = (role?.holders ?? []).filter(
    (scope) => scope.projectId !== projectId && scope.people.length > 0 && isListed(scope.projectId),
  );
  if (others.length === 0) return [];
  const parts = others.map((scope) =>
    escaped(`${scopeName(projects, scope.projectId)}: ${peopleWords(scope.people)}`),
  );
  const moreWords = (rest: number) => `and for ${countWords(rest, "other project")}`;
  return [context(`Also held for ${joinWithin(parts, " · ", 1900, moreWords)}`)];
}

const scopeName = (projects: readonly RoleScope[], projectId: string | null): string =>
  projectId === null
    ? "the whole organization"
    : shortName(projects.find(({ id }) => id === projectId)?.name ?? "an archived project");

const peopleWords = (people: readonly Person[]): string =>
  nameList(people.map((person) => shortName(person.name)));

export const scopeOption = ({ id, name: text }: RoleScope): PlainTextOption =>
  option({ text: shortName(text), value: id });

const organizationScope: RoleScope = { id: wholeOrganization, name: "Whole organization" };

/** Returns the options for the scopes whose name contains what was typed. */
export const searchedScopes = (projects: readonly RoleScope[], typed: string): PlainTextOption[] =>
  matchingOptions([organizationScope, ...projects], typed, (scope) => scope.name, scopeOption);

function scopeInput(projects: readonly RoleScope[], projectId: string | null): InputBlock {
  const scopes = [organizationScope, ...projects];
  const chosen = scopes.find(({ id }) => id === (projectId ?? wholeOrganization)) ?? organizationScope;
  return selectOrSearchInput({
    id: ids.block.scope,
    actionId: ids.action.pickScope,
    label: "Where",
    options: scopes.map(scopeOption),
    chosen: scopeOption(chosen),
    dispatch: true,
  });
}

function groupBlocks(role: RoleDetails, projects: readonly RoleScope[]): KnownBlock[] {
  const where =
    role.groupProjectIds === null
      ? "the whole organization"
      : nameList(role.groupProjectIds.map((id) => scopeName(projects, id)));
  const people = new Map(
    role.holders.flatMap((scope) => scope.people.map((person) => [person.id, person] as const)),
  );
  const who = people.size === 0 ? "Nobody is in it yet." : peopleWords([...people.values()]);
  return [
    section(`👥 Follows ${groupMention(role.groupId ?? "")}, for ${escapeWithin(where, 1000)}.`),
    context(escapeWithin(who, 1500)),
  ];
}

function moreActions({ id, name: text }: RoleDetails, bound: boolean): KnownBlock {
  return actions(
    [
      button(ids.action.openGroup, bound ? "Change User Group" : "Bind to User Group", id),
      button(ids.action.openDelete, "Delete", id, { style: "danger", label: `Delete ${shortName(text)}` }),
    ],
    "role-more",
  );
}

/** Returns **Delete Role**, which asks to confirm. */
export function deleteRoleModal(role: RoleDetails, shown: ShownRole): ModalView {
  return shownRoleModal(ids.view.deleteRole, "Delete Role", "Delete", shown, [
    section(
      `Delete *${name(role.name)}*? Nobody holds it any more then. What was decided stays in the audit log.`,
    ),
    actions([button(ids.action.backToRole, "Back", role.id)], "delete-more"),
  ]);
}

/** Returns what a role is now, as plain text, for an admin whose Save came second. */
export function roleNow(role: RoleDetails, projects: readonly RoleScope[], projectId: string | null): string {
  const members = membersFor(role, projectId);
  const lines = [`• Name: ${shortName(role.name)}`];
  if (role.groupId !== null) return [...lines, "• It follows a Slack user group now"].join("\n");
  return [
    ...lines,
    `• Members for ${scopeName(projects, projectId)}: ${members.length === 0 ? "none" : peopleWords(members)}`,
  ].join("\n");
}
