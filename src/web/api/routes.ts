import { auditRoutes } from "./audit/audit.ts";
import { projectRoutes } from "./catalog/projects.ts";
import { buildRoutes } from "./deployments/builds.ts";
import { deploymentRoutes } from "./deployments/deployments.ts";
import { reportStatusRoutes } from "./deployments/report-status.ts";
import type { Api, ApiDeps } from "./deps.ts";
import { requestReadRoutes } from "./requests/read-requests.ts";
import { requestWriteRoutes } from "./requests/write-requests.ts";

type Register = (api: Api, deps: ApiDeps) => void;

/** Every route of the API. Register a new file of routes here. */
export const routes: {
  /** Routes with their own authentication. */
  open: readonly Register[];
  /** Routes that need an API token. */
  signedIn: readonly Register[];
} = {
  open: [reportStatusRoutes],
  signedIn: [
    projectRoutes,
    buildRoutes,
    deploymentRoutes,
    requestWriteRoutes,
    requestReadRoutes,
    auditRoutes,
  ],
};
