import type { MemberStatus, WorkspaceRole } from "./people.ts";

/** What the rules ask about somebody who wants to change a setting. */
export type AdminFacts = {
  standing: MemberStatus;
  holdsAdmin: boolean;
  workspaceRole: WorkspaceRole;
  /** Who holds the Admin role in this organization: nobody, only people who left, or somebody active. */
  admins: "none" | "gone" | "some";
};

/**
 * Who runs Signoff: active members of the Admin role. Until there is one, the workspace's owners and admins; when the
 * last one has left, its owners.
 */
export function isAdmin(facts: AdminFacts): boolean {
  if (facts.standing !== "active") return false;
  switch (facts.admins) {
    case "some":
      return facts.holdsAdmin;
    case "gone":
      return facts.workspaceRole === "owner";
    case "none":
      return facts.workspaceRole !== null;
  }
}
