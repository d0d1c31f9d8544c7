import type { App } from "@slack/bolt";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { type Click, onClick } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import type { Reply } from "../kernel/reply.ts";
import { refusalWords } from "../words/refusals.ts";

/** Listens to a click that only admins may make. Everybody else is told privately who the admins are (R13). */
export function onAdminClick(
  app: App,
  deps: SlackDeps,
  actionId: string,
  work: (click: Click) => Promise<Reply>,
): void {
  onClick(app, deps, actionId, async (click) => {
    const { isAdmin, admins } = await getAdmins(deps.context.db, click.organizationId, click.userId);
    if (isAdmin) return work(click);
    return { followUp: () => click.tell(refusalWords({ code: "not-admin", admins })) };
  });
}
