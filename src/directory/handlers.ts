import type { Handlers } from "../outbox/handlers.ts";
import { warnAdmins } from "../usecases/delivery/warn-admins.ts";
import type { Directory } from "./directory.ts";
import { readGroups } from "./read-groups.ts";
import { readPeople } from "./read-people.ts";
import { refreshMember } from "./refresh-member.ts";
import { syncGroup } from "./sync-group.ts";

type DirectoryKind = "refresh-member" | "sync-group" | "read-people" | "read-groups" | "warn-admins";

/** Returns the handlers that keep people and groups in sync with Slack, and warn the admins of the consequences. */
export function directoryHandlers(directory: Directory): Pick<Handlers, DirectoryKind> {
  return {
    "refresh-member": {
      run: ({ organizationId, payload }) => refreshMember(directory, organizationId, payload.userId),
    },
    "sync-group": {
      run: ({ organizationId, payload }) => syncGroup(directory, organizationId, payload.groupId),
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
