import * as emails from "../../../db/delivery/emails.ts";
import type { Context } from "../shared/context.ts";

/** Stores an email as it was first rendered. Returns the stored content, which every attempt sends. */
export async function storeEmail(
  context: Context,
  email: Omit<emails.Email, "createdAt">,
): Promise<emails.Email["content"]> {
  return (await emails.store(context.db, { ...email, createdAt: context.now() })).content;
}

/** Removes an email of which nothing was sent, so that the next attempt renders it again. */
export async function forgetEmail(context: Context, organizationId: string, key: string): Promise<void> {
  await emails.remove(context.db, organizationId, key);
}
