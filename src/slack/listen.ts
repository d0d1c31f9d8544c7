import type { App } from "@slack/bolt";
import { listenToApprovals } from "./home/approvals-listener.ts";
import { listenToHome } from "./home/home-listener.ts";
import type { SlackDeps } from "./kernel/deps.ts";
import { answerElsewhere } from "./kernel/elsewhere.ts";
import { listenToPeople } from "./people/people-events-listener.ts";
import { listenToDeliveries } from "./requests/deliveries-listener.ts";
import { listenToEndAttempt } from "./requests/end-attempt-listener.ts";
import { listenToPromoteAndCancel } from "./requests/promote-and-cancel-listener.ts";
import { listenToPromoteCommand } from "./requests/promote-command-listener.ts";
import { listenToRequestAgain } from "./requests/request-again-listener.ts";
import { listenToRequestModal } from "./requests/request-modal-listener.ts";
import { listenToReviews } from "./requests/review-listener.ts";
import { listenToProjects } from "./settings/catalog/projects-listener.ts";
import { listenToWebhook } from "./settings/catalog/webhook-listener.ts";
import { listenToRoles } from "./settings/people/roles-listener.ts";
import { listenToSettings } from "./settings/settings-listener.ts";
import { listenToTokens } from "./settings/tokens/tokens-listener.ts";
import { listenToWorkflow } from "./settings/workflow/workflow-listener.ts";

/** Adds every listener to the app. Their ids are in kernel/ids.ts and in the `*-ids.ts` of the settings. */
export function listen(app: App, deps: SlackDeps): void {
  answerElsewhere(app, deps);
  listenToPromoteCommand(app, deps);
  listenToRequestModal(app, deps);
  listenToRequestAgain(app, deps);
  listenToReviews(app, deps);
  listenToPromoteAndCancel(app, deps);
  listenToEndAttempt(app, deps);
  listenToDeliveries(app, deps);
  listenToHome(app, deps);
  listenToApprovals(app, deps);
  listenToPeople(app, deps);
  listenToSettings(app, deps);
  listenToWorkflow(app, deps);
  listenToRoles(app, deps);
  listenToProjects(app, deps);
  listenToWebhook(app, deps);
  listenToTokens(app, deps);
}
