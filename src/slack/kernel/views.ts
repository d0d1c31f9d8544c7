import type { WebClient } from "@slack/web-api";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { HomeMoved, type Views } from "./deps.ts";

/** `views.*` on the client of their own. */
export function viewsOf(client: WebClient): Views {
  return {
    open: async (triggerId, view) => {
      await client.views.open({ trigger_id: triggerId, view });
    },
    begin: async (triggerId, view) => {
      return (await client.views.open({ trigger_id: triggerId, view })).view?.id ?? "";
    },
    push: async (triggerId, view) => {
      await client.views.push({ trigger_id: triggerId, view });
    },
    update: async (viewId, hash, view) => {
      await client.views.update({ view_id: viewId, view, ...(hash === undefined ? {} : { hash }) });
    },
    publish: async (userId, view, hash) => {
      try {
        const shown = await client.views.publish({
          user_id: userId,
          view,
          ...(hash === null ? {} : { hash }),
        });
        return shown.view?.hash ?? null;
      } catch (error) {
        // https://docs.slack.dev/reference/methods/views.publish#errors
        if (slackErrorCode(error) === "hash_conflict") throw new HomeMoved();
        throw error;
      }
    },
  };
}
