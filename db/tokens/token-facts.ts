import { and, eq, inArray, sql } from "drizzle-orm";
import type { TokenFacts } from "../../src/domain/tokens/token-warnings.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { listAdmins } from "../people/members.ts";
import { auditLog } from "../schema/index.ts";
import { type ListedToken, listAll } from "./tokens.ts";

/** A token with what its warnings depend on. */
export type JudgedToken = { listed: ListedToken; facts: TokenFacts };

/** Returns every token of an organization that is not revoked, by name, with what its warnings depend on. */
export async function listTokenFacts(db: Db | Tx, organizationId: string): Promise<JudgedToken[]> {
  const all = await listAll(db, organizationId);
  if (all.length === 0) return [];
  const admins = new Set((await listAdmins(db, organizationId)).map(({ id }) => id));
  const ofAdmins = await listMadeByAdmins(
    db,
    organizationId,
    all.flatMap(({ token }) => (admins.has(token.memberId) ? [] : [token.id])),
  );
  return all.map((listed) => {
    const { id, scopes, memberId, madeAt, endsAt, adminScopesUntil } = listed.token;
    return {
      listed,
      facts: {
        ...{ id, scopes, memberId, madeAt, endsAt, adminScopesUntil },
        statuses: [listed.member.status, listed.maker.status],
        memberIsAdmin: admins.has(memberId),
        memberWasAdmin: ofAdmins.has(id),
      },
    };
  });
}

/** Returns which of these tokens their member made in Slack, as an admin. */
async function listMadeByAdmins(
  db: Db | Tx,
  organizationId: string,
  tokenIds: readonly string[],
): Promise<Set<string>> {
  if (tokenIds.length === 0) return new Set();
  const subjects = tokenIds.map((id) => `token:${id}`);
  const rows = await db
    .select({ subject: auditLog.subject, action: auditLog.action, surface: auditLog.surface })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        inArray(auditLog.subject, subjects),
        sql`${auditLog.action} in ('token.created', 'token.handed-over')`,
      ),
    );
  const made = rows.filter(({ action, surface }) => action === "token.created" && surface === "slack");
  const handedOver = new Set(
    rows.filter(({ action }) => action === "token.handed-over").map(({ subject }) => subject),
  );
  return new Set(
    made.flatMap(({ subject }) => (handedOver.has(subject) ? [] : [subject.slice("token:".length)])),
  );
}
