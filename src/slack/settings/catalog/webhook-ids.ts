/** The ids of an integration's webhook, in Settings › Projects. */
export const webhookIds = {
  action: {
    open: "open_webhook",
    test: "test_webhook",
    rotate: "rotate_webhook_secret",
    show: "show_webhook_secret",
  },
  view: { webhook: "save_webhook" },
  /** Each input's block, and the one action in it. */
  input: { url: "webhook_url", silence: "webhook_silence" },
} as const;
