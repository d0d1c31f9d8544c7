import type { MethodErrors } from "./common.ts";

const triggerErrors = ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"];
const viewFaults = ["duplicate_external_id", "view_too_large"];

/** The errors of views.*: https://docs.slack.dev/reference/methods/views.open#errors */
export const viewErrors = {
  "views.open": { errors: { message: triggerErrors, "own-fault": viewFaults } },
  "views.push": {
    errors: { message: [...triggerErrors, "not_found"], "own-fault": [...viewFaults, "push_limit_reached"] },
  },
  "views.update": { errors: { message: ["hash_conflict", "not_found"], "own-fault": viewFaults } },
  "views.publish": {
    errors: {
      // The person has no Home, so there is nothing to show them.
      person: ["not_enabled", "not_implemented"],
      message: ["hash_conflict"],
      "own-fault": [...viewFaults, "missing_profile_id"],
    },
    alsoSeen: [
      {
        class: "person",
        codes: ["user_disabled", "user_not_found", "user_not_visible"],
        source: "https://docs.slack.dev/reference/methods/conversations.open#errors",
      },
    ],
  },
} satisfies Record<string, MethodErrors>;
