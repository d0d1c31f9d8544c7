import type { App } from "@slack/bolt";
import { listenToApprovals } from "./home/approvals-listener.ts";
import { listenToHome } from "./home/home-listener.ts";
import type { SlackDeps } from "./kernel/deps.ts";
import { listenToPeople } from "./people/people-events-listener.ts";
import { listenToDeliveries } from "./requests/deliveries-listener.ts";
import { listenToFinish } from "./requests/promote-cancel.ts";
import { listenToPromoteCommand } from "./requests/promote-command.ts";
import { listenToRequestAgain } from "./requests/request-again.ts";
import { listenToRequestModal } from "./requests/request-modal-listener.ts";
import { listenToReviews } from "./requests/review-listener.ts";
import { listenToDeployer } from "./settings/catalog/deployer-listener.ts";
import { listenToProjects } from "./settings/catalog/projects-listener.ts";
import { listenToRoles } from "./settings/people/roles-listener.ts";
import { listenToSettings } from "./settings/settings-listener.ts";
import { listenToTokens } from "./settings/tokens/tokens-listener.ts";
import { listenToWorkflow } from "./settings/workflow/workflow-listener.ts";

/** Every way in from Slack; the ids are those of ids.ts. */
export function listen(app: App, ports: SlackDeps): void {
  listenToPromoteCommand(app, ports);
  listenToRequestModal(app, ports);
  listenToRequestAgain(app, ports);
  listenToReviews(app, ports);
  listenToFinish(app, ports);
  listenToDeliveries(app, ports);
  listenToHome(app, ports);
  listenToApprovals(app, ports);
  listenToPeople(app, ports);
  listenToSettings(app, ports);
  listenToWorkflow(app, ports);
  listenToRoles(app, ports);
  listenToProjects(app, ports);
  listenToDeployer(app, ports);
  listenToTokens(app, ports);
}
