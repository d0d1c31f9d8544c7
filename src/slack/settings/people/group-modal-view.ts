import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { RoleDetails } from "../../../queries/people/get-roles.ts";
import type { Group } from "../../client/list-groups.ts";
import { plain, textLimits } from "../../words/text.ts";
import { shortName } from "../../words/words.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { section, settingsButton } from "../settings-view.ts";
import { modal, mostOptions, type ShownRole, scopeOption } from "./role-modal-view.ts";
import { name, type RoleScope } from "./roles-view.ts";

/** **User Group**: the Slack user group whose members hold the role, and where. */
export function groupModal(
  role: RoleDetails,
  groups: readonly Group[],
  places: readonly RoleScope[],
  shown: ShownRole,
  notice: KnownBlock[] = [],
): ModalView {
  const back = settingsButton(ids.action.backToRole, "Back", role.id);
  const unbind = settingsButton(ids.action.unbind, "Unbind", role.id, {
    style: "danger",
    accessibility_label: plain(`Unbind ${shortName(role.name)} from its user group`, textLimits.button).text,
  });
  const elements = role.groupId === null ? [back] : [back, unbind];
  const blocks: KnownBlock[] = [
    ...notice,
    section(
      `The active full members of a Slack user group hold *${name(role.name)}*, and it is kept in step.`,
    ),
    ...(groups.length === 0
      ? [section("This workspace has no user group. Make one in Slack, under People, then come back.")]
      : [groupInput(role, groups), ...placesInput(role, places)]),
    { type: "actions", block_id: "group-more", elements },
  ];
  return modal(ids.view.group, "User Group", groups.length === 0 ? null : "Bind", shown, blocks);
}

const groupOption = ({ id, name: text, handle }: Group): PlainTextOption => ({
  text: plain(handle === "" ? text : `${text} (@${handle})`, textLimits.option),
  value: id,
});

/** The groups that contain what was typed, as many as a select takes. */
export function searchedGroups(groups: readonly Group[], typed: string): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase();
  return groups
    .filter((group) => `${group.name} ${group.handle}`.toLowerCase().includes(wanted))
    .slice(0, mostOptions)
    .map(groupOption);
}

function groupInput({ groupId }: RoleDetails, groups: readonly Group[]): InputBlock {
  const current = groups.find(({ id }) => id === groupId);
  const common = {
    action_id: ids.action.pickGroup,
    ...(current === undefined ? {} : { initial_option: groupOption(current) }),
  };
  return {
    type: "input",
    block_id: ids.block.group,
    label: plain("User group"),
    element:
      groups.length > mostOptions
        ? { type: "external_select", min_query_length: 0, ...common }
        : { type: "static_select", options: groups.map(groupOption), ...common },
  };
}

function placesInput({ groupProjectIds }: RoleDetails, places: readonly RoleScope[]): InputBlock[] {
  if (places.length === 0) return [];
  const chosen = places.filter(({ id }) => groupProjectIds?.includes(id)).map(scopeOption);
  const picked = chosen.length === 0 ? {} : { initial_options: chosen };
  const common = { action_id: ids.input.groupProjects, ...picked };
  return [
    {
      type: "input",
      block_id: ids.block.groupProjects,
      optional: true,
      label: plain("Projects"),
      hint: plain("Where they hold the role; none: for the whole organization."),
      element:
        places.length > mostOptions
          ? { type: "multi_external_select", min_query_length: 0, ...common }
          : { type: "multi_static_select", options: places.map(scopeOption), ...common },
    },
  ];
}
