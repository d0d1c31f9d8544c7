import type { Api, ApiParts } from "./api.ts";
import { auditRoutes } from "./audit.ts";
import { buildRoutes } from "./builds.ts";
import { deploymentRoutes } from "./deployments.ts";
import { projectRoutes } from "./projects.ts";
import { requestReadRoutes } from "./request-reads.ts";
import { requestRoutes } from "./requests.ts";
import { statusRoutes } from "./status.ts";

type Register = (api: Api, parts: ApiParts) => void;

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
