import type { Api, ApiDeps } from "./api.ts";
import { auditRoutes } from "./audit/audit.ts";
import { projectRoutes } from "./catalog/projects.ts";
import { buildRoutes } from "./deployments/builds.ts";
import { deploymentRoutes } from "./deployments/deployments.ts";
import { statusRoutes } from "./deployments/status.ts";
import { requestReadRoutes } from "./requests/request-reads.ts";
import { requestRoutes } from "./requests/requests.ts";

type Register = (api: Api, parts: ApiDeps) => void;

/** Every route of the API. A new file of routes is a line here. */
export const routes: {
  /** Those that have a way of their own to know who calls. */
  open: readonly Register[];
  /** Those that need a token. */
  signedIn: readonly Register[];
} = {
  open: [statusRoutes],
  signedIn: [projectRoutes, buildRoutes, deploymentRoutes, requestRoutes, requestReadRoutes, auditRoutes],
};
