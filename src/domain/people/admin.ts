import type { MemberStatus, WorkspaceRole } from "./people.ts";

/** The facts about a person who wants to change a setting. */
export type AdminFacts = {
  status: MemberStatus;
  holdsAdmin: boolean;
  workspaceRole: WorkspaceRole;
  /** Who holds the Admin role in this organization: `none`: nobody, `gone`: only people who left, `some`: an active member. */
  admins: "none" | "gone" | "some";
};

/**
 * Returns whether a person is an admin of Signoff: an active member who holds the Admin role. Until anyone holds it, the
 * workspace's owners and admins are admins. If every holder has left, only its owners are.
 */
export function isAdmin(facts: AdminFacts): boolean {
  if (facts.status !== "active") return false;
  switch (facts.admins) {
    case "some":
      return facts.holdsAdmin;
    case "gone":
      return facts.workspaceRole === "owner";
    case "none":
      return facts.workspaceRole !== null;
  }
}
