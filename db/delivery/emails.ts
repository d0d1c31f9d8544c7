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

/** Stores a rendered email unless one is stored under its key. Returns the stored one, so that every attempt sends the same. */
export async function store(db: Db, email: Email): Promise<Email> {
  await db.insert(emails).values(email).onConflictDoNothing();
  const stored = await find(db, email.organizationId, email.key);
  if (stored === undefined) throw new Error(`The email ${email.key} was not stored`);
  return stored;
}

/** Deletes an email that was refused before it was sent, so that it gets rendered again. */
export async function remove(db: Db, organizationId: string, key: string): Promise<void> {
  await db.delete(emails).where(and(eq(emails.organizationId, organizationId), eq(emails.key, key)));
}
