import { type ApiToken, coversProject } from "../../../domain/tokens/token.ts";
import { getRequestDetail, type RequestDetail } from "../../../queries/requests/get-request-detail.ts";
import { listRequestsPage } from "../../../queries/requests/list-requests-page.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { Problem, refusalProblem, valueOrThrow } from "../problems.ts";
import { coalesceReads } from "./coalesce-reads.ts";
import { requestJson, requestLineJson } from "./request-json.ts";
import { type RequestWait, TooManyWaiters } from "./request-waiters.ts";
import { getRoute, listRoute } from "./route-definitions.ts";

/** How many requests are read at once for clients whose wait is over. The people who click need connections too. */
const maxConcurrentReads = 3;

/** Registers the routes that list requests, read one, and wait until one changes. */
export function requestReadRoutes(api: Api, deps: ApiDeps): void {
  const { context, waiters, cardLink } = deps;
  const { db, now } = context;
  const read = (organizationId: string, number: number) =>
    getRequestDetail(db, organizationId, number, now());
  const readShared = coalesceReads(read, maxConcurrentReads);

  api.openapi(listRoute, async (c) => {
    const token = c.get("token");
    const { state: states = [], project = null, integration = null, after, limit } = c.req.valid("query");
    if (integration !== null && project === null) {
      throw new Problem(
        "validation",
        "query.integration: an integration is one of a project; give that too.",
      );
    }
    const page = { states, project, integration, before: after ?? null, limit, token };
    const { rows, next } = valueOrThrow(await listRequestsPage(db, token.organizationId, page, now()));
    return c.json({ items: rows.map(requestLineJson), next: next === null ? null : String(next) }, 200);
  });

  api.openapi(getRoute, async (c) => {
    const token = c.get("token");
    const { organizationId, id: tokenId, projectId } = token;
    const { number } = c.req.valid("param");
    const { wait, since } = c.req.valid("query");
    if (wait === undefined) {
      const detail = visibleOrThrow(token, await read(organizationId, number));
      return c.json(requestJson(detail, cardLink), 200);
    }
    const seenVersion = since ?? visibleOrThrow(token, await read(organizationId, number)).view.version;
    const { signal } = c.req.raw;
    const waitMs = wait * 1_000;
    await untilChanged({ organizationId, tokenId, number, since: seenVersion, waitMs, projectId, signal });
    const detail = visibleOrThrow(token, await readShared(organizationId, number));
    return c.json(requestJson(detail, cardLink), 200);
  });

  const untilChanged = (wait: RequestWait) =>
    waiters.untilChanged(wait).catch((error: unknown) => {
      if (!(error instanceof TooManyWaiters)) throw error;
      throw new Problem("busy", "Too many clients are waiting. Try again.", {}, { "retry-after": "5" });
    });
}

/** Returns a request that the token covers. @throws Problem 404 if there is none, or it is of another project */
function visibleOrThrow(token: ApiToken, detail: RequestDetail | undefined): RequestDetail {
  if (detail !== undefined && coversProject(token, detail.view.project.id)) return detail;
  throw refusalProblem({ code: "not-found", what: "request" });
}
