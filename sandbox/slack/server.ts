import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context as Http } from "hono";
import { Hono } from "hono";
import type { Context } from "./api/method.ts";
import { SlackError, stringArg } from "./api/method.ts";
import { methods } from "./api/methods.ts";
import { isJson } from "./checks/elements.ts";
import { makeRates } from "./checks/rates.ts";
import { useResponseUrl } from "./people/reply.ts";
import type { StandIn } from "./stand-in.ts";
import type { ApiAnswer, ApiCall, Json } from "./types.ts";

const maxCalls = 10_000;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Returns the arguments from JSON or a form. In a form, objects and arrays are JSON text. */
async function argumentsOf(http: Http): Promise<Json> {
  const type = http.req.header("content-type") ?? "";
  if (type.startsWith("application/json")) {
    const body = parsed(await http.req.text());
    const args = isJson(body) ? body : {};
    // Slack accepts JSON text inside JSON too.
    return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, nested(key, value)]));
  }
  const fields: Json = { ...http.req.query(), ...(await http.req.parseBody()) };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, nested(key, value)]));
}

const structured = new Set(["blocks", "view", "metadata", "attachments"]);
const nested = (key: string, value: unknown) =>
  structured.has(key) && typeof value === "string" ? parsed(value) : value;

const missingScopes = (needed: string[], granted: string[]) =>
  needed.filter((entry) => !entry.split("|").some((scope) => granted.includes(scope)));

/**
 * Runs a call: checks the token, the method, and the scopes, then calls the method. Never throws for a
 * caller's mistake.
 */
function runCall(standIn: StandIn, call: ApiCall): ApiAnswer {
  const { workspace, manifest } = standIn;
  if (call.token === undefined) return { ok: false, error: "not_authed" };
  if (call.token !== standIn.botToken) return { ok: false, error: "invalid_auth" };
  const method = methods[call.method];
  if (method === undefined) {
    workspace.violate(call.method, "unknownMethod", `the stand-in has no method ${call.method}`);
    return { ok: false, error: "unknown_method", req_method: call.method };
  }
  const { grants } = standIn;
  const context: Context = {
    workspace,
    grants,
    manifest,
    publicUrl: standIn.publicUrl(),
    method: call.method,
    args: call.args,
  };
  try {
    const missing = missingScopes(method.scopes?.(context) ?? [], manifest.scopes);
    if (missing.length > 0) {
      const needed = missing.map((entry) => entry.replaceAll("|", ",")).join(",");
      const provided = manifest.scopes.join(",");
      workspace.violate(call.method, "missingScope", `needs ${needed}, the manifest has ${provided}`);
      return { ok: false, error: "missing_scope", needed, provided };
    }
    return { ok: true, ...method.run(context) };
  } catch (error) {
    if (error instanceof SlackError) return { ok: false, error: error.code, ...error.more };
    throw error;
  }
}

function rateLimited(http: Http, call: ApiCall, seconds: number) {
  call.answer = { ok: false, error: "ratelimited" };
  return http.json(call.answer, 429, { "retry-after": String(seconds) });
}

/** Handles one Web API call, with the requested faults. */
async function answer(
  standIn: StandIn,
  http: Http<{ Bindings: HttpBindings }>,
  rates: ReturnType<typeof makeRates>,
) {
  const { faults, calls, workspace } = standIn;
  const method = http.req.param("method") ?? "";
  const { token: inBody, ...args } = await argumentsOf(http);
  const header = /^Bearer (.+)$/i.exec(http.req.header("authorization") ?? "")?.[1];
  const token = header ?? (typeof inBody === "string" ? inBody : undefined);
  const call: ApiCall = { method, token, args, at: workspace.now() };
  calls.push(call);
  if (calls.length > maxCalls) calls.shift();
  await faults.held(method);
  const refusal = faults.refusal(method, args);
  if (refusal?.kind === "rateLimit") return rateLimited(http, call, refusal.retryAfterSeconds);
  if (refusal?.kind === "fail") {
    if (refusal.error === undefined) return new Response("", { status: refusal.status ?? 500 });
    call.answer = { ok: false, error: refusal.error };
    return Response.json(call.answer, { status: refusal.status ?? 200 });
  }
  const wait = faults.enforceRates ? rates(method, stringArg({ args } as Context, "channel")) : 0;
  if (wait > 0) return rateLimited(http, call, wait);
  call.answer = runCall(standIn, call);
  workspace.changed("call");
  await faults.stalled(method);
  if (faults.answerLost(method)) {
    http.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  return http.json(call.answer, 200, { "x-oauth-scopes": standIn.manifest.scopes.join(",") });
}

/** The HTTP server of the workspace: the Web API and the response_urls. */
export function makeServer(standIn: StandIn): Hono<{ Bindings: HttpBindings }> {
  const rates = makeRates(standIn.workspace.now);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.all("/api/:method", (http) => answer(standIn, http, rates));
  app.post("/response/:grant", async (http) => {
    const { status, body } = useResponseUrl(standIn, http.req.param("grant"), parsed(await http.req.text()));
    return Response.json(body, { status });
  });
  return app;
}
