import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import type { Person } from "../../../domain/people/people.ts";
import type { RoleDetails } from "../../../queries/people/get-roles.ts";
import { textInput } from "../../blocks/inputs.ts";
import { context } from "../../messages/details.ts";
import { escapeWithin, nameList, plain, textLimits } from "../../words/text.ts";
import { shortName } from "../../words/words.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { section, settingsButton } from "../settings-view.ts";
import { groupMention, name, type RoleScope } from "./roles-view.ts";

/** What the modals of one role remember. */
export type ShownRole = {
  /** Null: a role that is being created. */
  roleId: string | null;
  version: number;
  /** Whose members are shown; null: those for the whole organization. */
  projectId: string | null;
};

export const readShownRole = (metadata: string): ShownRole => JSON.parse(metadata) as ShownRole;

/** Each place has its own picker, so that its choice starts with who holds the role there. */
export const membersBlock = ({ projectId }: Pick<ShownRole, "projectId">): string =>
  `${ids.block.members}:${projectId ?? wholeOrganization}`;

/** The value of the choice that is no project. */
export const wholeOrganization = "all";

export function modal(
  callbackId: string,
  title: string,
  submit: string | null,
  shown: ShownRole,
  blocks: KnownBlock[],
) {
  return {
    type: "modal" as const,
    callback_id: callbackId,
    title: plain(title, 24),
    ...(submit === null ? {} : { submit: plain(submit, 24) }),
    close: plain("Close", 24),
    private_metadata: JSON.stringify(shown),
    blocks,
  };
}

export type RoleModal = {
  /** Null: a role that is being created. */
  role: RoleDetails | null;
  places: readonly RoleScope[];
  projectId: string | null;
  /** Drawn at the top: what somebody else changed meanwhile. */
  notice?: KnownBlock[];
};

/** **New Role** and **Edit Role**: its name, and who holds it in one place after the other. */
export function roleModal({ role, places, projectId, notice = [] }: RoleModal): ModalView {
  const shown: ShownRole = { roleId: role?.id ?? null, version: role?.version ?? 0, projectId };
  const bound = role !== null && role.groupId !== null;
  return modal(
    ids.view.role,
    role === null ? "New Role" : "Edit Role",
    role === null ? "Create" : "Save",
    shown,
    [
      ...notice,
      ...(role?.admin
        ? [section("*Admin*: its members run Signoff and change its settings.")]
        : [nameInput(role?.name ?? "")]),
      ...(bound ? boundBlocks(role, places) : holderInputs(role, places, shown)),
      ...(role === null || role.admin ? [] : [moreActions(role, bound)]),
    ],
  );
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

function holderInputs(
  role: RoleDetails | null,
  places: readonly RoleScope[],
  shown: ShownRole,
): KnownBlock[] {
  const here = role?.holders.find((one) => one.projectId === shown.projectId)?.people ?? [];
  const elsewhere = (role?.holders ?? []).filter(
    ({ projectId, people }) =>
      projectId !== shown.projectId &&
      people.length > 0 &&
      (projectId === null || places.some(({ id }) => id === projectId)),
  );
  const hasPlaces = role?.admin !== true && places.length > 0;
  const members: InputBlock = {
    type: "input",
    block_id: membersBlock(shown),
    optional: role?.admin !== true,
    label: plain("Members"),
    hint: plain(`Full members of this workspace${hasPlaces ? ", for the place chosen above" : ""}.`),
    element: {
      type: "multi_users_select",
      action_id: ids.input.members,
      ...(here.length === 0 ? {} : { initial_users: here.map(({ id }) => id) }),
    },
  };
  const also = elsewhere.map(
    ({ projectId, people }) => `${scopeName(places, projectId)}: ${peopleWords(people)}`,
  );
  return [
    ...(hasPlaces ? [scopeInput(places, shown.projectId)] : []),
    members,
    ...(also.length === 0 ? [] : [context(`Also held for ${escapeWithin(also.join(" · "), 1500)}`)]),
  ];
}

const scopeName = (places: readonly RoleScope[], projectId: string | null): string =>
  projectId === null
    ? "the whole organization"
    : shortName(places.find(({ id }) => id === projectId)?.name ?? "an archived project");

const peopleWords = (people: readonly Person[]): string => nameList(people.map((one) => shortName(one.name)));

export const scopeOption = ({ id, name: text }: RoleScope): PlainTextOption => ({
  text: plain(shortName(text), textLimits.option),
  value: id,
});

const everywhere: RoleScope = { id: wholeOrganization, name: "Whole organization" };

/** The most options that a select takes; with more, they are searched. */
export const mostOptions = 100;

/** The places that contain what was typed, as many as a select takes. */
export function searchedScopes(places: readonly RoleScope[], typed: string): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase();
  const found = [everywhere, ...places].filter((place) => place.name.toLowerCase().includes(wanted));
  return found.slice(0, mostOptions).map(scopeOption);
}

function scopeInput(places: readonly RoleScope[], projectId: string | null): InputBlock {
  const all = [everywhere, ...places];
  const initial = scopeOption(all.find(({ id }) => id === (projectId ?? wholeOrganization)) ?? everywhere);
  const common = { action_id: ids.action.pickScope, initial_option: initial };
  return {
    type: "input",
    block_id: ids.block.scope,
    dispatch_action: true,
    label: plain("Where"),
    element:
      all.length > mostOptions
        ? { type: "external_select", min_query_length: 0, ...common }
        : { type: "static_select", options: all.map(scopeOption), ...common },
  };
}

function boundBlocks(role: RoleDetails, places: readonly RoleScope[]): KnownBlock[] {
  const where =
    role.groupProjectIds === null
      ? "the whole organization"
      : nameList(role.groupProjectIds.map((id) => scopeName(places, id)));
  const people = new Map(role.holders.flatMap((place) => place.people.map((one) => [one.id, one] as const)));
  const who = people.size === 0 ? "Nobody is in it yet." : peopleWords([...people.values()]);
  return [
    section(`👥 Follows ${groupMention(role.groupId ?? "")}, for ${escapeWithin(where, 1000)}.`),
    context(escapeWithin(who, 1500)),
  ];
}

function moreActions({ id, name: text }: RoleDetails, bound: boolean): KnownBlock {
  return {
    type: "actions",
    block_id: "role-more",
    elements: [
      settingsButton(ids.action.openGroup, bound ? "Change User Group" : "Bind to User Group", id),
      settingsButton(ids.action.openDelete, "Delete", id, {
        style: "danger",
        accessibility_label: plain(`Delete ${shortName(text)}`, textLimits.button).text,
      }),
    ],
  };
}

/** **Delete Role**, to be confirmed. */
export function deleteRoleModal(role: RoleDetails, shown: ShownRole): ModalView {
  return modal(ids.view.deleteRole, "Delete Role", "Delete", shown, [
    section(
      `Delete *${name(role.name)}*? Nobody holds it any more then. What was decided stays in the audit log.`,
    ),
    {
      type: "actions",
      block_id: "delete-more",
      elements: [settingsButton(ids.action.backToRole, "Back", role.id)],
    },
  ]);
}

/** What a role says now, for the one whose Save came second. */
export function roleNow(role: RoleDetails, places: readonly RoleScope[], projectId: string | null): string {
  const here = role.holders.find((one) => one.projectId === projectId)?.people ?? [];
  const lines = [`• Name: ${shortName(role.name)}`];
  if (role.groupId !== null) return [...lines, "• It follows a Slack user group now"].join("\n");
  return [
    ...lines,
    `• Members for ${scopeName(places, projectId)}: ${here.length === 0 ? "none" : peopleWords(here)}`,
  ].join("\n");
}
