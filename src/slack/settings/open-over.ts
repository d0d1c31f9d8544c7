import type { ModalView } from "@slack/types";
import type { SlackDeps } from "../kernel/deps.ts";
import type { Click } from "../kernel/interaction.ts";

/** Opens a modal over the settings: on its own from the Home, on top of the settings modal. */
export function openOver(ports: SlackDeps, click: Click, modal: ModalView): Promise<void> {
  const views = ports.viewsFor(click.organizationId);
  return click.view?.type === "modal"
    ? views.push(click.triggerId, modal)
    : views.open(click.triggerId, modal);
}
