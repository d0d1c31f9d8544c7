import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { LinkPayload } from "../lib/links.ts";
import type { Log } from "../lib/log.ts";
import type { ApiEnv } from "./api/auth.ts";
import { type Health, healthRoutes } from "./health-routes.ts";
import { type FindCard, linkRoutes } from "./link-routes.ts";
import { type MetricsPage, metricsRoutes } from "./metrics-routes.ts";
import { failed, nothingHere, styleSource } from "./pages.tsx";

export type WebDeps = {
  /** Handles `POST /slack/events`. */
  receiver: { handle(request: Request): Promise<Response> };
  health: Health;
  /** Returns what the token of `/r/:token` says, or undefined if the signature is not valid. */
  readLink: (token: string) => LinkPayload | undefined;
  findCard: FindCard;
  /** Handles `/api/v1`. Absent: 404. */
  api?: Hono<ApiEnv>;
  /** Handles `/metrics`. Absent: 404. */
  metrics?: MetricsPage;
  log: Log;
};

/** Returns the web app: Slack's receiver, health checks, metrics, the API, and the links in emails, on one port. */
export function createWeb({ receiver, health, readLink, findCard, api, metrics, log }: WebDeps): Hono {
  const web = new Hono();
  web.use(async (c, next) => {
    const start = performance.now();
    await next();
    // The token of a link names a person, so it is not logged.
    const path = c.req.path.startsWith("/r/") ? "/r/…" : c.req.path;
    const durationMs = Math.round(performance.now() - start);
    log.debug(
      { method: c.req.method, path, status: c.res.status, took: durationMs },
      "Answered a web request",
    );
  });
  web.post("/slack/events", (c) => receiver.handle(c.req.raw));
  web.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: [styleSource],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // Without includeSubDomains: the subdomains of this host are not Signoff's.
      strictTransportSecurity: "max-age=15552000",
      referrerPolicy: "no-referrer",
      xFrameOptions: "DENY",
    }),
  );
  web.route("/", healthRoutes(health));
  if (metrics !== undefined) web.route("/", metricsRoutes(metrics));
  if (api !== undefined) web.route("/api/v1", api);
  web.route("/", linkRoutes({ readLink, findCard, log }));
  web.notFound((c) => c.html(nothingHere(), 404));
  web.onError((error, c) => {
    log.error({ err: error }, "A web request failed");
    return c.html(failed(), 500);
  });
  return web;
}
