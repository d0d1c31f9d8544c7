import type { Tx } from "../../../db/connection/connect.ts";
import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as bypasses from "../../../db/deployments/bypasses.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import { listWithoutRequester } from "../../../db/requests/open-requests.ts";
import { listTokenFacts } from "../../../db/tokens/token-facts.ts";
import { readShortageFacts } from "../../../db/workflow/shortages.ts";
import {
  addressOf,
  deniedAtLeastMs,
  deniedCallOf,
  toldSubject,
  unreadGroupOf,
} from "../../domain/delivery/outages.ts";
import { bypassSubject } from "../../domain/deployments/bypass.ts";
import { leftRequestOf, leftSubject } from "../../domain/requests/notices.ts";
import { tokenWarnings } from "../../domain/tokens/token-warnings.ts";
import {
  findShortages,
  groupSubject,
  projectSubject,
  requestSubject,
} from "../../domain/workflow/shortage.ts";
import { tellRequesterLeft } from "../requests/tell-requester-left.ts";
import { type Context, transact } from "../shared/context.ts";
import { tellAdmins, tellAdminsByEmail } from "./tell-admins.ts";

/**
 * Looks for projects and open requests that too few people can decide, for what a provider rejects, for deployments that
 * bypassed the gate, for approved requests whose requester has left, and for tokens that stop working or lack an admin. Tells
 * the admins what they have not been told yet, and forgets what is fixed, so that they are told again if it breaks again.
 */
export async function warnAdmins(context: Context, organizationId: string): Promise<void> {
  await transact(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const refused = await refusedNow(tx, organizationId, now);
    const shortage = findShortages(await readShortageFacts(tx, organizationId), now);
    const problems = new Set([
      ...shortage.projects.map(({ id }) => projectSubject(id)),
      ...shortage.requests.map(({ number }) => requestSubject(number)),
      ...refused.map(toldSubject),
      ...(await bypasses.listIds(tx, organizationId)).map(bypassSubject),
      ...(await listWithoutRequester(tx, organizationId, now)).map(leftSubject),
      ...(await listTokenFacts(tx, organizationId)).flatMap(({ facts }) =>
        tokenWarnings(facts, now).map(({ subject }) => subject),
      ),
    ]);
    // A group's warning ends when the group can be read again, or when no role is bound to it.
    const bound = await roles.listBound(tx, organizationId);
    const stillValid = new Set([...refused, ...bound.map(({ groupId }) => groupSubject(groupId ?? ""))]);
    const told = await warnings.list(tx, organizationId);
    const fixed = told.filter((subject) => !problems.has(subject) && !stillValid.has(subject));
    await warnings.remove(tx, organizationId, fixed);
    const fresh = [...problems].filter((subject) => !told.includes(subject));
    const left = fresh.flatMap((subject) => leftRequestOf(subject) ?? []);
    const byEmail = fresh.filter((subject) =>
      refused.some((one) => isOfToken(one) && toldSubject(one) === subject),
    );
    const inSlack = fresh.filter((subject) => !byEmail.includes(subject) && leftRequestOf(subject) === null);
    await tellAdmins(tx, organizationId, inSlack, now);
    await tellAdminsByEmail(tx, organizationId, byEmail, now);
    await tellRequesterLeft(tx, organizationId, left, now);
  });
}

/** Whether a refusal is about the bot token, so that a message in Slack may not arrive. */
const isOfToken = (subject: string): boolean => subject === "slack" || deniedCallOf(subject) !== null;

/**
 * Returns what is rejected and still matters. An address that no member has any longer does not, nor a method that nothing
 * waits for, nor a user group that no role is bound to.
 */
async function refusedNow(tx: Tx, organizationId: string, now: Date): Promise<string[]> {
  const refused = await warnings.listRefused(tx, organizationId);
  const addresses = refused.flatMap(({ subject }) => addressOf(subject) ?? []);
  const owners = await members.listByEmail(tx, organizationId, addresses);
  const inUse = new Set(owners.map(({ email }) => email?.toLowerCase()));
  const bound = new Set((await roles.listBound(tx, organizationId)).map(({ groupId }) => groupId));
  const current = [];
  for (const { subject, reason, at } of refused) {
    const address = addressOf(subject);
    const groupId = unreadGroupOf(subject);
    if (address !== null && !inUse.has(address)) continue;
    if (groupId !== null && !bound.has(groupId)) continue;
    const recent = now.getTime() - at.getTime() < deniedAtLeastMs;
    const denied = deniedCallOf(subject) !== null && !recent;
    if (denied && !(await outboxWaiting.anyWaits(tx, organizationId, reason))) continue;
    current.push(subject);
  }
  return current;
}
