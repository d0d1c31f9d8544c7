import { ErrorCode } from "@slack/web-api";
import { expect, test } from "vitest";
import { slackFault } from "./slack-fault.ts";

const says = (error: string) =>
  Object.assign(new Error(error), { code: ErrorCode.PlatformError, data: { ok: false, error } });
const rateLimited = (retryAfter: number) =>
  Object.assign(new Error("429"), { code: ErrorCode.RateLimitedError, retryAfter });
const answers = (statusCode: number) =>
  Object.assign(new Error("HTTP"), { code: ErrorCode.HTTPError, statusCode });

test("a rate limit puts it off for as long as Slack says, and up to a second more", () => {
  const limit = { kind: "postponed", reason: "Slack's rate limit", limited: true };
  expect(slackFault(rateLimited(7), () => 0)).toEqual({ ...limit, afterMs: 7_000 });
  expect(slackFault(rateLimited(7), () => 0.5)).toEqual({ ...limit, afterMs: 7_500 });
});

test.each(["ratelimited", "rate_limited", "message_limit_exceeded"])(
  "%s in an answer puts it off, too",
  (error) => expect(slackFault(says(error), () => 0)).toMatchObject({ kind: "postponed", afterMs: 30_000 }),
);

test.each(["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"])(
  "%s: the token is refused, nothing was tried",
  (error) => {
    expect(slackFault(says(error))).toEqual({
      kind: "postponed",
      afterMs: 60_000,
      reason: `Slack says ${error}`,
      refused: true,
    });
  },
);

test.each(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "org_login_required"])(
  "%s passes: it is tried again, and looked for first",
  (error) => {
    expect(slackFault(says(error))).toEqual({
      kind: "retry",
      reason: `Slack says ${error}`,
      sent: "unknown",
    });
  },
);

test.each([500, 502, 503, 504])("HTTP %s passes: it is tried again, and looked for first", (status) => {
  expect(slackFault(answers(status))).toMatchObject({ kind: "retry", sent: "unknown" });
});

test("no answer at all: it is tried again, and looked for first", () => {
  const error = Object.assign(new Error("The operation was aborted due to timeout"), {
    code: ErrorCode.RequestError,
  });
  expect(slackFault(error)).toEqual({
    kind: "retry",
    reason: "Slack did not answer: The operation was aborted due to timeout",
    sent: "unknown",
  });
});

test.each([
  "user_disabled",
  "user_not_found",
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "restricted_action",
  "no_permission",
  "msg_too_long",
  "msg_blocks_too_long",
  "invalid_blocks",
  "messages_tab_disabled",
])("%s is for good: dead at once, with the reason", (error) => {
  expect(slackFault(says(error))).toEqual({ kind: "dead", reason: `Slack says ${error}` });
});

test("what is not Slack's is thrown on", () => {
  const ours = new TypeError("a bug");
  expect(() => slackFault(ours)).toThrow(ours);
});
