import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { LinkPayload } from "../lib/links.ts";
import type { Log } from "../lib/log.ts";
import type { ApiEnv } from "./api/auth.ts";
import { type Health, healthRoutes } from "./health.ts";
import { type FindCard, linkRoutes } from "./link-routes.ts";
import { type MetricsPage, metricsRoutes } from "./metrics.ts";
import { failed, nothingHere, styleSource } from "./pages.tsx";

export type WebDeps = {
  /** What answers `POST /slack/events`. */
  receiver: { handle(request: Request): Promise<Response> };
  health: Health;
  /** Reads the token of `/r/:token`; undefined where it is not ours. */
  readLink: (token: string) => LinkPayload | undefined;
  findCard: FindCard;
  /** What answers `/api/v1`; nothing does without it. */
  api?: Hono<ApiEnv>;
  /** What answers `/metrics`; nothing does without it. */
  metrics?: MetricsPage;
  log: Log;
};

/** Makes the web app: Slack's receiver, health, and the links of emails, on one port. */
export function createWeb({ receiver, health, readLink, findCard, api, metrics, log }: WebDeps): Hono {
  const web = new Hono();
  web.use(async (c, next) => {
    const start = performance.now();
    await next();
    // A link's token names a person, so the log has the route in its place.
    const path = c.req.path.startsWith("/r/") ? "/r/…" : c.req.path;
    const took = Math.round(performance.now() - start);
    log.debug({ method: c.req.method, path, status: c.res.status, took }, "Answered");
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
      // Not for subdomains: those belong to whoever runs this host.
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
