import { createHmac } from "node:crypto";

export const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";

export type SlackPost = {
  body: string | Uint8Array;
  contentType?: string;
  secret?: string;
  /** Seconds since 1970. */
  timestamp?: number | string;
  headers?: Record<string, string>;
};

/** Returns the headers with which Slack would send this body. */
export function signedHeaders({
  body,
  contentType,
  secret,
  timestamp,
  headers,
}: SlackPost): Record<string, string> {
  const at = String(timestamp ?? Math.floor(Date.now() / 1000));
  const digest = createHmac("sha256", secret ?? signingSecret)
    .update(`v0:${at}:`)
    .update(body)
    .digest("hex");
  return {
    "content-type": contentType ?? "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": at,
    "x-slack-signature": `v0=${digest}`,
    ...headers,
  };
}

/** Returns a request to `/slack/events`, signed as Slack does. */
export function slackRequest(post: SlackPost): Request {
  return new Request("http://bot/slack/events", {
    method: "POST",
    body: post.body as NonNullable<RequestInit["body"]>,
    headers: signedHeaders(post),
  });
}

export const command = (fields: Record<string, string> = {}): string =>
  new URLSearchParams({
    command: "/promote",
    text: "billing",
    team_id: "T1",
    user_id: "U1",
    channel_id: "C1",
    trigger_id: "1.2",
    response_url: "http://127.0.0.1:9/response",
    ...fields,
  }).toString();

export const interaction = (fields: object): string =>
  new URLSearchParams({
    payload: JSON.stringify({ user: { id: "U1", team_id: "T1" }, team: { id: "T1" }, ...fields }),
  }).toString();

export const click = (actionId: string): string =>
  interaction({ type: "block_actions", actions: [{ type: "button", action_id: actionId, value: "1" }] });

export const submission = (callbackId: string): string =>
  interaction({
    type: "view_submission",
    view: { id: "V1", type: "modal", callback_id: callbackId, state: { values: {} } },
  });

export const event = (type: string, fields: object = {}): string =>
  JSON.stringify({
    type: "event_callback",
    team_id: "T1",
    event_id: "Ev1",
    event: { type, user: "U1", ...fields },
  });
