import type { KnownBlock } from "@slack/types";
import type { RoleScopeCount, RoleSummary } from "../../../queries/people/get-roles.ts";
import { actions, button, pageButtons, section } from "../../blocks/blocks.ts";
import { shortName } from "../../words/names.ts";
import { countWords, escaped, escapeWithin, joinWithin, nameList } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";

export const rolesPerPage = 20;

export type RoleScope = { id: string; name: string };

export const name = (text: string): string => escapeWithin(shortName(text), 300);

/** Returns Settings › Roles. */
export function roleListBlocks(roles: readonly RoleSummary[], page: number, total: number): KnownBlock[] {
  const hasPrevious = page > 0 && total > rolesPerPage;
  const hasNext = (page + 1) * rolesPerPage < total;
  return [
    actions([button(ids.action.createRole, "New Role", "new")], "roles"),
    ...roles.map(roleBlock),
    ...pageButtons(
      hasPrevious ? button(ids.action.page, "Previous", page - 1) : null,
      hasNext ? button(ids.action.nextPage, "Next", page + 1) : null,
      "roles-pages",
    ),
  ];
}

function roleBlock(role: RoleSummary): KnownBlock {
  const edit = button(ids.action.editRole, "Edit", role.id, { label: `Edit ${shortName(role.name)}` });
  return section(`*${name(role.name)}*\n${roleWords(role)}`, edit);
}

function roleWords({ admin, members, scopes, group }: RoleSummary): string {
  if (admin && members === 0)
    return "Runs Signoff. Nobody is in it yet: the workspace's owners and admins are admins";
  const held = `${countWords(members, "member")}${members === 0 ? "" : ` · ${scopeWords(scopes)}`}`;
  if (group === null) return admin ? `Runs Signoff · ${held}` : held;
  const where = group.projects === null ? "" : ` for ${escaped(nameList(group.projects.map(shortName)))}`;
  return `${held} · follows ${groupMention(group.id)}${where}`;
}

/** Returns "whole organization", "Commerce", or "whole organization 2, Commerce 1". */
function scopeWords(scopes: readonly RoleScopeCount[]): string {
  const names = scopes.map(({ project }) => (project === null ? "whole organization" : name(project)));
  if (scopes.length === 1) return names[0] ?? "";
  const counts = names.map((scope, i) => `${scope} ${scopes[i]?.members}`);
  return joinWithin(counts, ", ", 1200, (rest) => `${rest} more`, 8);
}

/** Returns a mention, which Slack displays as the group's handle. Source: https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups */
export const groupMention = (id: string): string => `<!subteam^${id.replace(/[^A-Z0-9]/gi, "")}>`;
