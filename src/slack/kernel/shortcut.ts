import type { App } from "@slack/bolt";
import { noticeModal } from "../blocks/notice-modal.ts";
import type { SlackDeps } from "./deps.ts";
import { faultWords, reportFault } from "./faults.ts";
import type { Reply } from "./reply.ts";
import { runInTime } from "./run.ts";

/** One use of a global shortcut. */
export type Shortcut = { organizationId: string; userId: string; triggerId: string };

/** Listens to a global shortcut. A person whose shortcut failed reads so in a modal. */
export function onShortcut(
  app: App,
  deps: SlackDeps,
  callbackId: string,
  work: (shortcut: Shortcut) => Promise<Reply>,
): void {
  app.shortcut({ callback_id: callbackId, type: "shortcut" }, async ({ ack, body, context }) => {
    const shortcut = {
      organizationId: context.teamId ?? "",
      userId: body.user.id,
      triggerId: body.trigger_id,
    };
    const { followUp } = await runInTime(deps, shortcut, () => work(shortcut)).catch((error): Reply => {
      reportFault(deps, error, { callbackId }, "A shortcut failed");
      const views = deps.viewsFor(shortcut.organizationId);
      return { followUp: () => views.open(shortcut.triggerId, noticeModal(faultWords(error))) };
    });
    await ack();
    await followUp?.().catch((error) =>
      deps.log.warn({ err: error, callbackId }, "The answer to a shortcut was not shown"),
    );
  });
}
