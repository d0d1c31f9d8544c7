import type { WebClient } from "@slack/web-api";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { HomeChanged, type Views } from "./deps.ts";

/** Returns the view calls of one workspace, made with the given client. */
export function viewsOf(client: WebClient): Views {
  return {
    open: async (triggerId, view) => {
      const opened = await client.views.open({ trigger_id: triggerId, view });
      return opened.view?.id ?? "";
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
        if (slackErrorCode(error) === "hash_conflict") throw new HomeChanged();
        throw error;
      }
    },
  };
}
