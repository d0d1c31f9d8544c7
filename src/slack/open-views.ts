import type { WebClient } from "@slack/web-api";
import type { Views } from "./ports.ts";

/** `views.*` on the client of their own. */
export function viewsOf(client: WebClient): Views {
  return {
    open: async (triggerId, view) => {
      await client.views.open({ trigger_id: triggerId, view });
    },
    push: async (triggerId, view) => {
      await client.views.push({ trigger_id: triggerId, view });
    },
    update: async (viewId, hash, view) => {
      await client.views.update({ view_id: viewId, view, ...(hash === undefined ? {} : { hash }) });
    },
  };
}
