import { type ApiToken, coversProject } from "../../../domain/tokens/token.ts";
import { getRequestDetail, type RequestDetail } from "../../../queries/requests/get-request-detail.ts";
import { listRequestsPage } from "../../../queries/requests/list-requests-page.ts";
import type { Api, ApiDeps } from "../api.ts";
import { orThrow, Problem, refused } from "../problems.ts";
import { lineJson, requestJson } from "./request-json.ts";
import { getRoute, listRoute } from "./request-routes.ts";
import { shareReads } from "./share-reads.ts";
import { TooManyWaiting, type Wait } from "./wait.ts";

/** How many requests are read at once for those whose wait is over; those who click need connections too. */
const readsAtOnce = 3;

/** Reading requests, and waiting for them. */
export function requestReadRoutes(api: Api, parts: ApiDeps): void {
  const { context, waiting, cardLink } = parts;
  const { db, now } = context;
  const read = (organizationId: string, number: number) =>
    getRequestDetail(db, organizationId, number, now());
  const readShared = shareReads(read, readsAtOnce);

  api.openapi(listRoute, async (c) => {
    const token = c.get("token");
    const { state: states = [], project = null, integration = null, after, limit } = c.req.valid("query");
    if (integration !== null && project === null) {
      throw new Problem(
        "validation",
        "query.integration: an integration is one of a project; give that too.",
      );
    }
    const asked = { states, project, integration, before: after ?? null, limit, token };
    const { rows, next } = orThrow(await listRequestsPage(db, token.organizationId, asked, now()));
    return c.json({ items: rows.map(lineJson), next: next === null ? null : String(next) }, 200);
  });

  api.openapi(getRoute, async (c) => {
    const token = c.get("token");
    const { organizationId, id: tokenId, projectId } = token;
    const { number } = c.req.valid("param");
    const { wait, since } = c.req.valid("query");
    if (wait === undefined) {
      const detail = visible(token, await read(organizationId, number));
      return c.json(requestJson(detail, cardLink), 200);
    }
    const known = since ?? visible(token, await read(organizationId, number)).view.version;
    const { signal } = c.req.raw;
    const waitMs = wait * 1_000;
    await until({ organizationId, tokenId, number, since: known, waitMs, projectId, signal });
    const detail = visible(token, await readShared(organizationId, number));
    return c.json(requestJson(detail, cardLink), 200);
  });

  const until = (wait: Wait) =>
    waiting.until(wait).catch((error: unknown) => {
      if (!(error instanceof TooManyWaiting)) throw error;
      throw new Problem("busy", "Too many clients are waiting. Try again.", {}, { "retry-after": "5" });
    });
}

/** A request that this token sees; one of another project is not there for it. */
function visible(token: ApiToken, detail: RequestDetail | undefined): RequestDetail {
  if (detail !== undefined && coversProject(token, detail.view.project.id)) return detail;
  throw refused({ code: "not-found", what: "request" });
}
