import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Log } from "../../lib/log.ts";
import type { Context } from "../../usecases/shared/context.ts";
import type { ApiEnv } from "./auth.ts";
import type { CardLink } from "./requests/request-json.ts";
import type { RequestWaiters } from "./requests/request-waiters.ts";

export type Api = OpenAPIHono<ApiEnv>;

/** What the routes need. */
export type ApiDeps = {
  context: Context;
  /** The clients that wait for requests to change. */
  waiters: RequestWaiters;
  /** Stores a member whom a call names by Slack ID or email and whom Signoff does not know yet. Never rejects if Slack does not answer. */
  knowRequester: (organizationId: string, named: string) => Promise<void>;
  /** Returns the link to a member's own card of a request. */
  cardLink: CardLink;
  /** Returns the organization of a deployment, or undefined if the token is not the report token of this deployment. */
  readReportToken(token: string, deploymentId: string): string | undefined;
  /** The base URL of links, without a trailing slash. */
  publicUrl: string;
  log: Pick<Log, "error">;
  /** How many calls a token may make per minute. Default: 600. */
  callsPerMinute?: number;
};
