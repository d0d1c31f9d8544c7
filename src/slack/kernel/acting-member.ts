import { member } from "../../domain/shared/actor.ts";

/** Returns who acts in Slack, as the use cases take it. */
export const actingMember = ({ organizationId, userId }: { organizationId: string; userId: string }) => ({
  organizationId,
  actor: member(userId),
  surface: "slack" as const,
});
