/** A Slack user's id (U… or W…). People are known by it, never by email. */
export type MemberId = string;

/**
 * What Slack says of a person. Only `active` ones, full members of this organization, may request, review or promote;
 * a stranger is a member of another workspace, seen here through a shared channel.
 */
export type MemberStatus = "active" | "deactivated" | "guest" | "bot" | "stranger";

/** What Slack lets a full member do in their workspace; null: nothing special. */
export type WorkspaceRole = "owner" | "admin" | null;

/** A person as screens name them. */
export type Person = { id: MemberId; name: string };

/** A role held for the whole organization (`projectId` null) or for one project. */
export type Holding = { roleId: string; projectId: string | null };

/** A member with what the rules ask about them. */
export type MemberFacts = { id: MemberId; standing: MemberStatus; holdings: readonly Holding[] };

/** Whether one of these roles is held for the organization or for this project. */
export function holds(member: MemberFacts, roleIds: readonly string[], projectId: string): boolean {
  return member.holdings.some(
    (holding) =>
      roleIds.includes(holding.roleId) && (holding.projectId === null || holding.projectId === projectId),
  );
}
