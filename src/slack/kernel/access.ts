import { getNoAccess, type NoAccess } from "../../queries/people/get-access.ts";
import { noAccessWords } from "../words/no-access.ts";
import type { SlackDeps } from "./deps.ts";

/** Thrown instead of the work of a person who sees nothing of this workspace: a guest, or a member of another one. */
export class NoAccessError extends Error {
  readonly noAccess: NoAccess;
  /** Why, and whom to ask (R13). */
  readonly words: string;

  constructor(noAccess: NoAccess) {
    super(`No access: ${noAccess.why}`);
    this.noAccess = noAccess;
    this.words = noAccessWords(noAccess);
  }
}

/** Throws `NoAccessError` unless this person is an active full member. */
export async function assertAccess(
  { context }: Pick<SlackDeps, "context">,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<void> {
  const noAccess = await getNoAccess(context.db, organizationId, userId);
  if (noAccess !== null) throw new NoAccessError(noAccess);
}
