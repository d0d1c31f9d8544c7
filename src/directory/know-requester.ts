import { timedOut, withTimeout } from "../lib/timeout.ts";
import { getMember } from "../queries/people/get-member.ts";
import { getMemberByEmail } from "../queries/people/get-member-by-email.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import type { Context } from "../usecases/shared/context.ts";
import { memberOf, type SlackUser } from "./slack-user.ts";

type RequesterDeps = {
  context: Context;
  /** Asks Slack. Returns undefined if no user has this address. */
  findByEmail: (email: string) => Promise<SlackUser | undefined>;
  knowMember: (organizationId: string, userId: string) => Promise<void>;
};

/** How long Slack is not asked again about somebody it does not know, in milliseconds: a pipeline repeats its mistakes. */
const unknownForMs = 10 * 60_000;

/** How many unknown people this process remembers. */
const cacheSize = 1_000;

/** How long a call waits for Slack, in milliseconds. */
const waitMs = 1_800;

const slackId = /^[UW][A-Z0-9]{2,30}$/;

/**
 * Returns a function that makes sure a requester whom a pipeline names, by Slack ID or email, is stored before the rules
 * ask about them. It fetches people from Slack who are not stored. If Slack does not answer, the stored facts count.
 */
export function knowRequesters(
  deps: RequesterDeps,
): (organizationId: string, idOrEmail: string) => Promise<void> {
  const unknownUntil = new Map<string, number>();
  return async (organizationId, idOrEmail) => {
    const key = `${organizationId} ${idOrEmail.toLowerCase()}`;
    const asOf = deps.context.now().getTime();
    if ((unknownUntil.get(key) ?? 0) > asOf) return;
    const mayExist = idOrEmail.includes("@")
      ? await fetchByEmail(deps, organizationId, idOrEmail)
      : await fetchById(deps, organizationId, idOrEmail);
    if (mayExist) return;
    if (unknownUntil.size >= cacheSize) unknownUntil.clear();
    unknownUntil.set(key, asOf + unknownForMs);
  };
}

/** Returns false if nobody has this ID. */
async function fetchById(
  { context, knowMember }: RequesterDeps,
  organizationId: string,
  id: string,
): Promise<boolean> {
  if (slackId.test(id)) await knowMember(organizationId, id);
  return (await getMember(context.db, organizationId, id)) !== undefined;
}

/** Returns false if Slack answered that nobody has this address. */
async function fetchByEmail(deps: RequesterDeps, organizationId: string, email: string): Promise<boolean> {
  const { context, findByEmail, knowMember } = deps;
  const stored = await getMemberByEmail(context.db, organizationId, email);
  if (stored !== undefined) {
    await knowMember(organizationId, stored.id);
    // The refreshed member may have another address now, and this one may be somebody else's.
    if ((await getMemberByEmail(context.db, organizationId, email)) !== undefined) return true;
  }
  const asOf = context.now();
  // A late answer is stored too, for the next call.
  const saved = findByEmail(email)
    .then(async (user) => {
      if (user !== undefined) await saveMembers(context, [memberOf(user, organizationId)], { asOf });
      return user !== undefined;
    })
    .catch(() => true);
  const exists = await withTimeout(saved, waitMs);
  return exists === timedOut || exists;
}
