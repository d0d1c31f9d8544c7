import { groupObject } from "../people/payloads.ts";
import type { Method } from "./method.ts";
import { flagArg, required, SlackError } from "./method.ts";

const read = () => ["usergroups:read"];

/**
 * Not paginated. Users and counts are included on request only. Source:
 * https://docs.slack.dev/reference/methods/usergroups.list
 */
export const usergroupsList: Method = {
  scopes: read,
  run(context) {
    const { workspace } = context;
    const withDisabled = flagArg(context, "include_disabled");
    const withUsers = flagArg(context, "include_users");
    const withCount = flagArg(context, "include_count");
    const groups = [...workspace.groups.values()].filter((group) => withDisabled || !group.isDisabled);
    return {
      usergroups: groups.map((group) => {
        const { user_count, ...object } = groupObject(workspace, group, withUsers);
        return { ...object, ...(withCount && { user_count }) };
      }),
    };
  },
};

/** Source: https://docs.slack.dev/reference/methods/usergroups.users.list */
export const usergroupsUsersList: Method = {
  scopes: read,
  run(context) {
    const group = context.workspace.groups.get(required(context, "usergroup"));
    const isHidden = group?.isDisabled === true && !flagArg(context, "include_disabled");
    if (group === undefined || isHidden) throw new SlackError("no_such_subteam");
    return { users: group.users };
  },
};
