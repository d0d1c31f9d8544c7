/** A Slack user id (U… or W…). It identifies a person; an email address never does. */
export type MemberId = string;

/**
 * What Slack says about a person. Only `active` people, full members of this organization, may request, review, or
 * promote. A `stranger` is a member of another workspace whom Slack shows in a shared channel.
 */
export type MemberStatus = "active" | "deactivated" | "guest" | "bot" | "stranger";

/** A full member's role in the Slack workspace; null for a regular member. */
export type WorkspaceRole = "owner" | "admin" | null;

/** A person with the name that screens show. */
export type Person = { id: MemberId; name: string };

/** A role that a member holds, for the whole organization (`projectId` null) or for one project. */
export type Holding = { roleId: string; projectId: string | null };

/** A member with the facts that the rules need. */
export type MemberFacts = { id: MemberId; status: MemberStatus; holdings: readonly Holding[] };

/** Returns whether a member holds one of these roles, for the organization or for this project. */
export function holds(member: MemberFacts, roleIds: readonly string[], projectId: string): boolean {
  return member.holdings.some(
    (holding) =>
      roleIds.includes(holding.roleId) && (holding.projectId === null || holding.projectId === projectId),
  );
}
