import type { ModalView } from "@slack/types";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { type Click, isInModal } from "./click.ts";
import type { SlackDeps } from "./deps.ts";

/** Opens a modal after a click: on top of the clicked modal, or on its own after a click in a message or in the Home. */
export async function openModal(deps: SlackDeps, click: Click, modal: ModalView): Promise<void> {
  const views = deps.viewsFor(click.organizationId);
  await (isInModal(click) ? views.push(click.triggerId, modal) : views.open(click.triggerId, modal));
}

/** Redraws the clicked modal. Does nothing if it has changed since the click: a newer choice is being drawn. */
export async function updateModal(
  deps: SlackDeps,
  { organizationId, view }: Click,
  modal: ModalView,
): Promise<void> {
  if (view === null) return;
  try {
    await deps.viewsFor(organizationId).update(view.id, view.hash, modal);
  } catch (error) {
    if (slackErrorCode(error) !== "hash_conflict") throw error;
  }
}
