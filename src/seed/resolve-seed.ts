import type { SavedMember } from "../usecases/people/save-members.ts";
import { type Broken, isBroken, type SeedContent, type SeedRole } from "../usecases/seed/seed-content.ts";
import type { SeedFault, SeedPath } from "../usecases/seed/seed-report.ts";
import type { FoundPeople } from "./find-people.ts";
import type { Seed } from "./seed-file.ts";
import type { FileRole } from "./seed-schema.ts";
import { type FoundSlack, groupHandle } from "./slack-lookups.ts";

/** The content of a file with Slack's ids, and who is left out of it. */
export type Resolved = {
  content: SeedContent;
  people: SavedMember[];
  faults: SeedFault[];
  /** People without whom the file is loaded, with their place in it. */
  skipped: { path: SeedPath; words: string }[];
};

/**
 * Puts Slack's ids in place of email addresses, handles of user groups, and names of channels. Whoever is missing is a
 * fault.
 *
 * @param skipMissing whether to leave missing people out instead. That may empty neither the assignees, without whom
 *   everyone in the roles could review, nor the Admin role
 */
export function resolveSeed(
  seed: Seed,
  people: FoundPeople,
  slack: FoundSlack,
  skipMissing: boolean,
): Resolved {
  const resolver = new Resolver(people, slack, skipMissing);
  const content = resolver.resolve(seed);
  return { content, people: [...people.active.values()], faults: resolver.faults, skipped: resolver.skipped };
}

class Resolver {
  readonly faults: SeedFault[] = [];
  readonly skipped: { path: SeedPath; words: string }[] = [];
  readonly #people: FoundPeople;
  readonly #slack: FoundSlack;
  readonly #skipMissing: boolean;

  constructor(people: FoundPeople, slack: FoundSlack, skipMissing: boolean) {
    this.#people = people;
    this.#slack = slack;
    this.#skipMissing = skipMissing;
  }

  resolve({ roles, projects, workflow }: Seed): SeedContent {
    const { assignees, options, ...rest } = workflow ?? {};
    const { cardsTo: _, ...values } = options ?? {};
    return {
      roles: roles?.map((role, i): SeedRole | Broken =>
        isBroken(role) ? role : this.#role(role, ["roles", i]),
      ),
      projects,
      workflow: workflow && {
        ...rest,
        options: values,
        assignees: assignees && this.#assignees(assignees, ["workflow", "assignees"]),
        cardsTo: this.#slack.cardsTo,
      },
    };
  }

  #role({ members, group, projects, ...rest }: FileRole, path: SeedPath): SeedRole {
    const holders = members?.flatMap((member, i) => {
      const { email, projects = null } = typeof member === "string" ? { email: member } : member;
      const memberId = this.#memberId(email, [...path, "members", i]);
      return memberId === undefined ? [] : [{ memberId, projects }];
    });
    if (
      members?.length &&
      holders?.length === 0 &&
      rest.name.toLowerCase() === "admin" &&
      this.#skipMissing
    ) {
      this.#fault(
        [...path, "members"],
        "Without the people who are missing, nobody would be left in the Admin role.",
      );
    }
    return {
      ...rest,
      members: holders,
      group: this.#group(group),
      groupProjects: group ? projects : undefined,
    };
  }

  /** A group that does not exist is reported by whoever looked it up, and leaves the role as it is. */
  #group(group: string | null | undefined): SeedRole["group"] {
    if (group === undefined || group === null) return group;
    return this.#slack.groups.get(groupHandle(group));
  }

  #assignees(emails: readonly string[], path: SeedPath): string[] {
    const ids = emails.flatMap((email, i) => this.#memberId(email, [...path, i]) ?? []);
    if (emails.length > 0 && ids.length === 0 && this.#skipMissing) {
      this.#fault(
        path,
        "Without the people who are missing, nobody would be assigned, and everyone in the roles could review.",
      );
    }
    return ids;
  }

  /** Returns the member with this address; undefined, and a fault unless they are to be left out, if there is none. */
  #memberId(email: string, path: SeedPath): string | undefined {
    const active = this.#people.active.get(email.toLowerCase());
    if (active !== undefined) return active.id;
    const words = this.#people.missing.get(email.toLowerCase())?.words ?? `${email} is missing`;
    if (this.#skipMissing) this.skipped.push({ path, words });
    else this.#fault(path, `${words}. Take them out, or load the file with --skip-missing-people.`);
    return undefined;
  }

  #fault(path: SeedPath, cause: string): void {
    this.faults.push({ path, cause });
  }
}
