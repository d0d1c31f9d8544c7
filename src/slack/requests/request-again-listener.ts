import type { App } from "@slack/bolt";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { type Click, onClick } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { openModal } from "../kernel/modals.ts";
import type { Reply } from "../kernel/reply.ts";
import { shortName } from "../words/names.ts";
import { refusalWords } from "../words/refusals.ts";
import { drawRequestModal, readClicked, refused } from "./request-views.ts";

/** Listens to Request Again of an expired request: on the requester's card, in its message, and in Review Details. */
export function listenToRequestAgain(app: App, deps: SlackDeps): void {
  onClick(app, deps, ids.action.requestAgain, (click) => openRequestAgain(deps, click));
}

/**
 * Opens Request Approval with the same integration, target, and message. The build is the one that is live now. The
 * modal itself shows what prevents the request.
 */
async function openRequestAgain(deps: SlackDeps, click: Click): Promise<Reply> {
  const request = await readClicked(deps, click);
  if (!request.ok) return refused(click, request.refusal);
  const { view } = request.value;
  const modal = await drawRequestModal(deps, click, {
    integrationId: view.integration.id,
    targetId: view.target.id,
    message: view.message,
    explain: (shown) => changeWords(view, shown),
  });
  return { followUp: () => openModal(deps, click, modal) };
}

/** Returns why the modal cannot show what was requested, or undefined if it can. */
function changeWords(
  { number, target, project }: RequestView,
  shown: { targetId: string | null } | undefined,
): string | undefined {
  if (shown === undefined) return refusalWords({ code: "archived", what: "integration" });
  if (shown.targetId === target.id) return undefined;
  return `#${number} was for ${shortName(target.name)}, to which nothing leads in ${shortName(project.name)} any more. Check where this one goes.`;
}
