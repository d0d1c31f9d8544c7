import { memberOf, type SlackUser } from "../directory/slack-user.ts";
import type { MemberId } from "../domain/people/people.ts";
import type { NotFullMember } from "../domain/shared/refusals.ts";
import { findKnownPerson } from "../queries/people/find-known-person.ts";
import type { SavedMember } from "../usecases/people/save-members.ts";
import { isBroken } from "../usecases/seed/seed-content.ts";
import type { SeedPath } from "../usecases/seed/seed-report.ts";
import type { Context } from "../usecases/shared/context.ts";
import type { Seed } from "./seed-file.ts";

/** Looks up a person in the Slack workspace by email address. Resolves to undefined if no one has it. */
export type FindByEmail = (email: string) => Promise<SlackUser | undefined>;

/** A person whom the file names and who cannot hold a role or review. */
export type MissingPerson = {
  /** Null for somebody whom neither Slack nor Signoff knows. */
  id: MemberId | null;
  email: string;
  words: string;
};

/** The people of a file by their email address in lower case. */
export type FoundPeople = {
  active: Map<string, SavedMember>;
  missing: Map<string, MissingPerson>;
};

/** Looks up everybody whom the file names. */
export async function findPeople(
  { db }: Context,
  organizationId: string,
  seed: Seed,
  findByEmail: FindByEmail,
): Promise<FoundPeople> {
  const found: FoundPeople = { active: new Map(), missing: new Map() };
  for (const email of new Set(peopleIn(seed).map(({ email }) => email.toLowerCase()))) {
    const user = await findByEmail(email);
    const member = user && memberOf(user, organizationId);
    if (member?.status === "active") found.active.set(email, member);
    else if (member !== undefined) {
      found.missing.set(email, {
        id: member.id,
        email,
        words: `${member.name} (${email}) ${statusWords[member.status]}`,
      });
    } else {
      // Slack finds nobody by the address of a deactivated account.
      const stored = await findKnownPerson(db, organizationId, email);
      const words = stored
        ? `${stored.name} (${email}) has left the Slack workspace, or has another address now`
        : `nobody in the Slack workspace has the address ${email}`;
      found.missing.set(email, { id: stored?.id ?? null, email, words });
    }
  }
  return found;
}

const statusWords: Record<Exclude<NotFullMember, "unknown">, string> = {
  deactivated: "has left: the Slack account is deactivated",
  guest: "is a guest: only full members can hold a role or review",
  bot: "is a bot: only people can hold a role or review",
  stranger: "is from another workspace: only members of this one can hold a role or review",
};

/** Returns everybody whom the file names, with the place where it does. */
export function peopleIn({ roles = [], workflow }: Seed): { email: string; path: SeedPath }[] {
  const members = roles.flatMap((role, i) =>
    isBroken(role)
      ? []
      : (role.members ?? []).map((member, j) => ({
          email: typeof member === "string" ? member : member.email,
          path: ["roles", i, "members", j],
        })),
  );
  const assignees = (workflow?.assignees ?? []).map((email, i) => {
    return { email, path: ["workflow", "assignees", i] };
  });
  return [...members, ...assignees];
}
