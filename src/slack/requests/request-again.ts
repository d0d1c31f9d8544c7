import type { App } from "@slack/bolt";
import { getRequest } from "../../queries/requests/get-request.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { type Answer, type Click, inModal, onClick } from "../kernel/interaction.ts";
import { refusalWords } from "../words/refusals.ts";
import { shortName } from "../words/words.ts";
import { drawRequestModal, gone } from "./request-views.ts";

/** Request Again, on what expired: on the requester's card, in the message of it, and in Review Details. */
export function listenToRequestAgain(app: App, ports: SlackDeps): void {
  onClick(app, ports, ids.action.requestAgain, (click) => openAgain(ports, click));
}

/**
 * Opens Request Approval with the same integration, target and message; the build is what is live now. Whatever stands in
 * the way by now the modal says itself.
 */
async function openAgain(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId, triggerId } = click;
  const { db, now } = ports.context;
  const view = await getRequest(db, organizationId, Number(click.value), now());
  if (view === undefined) return () => click.tell(gone);
  const modal = await drawRequestModal(ports, organizationId, userId, {
    integrationId: view.integration.id,
    targetId: view.target.id,
    message: view.message,
    explain: (shown) => changedWords(view, shown),
  });
  const views = ports.viewsFor(organizationId);
  return () => (inModal(click) ? views.push(triggerId, modal) : views.open(triggerId, modal));
}

/** Said where the modal cannot show what was asked for then. */
function changedWords(
  { number, target, project }: RequestView,
  shown: { targetId: string | null } | undefined,
): string | undefined {
  if (shown === undefined) return refusalWords({ code: "archived", what: "integration" });
  if (shown.targetId === target.id) return undefined;
  return `#${number} was for ${shortName(target.name)}, to which nothing leads in ${shortName(project.name)} any more. Check where this one goes.`;
}
