import { findEnvironments } from "../../../db/catalog/environments.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as requests from "../../../db/requests/requests.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import { readRequest } from "./get-request.ts";
import type { RequestView } from "./request-view.ts";

/** A request with what pipelines know its parts by: slugs, their own ids of builds, the attempt's id. */
export type RequestDetail = {
  view: RequestView;
  source: Environment;
  target: Environment;
  /** Every build that the view shows, by our id. */
  builds: ReadonlyMap<string, builds.Build>;
  /** The last attempt to bring it to its target. */
  attempt: deployments.Deployment | null;
};

/**
 * One request as the API tells it; undefined where there is none of this number.
 *
 * @param now decides whether its time has run out (R11)
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
      const shown = [view.build, view.liveInTarget, view.newerInSource].flatMap((one) =>
        one ? [one.id] : [],
      );
      const [environments, known, attempt] = await Promise.all([
        findEnvironments(tx, organizationId, [view.source.id, view.target.id]),
        builds.findMany(tx, organizationId, shown),
        "deploymentId" in state ? deployments.find(tx, organizationId, state.deploymentId) : undefined,
      ]);
      const source = environments.get(view.source.id);
      const target = environments.get(view.target.id);
      if (source === undefined || target === undefined)
        throw new Error(`#${number} refers to a place that is gone`);
      return { view, source, target, builds: known, attempt: attempt ?? null };
    },
    // One snapshot, as for every view of a request.
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}
