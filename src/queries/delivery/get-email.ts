import type { Db } from "../../../db/connection/connect.ts";
import * as emails from "../../../db/delivery/emails.ts";

export type EmailContent = emails.Email["content"];

/** Returns a stored email and when it was rendered; undefined if it has not been rendered. */
export async function getEmail(
  db: Db,
  organizationId: string,
  key: string,
): Promise<{ content: EmailContent; createdAt: Date } | undefined> {
  return emails.find(db, organizationId, key);
}
