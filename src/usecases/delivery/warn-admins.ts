import type { Tx } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as outside from "../../../db/deployments/bypasses.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import { readShortageFacts } from "../../../db/workflow/shortages.ts";
import { addressOf, toldSubject } from "../../domain/delivery/outages.ts";
import { bypassSubject } from "../../domain/deployments/bypass.ts";
import { accept } from "../../domain/shared/result.ts";
import {
  findShortages,
  groupSubject,
  projectSubject,
  requestSubject,
} from "../../domain/workflow/shortage.ts";
import { type Context, commit } from "../shared/context.ts";
import { tellAdmins, tellAdminsByEmail } from "./tell-admins.ts";

/**
 * Looks for projects and open requests that too few people can decide, for what a far end refuses, and for what was
 * deployed past the gate, and tells the admins of what they were not told of yet. What was mended is forgotten, so that
 * they are told again when it breaks anew. With nobody to tell it stays untold until there is an admin.
 */
export async function warnAdmins(context: Context, organizationId: string): Promise<void> {
  await commit(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const refused = await refusedNow(tx, organizationId);
    const short = findShortages(await readShortageFacts(tx, organizationId), now);
    const amiss = new Set([
      ...short.projects.map(({ id }) => projectSubject(id)),
      ...short.requests.map(({ number }) => requestSubject(number)),
      ...refused.map(toldSubject),
      ...(await outside.listIds(tx, organizationId)).map(bypassSubject),
    ]);
    // A group's own warning goes when it is read again, or when no role follows it any more.
    const bound = await roles.listBound(tx, organizationId);
    const kept = new Set([...refused, ...bound.map(({ groupId }) => groupSubject(groupId ?? ""))]);
    const known = await warnings.list(tx, organizationId);
    const mended = known.filter((subject) => !amiss.has(subject) && !kept.has(subject));
    await warnings.remove(tx, organizationId, mended);
    const fresh = [...amiss].filter((subject) => !known.includes(subject));
    const byEmail = fresh.filter((subject) => subject === toldSubject("slack"));
    const inSlack = fresh.filter((subject) => !byEmail.includes(subject));
    await tellAdmins(tx, organizationId, inSlack, now);
    await tellAdminsByEmail(tx, organizationId, byEmail, now);
    return accept(null);
  });
}

/** What is refused and still matters: an address that nobody has any more does not. */
async function refusedNow(tx: Tx, organizationId: string): Promise<string[]> {
  const refused = (await warnings.listRefused(tx, organizationId)).map(({ subject }) => subject);
  const addresses = refused.flatMap((subject) => addressOf(subject) ?? []);
  const owners = await members.listByEmail(tx, organizationId, addresses);
  const had = new Set(owners.map(({ email }) => email?.toLowerCase()));
  return refused.filter((subject) => {
    const address = addressOf(subject);
    return address === null || had.has(address);
  });
}
