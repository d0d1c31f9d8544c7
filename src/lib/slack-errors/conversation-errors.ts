import type { MethodErrors } from "./common.ts";

/** The errors of conversations.*: https://docs.slack.dev/reference/methods/conversations.info#errors */
export const conversationErrors = {
  "conversations.open": {
    errors: {
      person: [
        "channel_not_found",
        "invalid_user_combination",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
      ],
      "own-fault": [
        "method_not_supported_for_channel_type",
        "not_enough_users",
        "too_many_users",
        "users_list_not_supplied",
      ],
    },
  },
  "conversations.info": {
    errors: { channel: ["channel_is_limited_access", "channel_not_found", "no_permission"] },
  },
  "conversations.list": {
    errors: {
      transient: ["invalid_cursor"],
      "own-fault": ["invalid_limit", "invalid_types", "method_not_supported_for_channel_type"],
    },
  },
  "conversations.history": {
    errors: {
      // The cursor is no longer valid, so the search starts over.
      transient: ["invalid_cursor"],
      channel: ["channel_is_limited_access", "channel_not_found", "no_permission", "not_in_channel"],
      "own-fault": ["invalid_metadata_filter_keys", "invalid_ts_latest", "invalid_ts_oldest"],
    },
  },
  "conversations.members": {
    errors: {
      transient: ["fetch_members_failed", "invalid_cursor"],
      // Without its members, a channel counts as reaching nobody: each person is asked directly, without waiting.
      channel: [
        "access_denied",
        "channel_not_found",
        "method_not_supported_for_channel_type",
        "no_permission",
        "team_access_not_granted",
      ],
      "own-fault": ["invalid_limit"],
    },
    alsoSeen: [
      {
        class: "channel",
        codes: ["channel_is_limited_access", "not_in_channel"],
        source: "https://docs.slack.dev/reference/methods/conversations.history#errors",
      },
    ],
  },
} satisfies Record<string, MethodErrors>;
