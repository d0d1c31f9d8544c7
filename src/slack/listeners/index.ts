import type { App } from "@slack/bolt";
import type { Ports } from "../ports.ts";
import { listenToApprovals } from "./approvals.ts";
import { listenToDeployer } from "./deployer.ts";
import { listenToFinish } from "./finish.ts";
import { listenToHome } from "./home.ts";
import { listenToLedger } from "./ledger.ts";
import { listenToPeople } from "./people-events.ts";
import { listenToProjects } from "./projects.ts";
import { listenToPromoteCommand } from "./promote-command.ts";
import { listenToRequestAgain } from "./request-again.ts";
import { listenToRequestModal } from "./request-modal.ts";
import { listenToReviews } from "./review.ts";
import { listenToRoles } from "./roles.ts";
import { listenToSettings } from "./settings.ts";
import { listenToTokens } from "./tokens.ts";
import { listenToWorkflow } from "./workflow.ts";

/** Every way in from Slack; the ids are those of ids.ts. */
export function listen(app: App, ports: Ports): void {
  listenToPromoteCommand(app, ports);
  listenToRequestModal(app, ports);
  listenToRequestAgain(app, ports);
  listenToReviews(app, ports);
  listenToFinish(app, ports);
  listenToLedger(app, ports);
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
