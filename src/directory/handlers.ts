import type { Handlers } from "../outbox/handlers.ts";
import { warnAdmins } from "../usecases/delivery/warn-admins.ts";
import { warnGroupUnread } from "../usecases/people/warn-group-unread.ts";
import type { Directory } from "./directory.ts";
import { readGroups } from "./read-groups.ts";
import { readPeople } from "./read-people.ts";
import { refreshMember } from "./refresh-member.ts";
import { syncGroup } from "./sync-group.ts";

type DirectoryKind = "refresh-member" | "sync-group" | "read-people" | "read-groups" | "warn-admins";

/** The attempts after which the admins are told that a group cannot be read, about ten minutes. The hourly run tries again. */
const groupAttempts = 12;

/** Returns the handlers that keep people and groups in sync with Slack, and warn the admins of the consequences. */
export function directoryHandlers(directory: Directory): Pick<Handlers, DirectoryKind> {
  return {
    "refresh-member": {
      run: ({ organizationId, payload: { userId, moved } }) =>
        refreshMember(directory, organizationId, userId, moved === true ? "moved" : "event"),
    },
    "sync-group": {
      run: ({ organizationId, payload }) => syncGroup(directory, organizationId, payload.groupId),
      maxAttempts: groupAttempts,
      onDead: ({ organizationId, payload }, reason) =>
        warnGroupUnread(directory.context, organizationId, payload.groupId, reason),
    },
    "read-people": { run: ({ organizationId }) => readPeople(directory, organizationId) },
    "read-groups": { run: ({ organizationId }) => readGroups(directory, organizationId) },
    "warn-admins": {
      run: async ({ organizationId }) => {
        await warnAdmins(directory.context, organizationId);
        return { kind: "done" };
      },
    },
  };
}
