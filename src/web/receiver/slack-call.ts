import { type App, ErrorCode, ReceiverMultipleAckError } from "@slack/bolt";
import type { Log } from "../../lib/log.ts";
import type { CallWatch } from "../../metrics/metrics.ts";
import { type Fields, isObject } from "./slack-body.ts";

/** A body that Bolt is handling. Neither promise rejects. */
type SlackCall = {
  /** Resolves with the ack as a response, or with an error if the listeners end without one. For an event: when they end. */
  answer: Promise<Response>;
  /** Resolves when the listeners have ended, which may be long after the ack. */
  done: Promise<void>;
};

type CallDeps = { body: Fields; headers: Headers; log: Log; watch: CallWatch };

/** Passes a body to Bolt's listeners. They find the watch in their context. */
export function callListeners(app: App, { body, headers, log, watch }: CallDeps): SlackCall {
  let acked = false;
  let resolve: (response: Response) => void;
  const answer = new Promise<Response>((settle) => {
    resolve = (response) => {
      watch.answered(response.ok ? "acknowledged" : "failed");
      settle(response);
    };
  });
  const ack = async (response?: unknown): Promise<void> => {
    if (acked) throw new ReceiverMultipleAckError();
    acked = true;
    // Bolt acknowledges an event before its listeners run. Slack retries it only if the response says they failed.
    if (body.type !== "event_callback") resolve(toResponse(response));
  };
  const work = async (): Promise<void> => {
    try {
      await app.processEvent({ body, ack, customProperties: { watch }, ...readRetry(headers) });
      if (acked) return resolve(new Response(null));
      log.warn(describeBody(body), "No listener handles this body from Slack");
      resolve(new Response("Nothing listens to this", { status: 404 }));
    } catch (error) {
      log.error({ err: error, acked, ...describeBody(body) }, "A Slack listener failed");
      resolve(errorResponse(body, error));
    }
  };
  return { answer, done: work() };
}

/** Returns `command`, or the type of the body: `block_actions`, `view_submission`, `event_callback` … */
export function kindOf(body: Fields): string {
  return typeof body.command === "string" ? "command" : String(body.type);
}

/** Returns what the log may say about a body: its type and sender, and nothing that a person typed. */
export function describeBody(body: Fields): Fields {
  const action = Array.isArray(body.actions) ? field(body.actions[0], "action_id") : body.action_id;
  return {
    what: body.command ?? body.type,
    which: field(body.event, "type") ?? action ?? field(body.view, "callback_id") ?? body.callback_id,
    user: body.user_id ?? field(body.user, "id"),
    team: body.team_id ?? field(body.team, "id"),
  };
}

const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

function toResponse(ack: unknown): Response {
  if (ack === undefined || ack === null || ack === "") return new Response(null);
  return typeof ack === "string" ? new Response(ack) : Response.json(ack);
}

/**
 * Returns the response after an error that no listener handled. Slack shows its text only for a command. For a click, a
 * submission, or a list of options it shows a text of its own, and it retries an event.
 */
function errorResponse(body: Fields, error: unknown): Response {
  if (typeof body.command !== "string") return new Response("Failed", { status: 500 });
  // If the authorization failed, no listener has run. After any other error that is unknown.
  const noListenerRan = field(error, "code") === ErrorCode.AuthorizationError;
  const text = noListenerRan
    ? "Nothing was changed: Signoff could not look up this workspace. Please try again in a moment."
    : `Something went wrong with ${body.command}. Please try again in a moment.`;
  return Response.json({ response_type: "ephemeral", text });
}

/** Returns the retry headers of an event: https://docs.slack.dev/apis/events-api/#retries */
function readRetry(headers: Headers): { retryNum?: number; retryReason?: string } {
  const number = headers.get("x-slack-retry-num");
  const reason = headers.get("x-slack-retry-reason");
  return {
    ...(number !== null && /^\d{1,3}$/.test(number) ? { retryNum: Number(number) } : {}),
    ...(reason === null ? {} : { retryReason: reason }),
  };
}
