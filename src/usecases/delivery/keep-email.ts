import * as emails from "../../../db/delivery/emails.ts";
import type { Context } from "../shared/context.ts";

/** Keeps an email as it was rendered first, and answers what was kept: every try sends the same bytes. */
export async function keepEmail(
  context: Context,
  email: Omit<emails.Email, "createdAt">,
): Promise<emails.Email["content"]> {
  return (await emails.store(context.db, { ...email, createdAt: context.now() })).content;
}

/** Forgets an email of which nothing was sent, because the sender was refused: the next try may name another. */
export async function forgetEmail(context: Context, organizationId: string, key: string): Promise<void> {
  await emails.remove(context.db, organizationId, key);
}
