import { contentOf, replaceContent } from "../api/chat.ts";
import type { Context } from "../api/method.ts";
import { SlackError } from "../api/method.ts";
import { isJson, stateOf } from "../checks/elements.ts";
import type { Manifest } from "../manifest.ts";
import type { Json } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import type { Grants, ReplyTo } from "./grants.ts";

type Deps = { workspace: Workspace; grants: Grants; manifest: Manifest };

/**
 * Shows a bot's reply to a command or a click: privately, or in the channel for `response_type:
 * "in_channel"`. Records refused blocks.
 * @throws SlackError with Slack's code
 * Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export function showReply(deps: Deps, to: ReplyTo, body: Json, method: string) {
  const { workspace } = deps;
  const original = to.messageTs === undefined ? undefined : workspace.message(to.channel, to.messageTs);
  const ephemeral = workspace.ephemerals.find((entry) => entry.id === to.ephemeralId);
  if (body.delete_original === true) {
    if (original) workspace.removeMessage(original);
    if (ephemeral) workspace.removeEphemeral(ephemeral.id);
    return;
  }
  const context: Context = { ...deps, publicUrl: "", method, args: body };
  const { text, blocks = [] } = contentOf(context);
  if (body.replace_original === true && original) return replaceContent(context, original, { text, blocks });
  if (body.replace_original === true && ephemeral) {
    ephemeral.text = text;
    ephemeral.blocks = workspace.normalize(blocks);
    ephemeral.values = stateOf(ephemeral.blocks, ephemeral.values);
    return workspace.changed("ephemeral", [ephemeral.user]);
  }
  if (body.response_type === "in_channel")
    workspace.post({ channel: to.channel, user: workspace.bot.userId, text, blocks });
  else workspace.whisper({ user: to.userId, channel: to.channel, text, blocks });
}

/**
 * Handles a call to a response_url, which is valid for 30 minutes and 5 uses. Returns Slack's HTTP response.
 */
export function useResponseUrl(deps: Deps, grant: string, body: unknown): { status: number; body: unknown } {
  const to = deps.grants.useReply(grant);
  if (typeof to === "string") return { status: 404, body: { ok: false, error: to } };
  if (!isJson(body)) return { status: 400, body: { ok: false, error: "invalid_payload" } };
  try {
    showReply(deps, to, body, "response_url");
    return { status: 200, body: { ok: true } };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { status: 400, body: { ok: false, error: error.code, ...error.more } };
  }
}
