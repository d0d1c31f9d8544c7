import { type MethodErrors, openApiSource } from "./common.ts";

/** The errors of auth.*, users.*, and usergroups.*: https://docs.slack.dev/reference/methods/users.info#errors */
export const peopleErrors = {
  "auth.test": { errors: {} },
  "users.info": { errors: { person: ["too_many_users", "user_not_found", "user_not_visible"] } },
  "users.list": {
    // The cursor is no longer valid, so the reading starts over.
    errors: { transient: ["invalid_cursor"], "own-fault": ["limit_required", "missing_argument"] },
  },
  "users.lookupByEmail": { errors: { person: ["users_not_found"] } },
  "usergroups.list": {
    errors: {
      transient: ["invalid_cursor", "users_not_found"],
      group: ["plan_upgrade_required"],
      "own-fault": ["invalid_team", "missing_argument"],
    },
    alsoSeen: [{ class: "token", codes: ["user_is_bot", "user_is_restricted"], source: openApiSource }],
  },
  "usergroups.users.list": {
    errors: {
      transient: ["invalid_cursor"],
      group: ["no_such_subteam", "plan_upgrade_required"],
    },
    alsoSeen: [
      { class: "token", codes: ["user_is_bot", "user_is_restricted"], source: openApiSource },
      { class: "group", codes: ["subteam_not_found"], source: "undocumented, a synonym of no_such_subteam" },
    ],
  },
} satisfies Record<string, MethodErrors>;
