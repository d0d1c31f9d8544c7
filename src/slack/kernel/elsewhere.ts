import type { App } from "@slack/bolt";
import { z } from "zod";
import { option } from "../blocks/blocks.ts";
import { noticeModal } from "../blocks/notice-modal.ts";
import { isFromElsewhere } from "../client/app.ts";
import { escaped } from "../words/text.ts";
import type { SlackDeps } from "./deps.ts";

const words =
  "Signoff is not installed in this workspace, so nothing happened. Switch to the workspace where your team uses Signoff, or ask an admin of this workspace to set it up here.";

/** An option has room for 75 characters. */
const noOptions = [option({ text: "Signoff is not installed in this workspace", value: "not-installed" })];

const text = z.string().optional().catch(undefined);

/** What Slack may send, as far as the explanation depends on it. */
const sentBody = z.object({
  type: text,
  command: text,
  trigger_id: text,
  event: z.object({ type: text }).optional().catch(undefined),
  view: z.object({ type: text }).optional().catch(undefined),
});

type Sent = z.infer<typeof sentBody>;

/** Bolt's functions to answer with, which an event does not have. */
type Answer = {
  ack?: ((answer?: object) => Promise<void>) | undefined;
  respond?: ((answer: object) => Promise<unknown>) | undefined;
};

/**
 * Answers everything that comes from a workspace that has not installed Signoff: people read why nothing happens, events
 * are accepted and ignored. No listener runs, and nothing is stored.
 *
 * A person of another workspace who acts on something of this one, in a shared channel, is not meant: Slack then names the
 * installed workspace, and the listeners refuse them as a stranger.
 */
export function answerElsewhere(app: App, deps: SlackDeps): void {
  app.use(async (args) => {
    if (!isFromElsewhere(args.context)) return args.next();
    const body = sentBody.parse(args.body);
    const { ack, respond }: Answer = args as Answer;
    const { teamId, enterpriseId } = args.context;
    const what = body.command ?? body.event?.type ?? body.type;
    deps.log.warn({ what, teamId, enterpriseId }, "Ignored: this workspace has not installed Signoff");
    await explain(deps, body, { ack, respond }).catch((error) =>
      deps.log.warn({ err: error, what }, "The explanation was not shown"),
    );
  });
}

async function explain(deps: SlackDeps, body: Sent, { ack, respond }: Answer): Promise<void> {
  // Bolt has acknowledged an event.
  if (ack === undefined) return;
  if (body.command !== undefined) return ack({ response_type: "ephemeral", text: escaped(words) });
  switch (body.type) {
    case "view_submission":
      return ack({ response_action: "update", view: noticeModal(words) });
    case "block_suggestion":
      return ack({ options: noOptions });
    case "view_closed":
      return ack();
    default:
      await ack();
      return tell(deps, body, respond);
  }
}

/** Tells it below the message, or in a modal: Slack opens one where this workspace's app was used from another one. */
async function tell(deps: SlackDeps, body: Sent, respond: Answer["respond"]): Promise<void> {
  if (respond !== undefined) {
    await respond({ response_type: "ephemeral", replace_original: false, text: escaped(words) });
    return;
  }
  const { trigger_id: triggerId, view } = body;
  if (triggerId === undefined) return;
  const notice = noticeModal(words);
  await (view?.type === "modal"
    ? deps.ownViews.push(triggerId, notice)
    : deps.ownViews.open(triggerId, notice));
}
