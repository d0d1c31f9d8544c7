import type { KnownBlock } from "@slack/types";
import type { RoleScopeCount, RoleSummary } from "../../../queries/people/get-roles.ts";
import { escaped, escapeWithin, nameList, plain, textLimits } from "../../words/text.ts";
import { countWords, shortName } from "../../words/words.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { section, settingsButton } from "../settings-view.ts";

export const rolesPerPage = 20;

export type RoleScope = { id: string; name: string };

export const name = (text: string): string => escapeWithin(shortName(text), 300);

/** Settings › Roles: the list. */
export function roleListBlocks(roles: readonly RoleSummary[], page: number, total: number): KnownBlock[] {
  const last = Math.max(0, Math.ceil(total / rolesPerPage) - 1);
  return [
    {
      type: "actions",
      block_id: "roles",
      elements: [settingsButton(ids.action.createRole, "New Role", "new")],
    },
    ...roles.map((role): KnownBlock => {
      const accessory = settingsButton(ids.action.editRole, "Edit", role.id, {
        accessibility_label: plain(`Edit ${shortName(role.name)}`, textLimits.button).text,
      });
      return { ...section(`*${name(role.name)}*\n${roleWords(role)}`), accessory } as KnownBlock;
    }),
    ...(last === 0 ? [] : [pager(page, last)]),
  ];
}

function pager(page: number, last: number): KnownBlock {
  const back = settingsButton(ids.action.page, "Previous", String(page - 1));
  const on = settingsButton(ids.action.nextPage, "Next", String(page + 1));
  const elements = [...(page > 0 ? [back] : []), ...(page < last ? [on] : [])];
  return { type: "actions", block_id: "roles-pages", elements };
}

function roleWords({ admin, members, places, group }: RoleSummary): string {
  if (admin && members === 0)
    return "Runs Signoff. Nobody is in it yet: the workspace's owners and admins are admins";
  const held = `${countWords(members, "member")}${members === 0 ? "" : ` · ${placeWords(places)}`}`;
  if (group === null) return admin ? `Runs Signoff · ${held}` : held;
  const where = group.projects === null ? "" : ` for ${escaped(nameList(group.projects.map(shortName)))}`;
  return `${held} · follows ${groupMention(group.id)}${where}`;
}

/** "whole organization", "Commerce", "whole organization 2, Commerce 1" */
function placeWords(places: readonly RoleScopeCount[]): string {
  const names = places.map(({ project }) => (project === null ? "whole organization" : name(project)));
  if (places.length === 1) return names[0] ?? "";
  const shown = names.slice(0, 8).map((place, i) => `${place} ${places[i]?.members}`);
  return [...shown, ...(names.length > 8 ? [`${names.length - 8} more`] : [])].join(", ");
}

/** Slack shows the group's handle: https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups */
export const groupMention = (id: string): string => `<!subteam^${id.replace(/[^A-Z0-9]/gi, "")}>`;
