import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { type Answer, type Click, onClick } from "../kernel/interaction.ts";
import { refusalWords } from "../words/refusals.ts";

/** Listens to a click that only admins may make; everybody else is told privately who they are (R13). */
export function onAdminClick(
  app: App,
  ports: SlackDeps,
  actionId: string,
  work: (click: Click) => Promise<Answer>,
): void {
  onClick(app, ports, actionId, async (click) => {
    const { db } = ports.context;
    const { isAdmin, admins } = await getAdmins(db, click.organizationId, click.userId);
    return isAdmin ? work(click) : () => click.tell(refusalWords({ code: "not-admin", admins }));
  });
}

/** Draws the clicked modal anew. Where it moved on meanwhile, a newer choice is being drawn, and this one is let go. */
export async function updateForm(
  ports: SlackDeps,
  { organizationId, view }: Click,
  modal: ModalView,
): Promise<void> {
  if (view === null) return;
  try {
    await ports.viewsFor(organizationId).update(view.id, view.hash, modal);
  } catch (error) {
    if (slackErrorCode(error) !== "hash_conflict") throw error;
  }
}
