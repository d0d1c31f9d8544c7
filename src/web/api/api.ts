import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Log } from "../../lib/log.ts";
import type { Context } from "../../usecases/shared/context.ts";
import type { ApiEnv } from "./auth.ts";
import type { CardLink } from "./requests/request-json.ts";
import type { Waiting } from "./requests/wait.ts";

export type Api = OpenAPIHono<ApiEnv>;

/** What the routes are given. */
export type ApiDeps = {
  context: Context;
  /** Where clients wait for requests to change. */
  waiting: Waiting;
  /** Makes sure that we know whom a call names, by Slack id or email, as far as Slack says who they are. */
  knowRequester: (organizationId: string, named: string) => Promise<void>;
  /** Leads a member to their own card of a request. */
  cardLink: CardLink;
  /** Whose deployment a token reports on, where it is the token of this one. */
  readReportToken(token: string, deploymentId: string): string | undefined;
  /** The address that links point to; no slash at its end. */
  publicUrl: string;
  log: Pick<Log, "error">;
  /** Calls a minute and token; default 600. */
  callsPerMinute?: number;
};
