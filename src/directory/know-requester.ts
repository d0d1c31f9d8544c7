import { timedOut, withTimeout } from "../lib/timeout.ts";
import { getMember } from "../queries/people/get-member.ts";
import { getMemberByEmail } from "../queries/people/get-member-by-email.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import type { Context } from "../usecases/shared/context.ts";
import { memberOf, type SlackUser } from "./slack-user.ts";

type Parts = {
  context: Context;
  /** Asks Slack; undefined where it knows nobody of this address. */
  findByEmail: (email: string) => Promise<SlackUser | undefined>;
  knowMember: (organizationId: string, userId: string) => Promise<void>;
};

/** Somebody whom Slack did not know is not asked for again for so long, in milliseconds: a pipeline repeats its mistakes. */
const unknownForMs = 10 * 60_000;
const mostUnknown = 1_000;

/** How long a call waits for Slack, in milliseconds. */
const waitMs = 1_800;

const slackId = /^[UW][A-Z0-9]{2,30}$/;

/**
 * Gives what makes sure that we know whom a pipeline names, by Slack id or email, before the rules ask: people who never
 * used Signoff are looked up in Slack. Where Slack does not answer, what we knew holds.
 */
export function knowRequesters(parts: Parts): (organizationId: string, named: string) => Promise<void> {
  const unknownUntil = new Map<string, number>();
  return async (organizationId, named) => {
    const key = `${organizationId} ${named.toLowerCase()}`;
    const asOf = parts.context.now().getTime();
    if ((unknownUntil.get(key) ?? 0) > asOf) return;
    const known = named.includes("@")
      ? await knowByEmail(parts, organizationId, named)
      : await knowById(parts, organizationId, named);
    if (known) return;
    if (unknownUntil.size >= mostUnknown) unknownUntil.clear();
    unknownUntil.set(key, asOf + unknownForMs);
  };
}

async function knowById(
  { context, knowMember }: Parts,
  organizationId: string,
  id: string,
): Promise<boolean> {
  if (slackId.test(id)) await knowMember(organizationId, id);
  return (await getMember(context.db, organizationId, id)) !== undefined;
}

async function knowByEmail(parts: Parts, organizationId: string, email: string): Promise<boolean> {
  const { context, findByEmail, knowMember } = parts;
  const known = await getMemberByEmail(context.db, organizationId, email);
  if (known !== undefined) {
    await knowMember(organizationId, known.id);
    return true;
  }
  const asOf = context.now();
  // An answer that comes late is kept, too: it holds for the next call.
  const asked = findByEmail(email).then(async (user) => {
    if (user !== undefined) await saveMembers(context, [memberOf(user, organizationId)], { asOf });
    return user !== undefined;
  });
  // Where Slack did not answer, nobody is known to be unknown.
  const found = await withTimeout(
    asked.catch(() => true),
    waitMs,
  );
  return found === timedOut || found;
}
