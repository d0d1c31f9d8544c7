/** A JSON object. */
export type Fields = Record<string, unknown>;

/** The body of a signed request to `/slack/events`. */
type SlackBody =
  /** For Bolt: an event, a command, or an interaction. */
  | { kind: "call"; body: Fields }
  /** Slack verifies that the URL belongs to the app. */
  | { kind: "challenge"; challenge: string }
  /** Slack tests the URL, or reports that it withholds events. It only expects a response. */
  | { kind: "notice"; what: "ssl_check" | "app_rate_limited" }
  | { kind: "malformed"; why: string };

/**
 * Returns the parsed body: JSON for the Events API, a form for commands, a form with `payload` for interactions. Anything
 * else is malformed and must not reach Bolt, which does not check the shape of a body.
 * https://docs.slack.dev/interactivity/handling-user-interaction#payloads
 */
export function readSlackBody(contentType: string | null, bytes: Uint8Array): SlackBody {
  const mediaType = contentType?.split(";")[0]?.trim().toLowerCase();
  const text = decode(bytes);
  if (text === undefined) return malformed("The body is not UTF-8");
  if (mediaType === "application/json") return readEvent(parseObject(text));
  if (mediaType === "application/x-www-form-urlencoded") return readForm(new URLSearchParams(text));
  return malformed("The content type is neither JSON nor a form");
}

/**
 * Returns whether a body is nothing but Slack's test of the URL's certificate, which Slack does not sign. A body with a
 * command or an interaction is never one.
 */
export function isSslCheck(contentType: string | null, bytes: Uint8Array): boolean {
  const read = readSlackBody(contentType, bytes);
  return read.kind === "notice" && read.what === "ssl_check";
}

function readEvent(body: Fields | undefined): SlackBody {
  if (body === undefined) return malformed("The body is not a JSON object");
  if (body.type === "url_verification") {
    if (typeof body.challenge !== "string") return malformed("The challenge is missing");
    return { kind: "challenge", challenge: body.challenge };
  }
  if (body.type === "app_rate_limited") return { kind: "notice", what: "app_rate_limited" };
  if (body.type !== "event_callback") return malformed("The type is not one of the Events API");
  if (!isObject(body.event) || typeof body.event.type !== "string") return malformed("The event is missing");
  return { kind: "call", body };
}

function readForm(form: URLSearchParams): SlackBody {
  const payload = form.get("payload");
  if (payload !== null) return readInteraction(parseObject(payload));
  if (form.get("ssl_check") === "1" && !form.has("command")) return { kind: "notice", what: "ssl_check" };
  const body: Fields = Object.fromEntries(form);
  const complete = [body.command, body.team_id, body.user_id].every(
    (field) => typeof field === "string" && field,
  );
  return complete ? { kind: "call", body } : malformed("The form is neither a command nor an interaction");
}

function readInteraction(body: Fields | undefined): SlackBody {
  if (body === undefined) return malformed("The payload is not a JSON object");
  if (typeof body.type !== "string") return malformed("The payload has no type");
  if (!isObject(body.user) || typeof body.user.id !== "string") return malformed("The payload has no user");
  // Null if the app is installed for a whole Enterprise organization.
  const team = body.team ?? null;
  if (team !== null && !isObject(team)) return malformed("The payload's team is not an object");
  if (body.type === "block_actions" && !isArrayOfObjects(body.actions))
    return malformed("The payload has no actions");
  if (/^view_/.test(body.type) && !isObject(body.view)) return malformed("The payload has no view");
  return { kind: "call", body };
}

const malformed = (why: string): SlackBody => ({ kind: "malformed", why });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseObject(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether the value is an object, and neither null nor an array. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArrayOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}
