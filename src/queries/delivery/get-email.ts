import type { Db } from "../../../db/connection/connect.ts";
import * as emails from "../../../db/delivery/emails.ts";

export type EmailContent = emails.Email["content"];

/** An email as it was rendered first, and when; undefined before that. */
export async function getEmail(
  db: Db,
  organizationId: string,
  key: string,
): Promise<{ content: EmailContent; createdAt: Date } | undefined> {
  return emails.find(db, organizationId, key);
}
