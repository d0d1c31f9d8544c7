import { randomUUID } from "node:crypto";
import type { Tx } from "../../db/connect.ts";
import * as members from "../../db/members.ts";
import * as outbox from "../../db/outbox.ts";
import * as roles from "../../db/roles.ts";
import * as shortages from "../../db/shortages.ts";
import * as warnings from "../../db/warnings.ts";
import type { MemberId } from "../domain/people.ts";
import { accept } from "../domain/result.ts";
import { groupSubject, projectSubject, requestSubject } from "../domain/shortage.ts";
import { type Context, commit } from "./context.ts";

/** What `send-admin-message` items carry: what is amiss; its words are those of the moment at which it is sent. */
export type AdminMessageItem = { recipientId: MemberId; subjects: string[] };

/**
 * Looks for projects and open requests that too few people can decide, and tells the admins of those that they were
 * not told of yet. What was mended is forgotten, so that they are told again when it breaks anew. With nobody to tell
 * it stays untold until there is an admin.
 */
export async function warnAdmins(context: Context, organizationId: string): Promise<void> {
  await commit(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const short = await shortages.find(tx, organizationId, now);
    const amiss = new Set([
      ...short.projects.map(({ id }) => projectSubject(id)),
      ...short.requests.map(({ number }) => requestSubject(number)),
    ]);
    // A group's own warning goes when it is read again, or when no role follows it any more.
    const bound = await roles.listBound(tx, organizationId);
    const groups = new Set(bound.map(({ groupId }) => groupSubject(groupId ?? "")));
    const told = await warnings.list(tx, organizationId);
    const mended = told.filter((subject) => !amiss.has(subject) && !groups.has(subject));
    await warnings.remove(tx, organizationId, mended);
    const fresh = [...amiss].filter((subject) => !told.includes(subject));
    await tellAdmins(tx, organizationId, fresh, now);
    return accept(null);
  });
}

/** One message to each admin for all of it; under `warnings.lock`. */
export async function tellAdmins(
  tx: Tx,
  organizationId: string,
  subjects: string[],
  now: Date,
): Promise<void> {
  if (subjects.length === 0) return;
  const admins = await members.listAdmins(tx, organizationId);
  if (admins.length === 0) return;
  await warnings.add(tx, organizationId, subjects, now);
  const warning = randomUUID();
  await outbox.add(
    tx,
    admins.map(({ id }) => {
      const payload: AdminMessageItem = { recipientId: id, subjects };
      return { organizationId, kind: "send-admin-message", key: `warning:${warning}:${id}`, payload };
    }),
  );
}
