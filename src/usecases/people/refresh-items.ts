import type { MemberId } from "../../domain/people/people.ts";
import type { ItemToAdd } from "../../outbox/add-items.ts";

/** Returns the outbox item that reads a member from Slack again. */
export function refreshItem(organizationId: string, userId: MemberId): ItemToAdd {
  return { organizationId, kind: "refresh-member", payload: { userId } };
}

/** Returns the outbox item that reads a member again because somebody else now has their address. */
export function movedItem(organizationId: string, userId: MemberId): ItemToAdd {
  return { organizationId, kind: "refresh-member", payload: { userId, moved: true } };
}

/** Returns the outbox item that reads a user group from Slack again. */
export function groupItem(organizationId: string, groupId: string): ItemToAdd {
  return { organizationId, kind: "sync-group", payload: { groupId } };
}
