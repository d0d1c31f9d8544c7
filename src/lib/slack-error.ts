import type { SlackErrorClass } from "./slack-errors/common.ts";
import { findSlackError, type SlackErrorRow } from "./slack-errors/table.ts";

/** Slack's codes are words in lower case. Anything else in their place is a proxy's page or message. */
const codePattern = /^[a-z][a-z0-9_]{0,99}$/;

/** The method of a call that failed, by its error. The client's errors do not name it. */
const methodOf = new WeakMap<Error, string>();

/** Records which method a failed call was about, so that its error can be looked up. Returns the error. */
export function withMethod(error: unknown, method: string): unknown {
  if (error instanceof Error) methodOf.set(error, method);
  return error;
}

/** Returns the method of a failed call, such as `chat.postMessage`; undefined if it was not recorded. */
export const slackMethod = (error: unknown): string | undefined =>
  error instanceof Error ? methodOf.get(error) : undefined;

/**
 * Returns the error code with which Slack answered a Web API call, such as `channel_not_found`. Returns undefined for
 * every other error, such as a timeout, a rate limit, or the answer of a proxy in between: only a JSON body
 * `{ ok: false, error }` with a code comes from Slack. https://docs.slack.dev/tools/node-slack-sdk/web-api#handle-errors
 */
export function slackErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return codeIn("data" in error ? error.data : "body" in error ? error.body : undefined);
}

function codeIn(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("ok" in body) || !("error" in body)) return undefined;
  const { ok, error: code } = body;
  return ok === false && typeof code === "string" && codePattern.test(code) ? code : undefined;
}

/** Returns the scope that Slack says the token lacks: https://docs.slack.dev/reference/methods/auth.test#errors */
export function neededScope(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("data" in error)) return undefined;
  const { data } = error;
  if (typeof data !== "object" || data === null || !("needed" in data)) return undefined;
  return typeof data.needed === "string" ? data.needed : undefined;
}

/** Returns what an error of Slack's means; undefined for an unknown code, and for an error that is not Slack's answer. */
export function slackErrorRow(error: unknown): SlackErrorRow | undefined {
  const code = slackErrorCode(error);
  return code === undefined ? undefined : findSlackError(slackMethod(error), code);
}

/** Returns what an error of Slack's is about; undefined for an unknown code, and for an error that is not Slack's answer. */
export const slackErrorClass = (error: unknown): SlackErrorClass | undefined => slackErrorRow(error)?.class;

/** Returns whether Slack accepts the token, but not for this call, for instance because a scope is missing. */
export function isDeniedCall(error: unknown): boolean {
  const row = slackErrorRow(error);
  return row?.class === "token" && !row.tokenRejected;
}
