/**
 * Every id that Slack hands back to us. They are constants: data travels in values and private_metadata, and no id is
 * ever made up or taken apart.
 */
export const ids = {
  command: { promote: "/promote", approvals: "/approvals", settings: "/promotion-settings" },
  shortcut: { request: "request_to_promote" },
  action: {
    approve: "approve_request",
    reject: "open_reject",
    details: "open_details",
    cancel: "open_cancel",
    promote: "promote_request",
    pickIntegration: "pick_integration",
    pickTarget: "pick_target",
    chooseIntegration: "choose_integration",
    goOverview: "go_overview",
    goApprovals: "go_approvals",
    goSettings: "go_settings",
    goProjects: "go_projects",
    goPending: "go_pending",
    goPast: "go_past",
    goPrevious: "go_previous",
    goNext: "go_next",
    pickProject: "pick_project",
    filterProject: "filter_project",
    startStep: "start_step",
    pickStep: "pick_step",
  },
  view: {
    request: "request_approval",
    review: "review_details",
    reject: "reject_request",
    cancel: "cancel_request",
    confirm: "confirm_promote",
    outcome: "outcome",
    approvals: "approvals",
    home: "home",
  },
  block: {
    integration: "integration",
    target: "target",
    message: "message",
    verdict: "verdict",
    comment: "comment",
    reason: "reason",
    notice: "notice",
  },
  input: {
    message: "message_input",
    verdict: "verdict_input",
    comment: "comment_input",
    reason: "reason_input",
  },
  /** The `event_type` of a posted message's metadata; its payload carries the key under which we know the message. */
  metadata: "signoff_posted",
} as const;
