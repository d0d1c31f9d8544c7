import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Payload } from "../outbox/items.ts";
import { warnAdmins } from "../usecases/delivery/warn-admins.ts";
import type { Directory } from "./directory.ts";
import { readGroups } from "./read-groups.ts";
import { readPeople } from "./read-people.ts";
import { refreshMember } from "./refresh-member.ts";
import { syncGroup } from "./sync-group.ts";

type Handler = { run(item: { organizationId: string; payload: unknown }): Promise<Outcome> };

/** What the outbox carries out to keep people and groups in step with Slack, by kind of item. */
export function directoryHandlers(directory: Directory): Record<string, Handler> {
  return {
    "refresh-member": {
      run: ({ organizationId, payload }) =>
        refreshMember(directory, organizationId, (payload as Payload<"refresh-member">).userId),
    },
    "sync-group": {
      run: ({ organizationId, payload }) =>
        syncGroup(directory, organizationId, (payload as Payload<"sync-group">).groupId),
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
