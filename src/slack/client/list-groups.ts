import type { WebClient } from "@slack/web-api";
import { cleanName } from "../../domain/shared/clean-text.ts";

/** A user group of the workspace, to which a role can be bound. */
export type Group = { id: string; name: string; handle: string };

/** Returns the enabled user groups of the workspace, sorted by name: https://docs.slack.dev/reference/methods/usergroups.list */
export async function listGroups(client: WebClient): Promise<Group[]> {
  const { usergroups = [] } = await client.usergroups.list({ include_disabled: false });
  return usergroups
    .flatMap(({ id, name, handle, date_delete }) =>
      id === undefined || date_delete
        ? []
        : [{ id, name: cleanName(name ?? "") || id, handle: cleanName(handle ?? "") }],
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}
