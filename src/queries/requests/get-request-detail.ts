import { findEnvironments } from "../../../db/catalog/environments.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as requests from "../../../db/requests/requests.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import { readRequest } from "./get-request.ts";
import type { RequestView } from "./request-view.ts";

/** A request with the identifiers that API clients use: slugs and the attempt. */
export type RequestDetail = {
  view: RequestView;
  source: Environment;
  target: Environment;
  /** The last attempt to deploy the build to the target. */
  attempt: deployments.Deployment | null;
};

/**
 * Returns a request as the API shows it; undefined if there is none with this number.
 *
 * @param now decides whether the request has expired (R11)
 */
export function getRequestDetail(
  db: Db,
  organizationId: string,
  number: number,
  now: Date,
): Promise<RequestDetail | undefined> {
  return db.transaction(
    async (tx) => {
      const [view, request] = await Promise.all([
        readRequest(tx, organizationId, number, now),
        requests.find(tx, organizationId, number),
      ]);
      if (view === undefined || request === undefined) return undefined;
      const { state } = request;
      const [environments, attempt] = await Promise.all([
        findEnvironments(tx, organizationId, [view.source.id, view.target.id]),
        "deploymentId" in state ? deployments.find(tx, organizationId, state.deploymentId) : undefined,
      ]);
      const source = environments.get(view.source.id);
      const target = environments.get(view.target.id);
      if (source === undefined || target === undefined)
        throw new Error(`Request #${number} refers to an environment that does not exist`);
      return { view, source, target, attempt: attempt ?? null };
    },
    // One snapshot, as in `getRequest`.
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}
