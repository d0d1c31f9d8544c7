import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { RoleDetails } from "../../../queries/people/get-roles.ts";
import { actions, button, option, section } from "../../blocks/blocks.ts";
import { matchingOptions, multiSelectOrSearchInput, selectOrSearchInput } from "../../blocks/inputs.ts";
import type { Group } from "../../client/list-groups.ts";
import { shortName } from "../../words/names.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { type ShownRole, scopeOption, shownRoleModal } from "./role-modal-view.ts";
import { name, type RoleScope } from "./roles-view.ts";

/** Returns **User Group**: the Slack user group whose members hold the role, and in which projects. */
export function groupModal(
  role: RoleDetails,
  groups: readonly Group[],
  projects: readonly RoleScope[],
  shown: ShownRole,
  notice: KnownBlock[] = [],
): ModalView {
  const back = button(ids.action.backToRole, "Back", role.id);
  const unbind = button(ids.action.unbind, "Unbind", role.id, {
    style: "danger",
    label: `Unbind ${shortName(role.name)} from its user group`,
  });
  const elements = role.groupId === null ? [back] : [back, unbind];
  const blocks: KnownBlock[] = [
    ...notice,
    section(
      `The active full members of a Slack user group hold *${name(role.name)}*, and it is kept in step.`,
    ),
    ...(groups.length === 0
      ? [section("This workspace has no user group. Make one in Slack, under People, then come back.")]
      : [groupInput(role, groups), ...projectsInput(role, projects)]),
    actions(elements, "group-more"),
  ];
  const submit = groups.length === 0 ? undefined : "Bind";
  return shownRoleModal(ids.view.group, "User Group", submit, shown, blocks);
}

const groupOption = ({ id, name: text, handle }: Group): PlainTextOption =>
  option({ text: handle === "" ? text : `${text} (@${handle})`, value: id });

/** Returns the options for the groups whose name or handle contains what was typed. */
export const searchedGroups = (groups: readonly Group[], typed: string): PlainTextOption[] =>
  matchingOptions(groups, typed, (group) => `${group.name} ${group.handle}`, groupOption);

function groupInput({ groupId }: RoleDetails, groups: readonly Group[]): InputBlock {
  const current = groups.find(({ id }) => id === groupId);
  return selectOrSearchInput({
    id: ids.block.group,
    actionId: ids.action.pickGroup,
    label: "User group",
    options: groups.map(groupOption),
    chosen: current && groupOption(current),
  });
}

function projectsInput({ groupProjectIds }: RoleDetails, projects: readonly RoleScope[]): InputBlock[] {
  if (projects.length === 0) return [];
  return [
    multiSelectOrSearchInput({
      id: ids.block.groupProjects,
      actionId: ids.input.groupProjects,
      label: "Projects",
      hint: "Where they hold the role; none: for the whole organization.",
      options: projects.map(scopeOption),
      chosen: groupProjectIds ?? [],
      optional: true,
    }),
  ];
}
