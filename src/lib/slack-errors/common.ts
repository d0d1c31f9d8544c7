/**
 * What an error of Slack's is about.
 *
 * - `transient`: it passes. The same call can succeed later.
 * - `token`: the bot token, or what the token may do. An admin must act, and then the same call succeeds.
 * - `person`: this person cannot be reached or read. Others can.
 * - `channel`: this channel cannot be used. Its readers must be told another way.
 * - `group`: this user group can no longer be read.
 * - `message`: the message, view, or trigger that the call names is gone or cannot be changed.
 * - `own-fault`: Signoff sent something that Slack does not accept.
 */
export type SlackErrorClass =
  | "transient"
  | "token"
  | "person"
  | "channel"
  | "group"
  | "message"
  | "own-fault";

/** The error codes of one method, by class. */
export type MethodErrors = {
  /** What Slack's page of the method lists, apart from the common errors. */
  errors: Partial<Record<SlackErrorClass, readonly string[]>>;
  /** Codes that Slack's page does not list, by class, with the page that does. */
  alsoSeen?: readonly { class: SlackErrorClass; codes: readonly string[]; source: string }[];
};

/** Slack's machine-readable description of an earlier state of its API. It lists codes that its pages no longer do. */
export const openApiSource =
  "https://github.com/slackapi/slack-api-specs/blob/master/web-api/slack_web_openapi_v2.json";

/**
 * The errors that Slack lists for every method: https://docs.slack.dev/reference/methods/chat.postMessage#errors.
 * A method's own entry wins.
 */
export const commonErrors: MethodErrors = {
  errors: {
    transient: [
      "accesslimited",
      "access_denied",
      "ekm_access_denied",
      "fatal_error",
      "internal_error",
      "org_login_required",
      "ratelimited",
      "request_timeout",
      "service_unavailable",
      "team_access_not_granted",
      "team_added_to_org",
    ],
    token: [
      "account_inactive",
      "enterprise_is_restricted",
      "invalid_auth",
      "missing_scope",
      "no_permission",
      "not_allowed_token_type",
      "not_authed",
      "token_expired",
      "token_revoked",
      "two_factor_setup_required",
    ],
    "own-fault": [
      "deprecated_endpoint",
      "invalid_arg_name",
      "invalid_arguments",
      "invalid_array_arg",
      "invalid_charset",
      "invalid_form_data",
      "invalid_post_type",
      "method_deprecated",
      "missing_post_type",
    ],
  },
  alsoSeen: [
    {
      class: "own-fault",
      codes: ["invalid_json", "json_not_object", "missing_charset", "superfluous_charset"],
      source: openApiSource,
    },
    { class: "transient", codes: ["upgrade_required", "upgrade_require"], source: openApiSource },
  ],
};

/** Rate limits that Slack reports without a 429. Nothing was done, and the wait does not count as an attempt. */
export const rateLimitCodes: ReadonlySet<string> = new Set([
  "ratelimited",
  "rate_limited",
  "message_limit_exceeded",
]);

/** Errors of a token that Slack no longer accepts for anything: `auth.test` reports them, too. */
export const rejectedTokenCodes: ReadonlySet<string> = new Set([
  "account_inactive",
  "invalid_auth",
  "not_authed",
  "token_expired",
  "token_revoked",
]);

/** Errors after which the call may have succeeded in part: Slack says so, or breaks off in the middle. */
export const mayHaveHappenedCodes: ReadonlySet<string> = new Set([
  "fatal_error",
  "internal_error",
  "org_login_required",
  "request_timeout",
  "service_unavailable",
  "team_added_to_org",
  "update_failed",
]);
