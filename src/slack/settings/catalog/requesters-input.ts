import type { KnownBlock, PlainTextOption } from "@slack/types";
import { option } from "../../blocks/blocks.ts";
import { matchingOptions, multiSelectOrSearchInput } from "../../blocks/inputs.ts";
import { shortName } from "../../words/names.ts";
import { projectIds as ids } from "./project-ids.ts";

export type RoleChoice = { id: string; name: string };

const roleOption = ({ id, name }: RoleChoice): PlainTextOption =>
  option({ text: shortName(name), value: id });

/** Returns the select of the roles that may request in a project (R14); no block while there is no role. */
export function requestersInput(roles: readonly RoleChoice[], chosen: readonly string[]): KnownBlock[] {
  if (roles.length === 0) return [];
  return [
    multiSelectOrSearchInput({
      id: ids.input.requesters,
      optional: true,
      label: "Who may request and promote",
      hint: "Members of these roles. Without any: every full member.",
      options: roles.map(roleOption),
      chosen,
      placeholder: "Type to search",
    }),
  ];
}

/** Returns the roles whose name contains what was typed, at most 100. */
export const searchedRequesters = (roles: readonly RoleChoice[], typed: string): PlainTextOption[] =>
  matchingOptions(roles, typed, ({ name }) => name, roleOption);
