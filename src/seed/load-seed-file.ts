import { memberOf, type SlackUser } from "../directory/slack-user.ts";
import { refusalWords } from "../slack/words/refusals.ts";
import { loadSeed } from "../usecases/catalog/load-seed.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import type { Context } from "../usecases/shared/context.ts";
import { emailsIn, parseSeed, SeedError } from "./seed-file.ts";

/** Looks up a person in the Slack workspace by email address. Resolves to undefined if no one has it. */
export type FindByEmail = (email: string) => Promise<SlackUser | undefined>;

/**
 * Loads a seed file into an organization. The file names people by their email address in the Slack workspace.
 *
 * Throws SeedError with every fault before anything is changed.
 */
export async function loadSeedFile(
  context: Context,
  organizationId: string,
  text: string,
  findByEmail: FindByEmail,
): Promise<void> {
  const seed = parseSeed(text);
  const found = new Map<string, string>();
  const people = [];
  const faults: string[] = [];
  for (const email of emailsIn(seed)) {
    const user = await findByEmail(email);
    const member = user && memberOf(user, organizationId);
    if (member === undefined) faults.push(`${email}: nobody in the Slack workspace has this address`);
    else if (member.status !== "active")
      faults.push(`${email}: is not an active full member (${member.status})`);
    else people.push(member);
    if (member !== undefined) found.set(email, member.id);
  }
  if (faults.length > 0) throw new SeedError(faults);
  await saveMembers(context, people);
  const memberId = (email: string): string => found.get(email.toLowerCase()) as string;
  const loaded = await loadSeed(context, organizationId, {
    roles: seed.roles.map(({ name, members }) => ({
      name,
      members: members.map((member) =>
        typeof member === "string"
          ? { memberId: memberId(member), projects: null }
          : { memberId: memberId(member.email), projects: member.projects },
      ),
    })),
    projects: seed.projects,
    workflow: seed.workflow && { ...seed.workflow, assignees: seed.workflow.assignees.map(memberId) },
  });
  if (!loaded.ok) throw new SeedError([`workflow: ${refusalWords(loaded.refusal)}`]);
}
