import type { App } from "@slack/bolt";
import type { Ports } from "../ports.ts";
import { listenToFinish } from "./finish.ts";
import { listenToPromoteCommand } from "./promote-command.ts";
import { listenToRequestModal } from "./request-modal.ts";
import { listenToReviews } from "./review.ts";

/** Every way in from Slack; the ids are those of ids.ts. */
export function listen(app: App, ports: Ports): void {
  listenToPromoteCommand(app, ports);
  listenToRequestModal(app, ports);
  listenToReviews(app, ports);
  listenToFinish(app, ports);
}
