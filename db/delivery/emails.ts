import { and, eq } from "drizzle-orm";
import type { Db } from "../connection/connect.ts";
import { emails } from "../schema/index.ts";

export type Email = typeof emails.$inferSelect;

export async function find(db: Db, organizationId: string, key: string): Promise<Email | undefined> {
  const [row] = await db
    .select()
    .from(emails)
    .where(and(eq(emails.organizationId, organizationId), eq(emails.key, key)));
  return row;
}

/** Keeps an email as it was rendered first. Where two render it at once, both get the bytes that were kept. */
export async function keep(db: Db, email: Email): Promise<Email> {
  await db.insert(emails).values(email).onConflictDoNothing();
  const kept = await find(db, email.organizationId, email.key);
  if (kept === undefined) throw new Error(`The email ${email.key} was not kept`);
  return kept;
}

/** Forgets one that was refused before anything was sent: it is rendered anew. */
export async function remove(db: Db, organizationId: string, key: string): Promise<void> {
  await db.delete(emails).where(and(eq(emails.organizationId, organizationId), eq(emails.key, key)));
}
