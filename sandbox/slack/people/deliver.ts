import { limits } from "../checks/limits.ts";
import type { Deliver } from "../stand-in.ts";
import type { BotAnswer, SlackOptions } from "../types.ts";
import { signedHeaders } from "./sign.ts";

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/**
 * Sends signed requests to the bot and waits as long as Slack does. A late response is "operation_timeout".
 * No response, or one outside the 200s, is "dispatch_failed".
 * Source: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
 */
export function makeDeliver(
  options: Pick<SlackOptions, "botUrl" | "signingSecret" | "answerLimitMs">,
): Deliver {
  const send = async (body: string, type: string, more: Record<string, string> = {}): Promise<BotAnswer> => {
    const started = performance.now();
    const tookMs = () => Math.round(performance.now() - started);
    try {
      const response = await fetch(`${options.botUrl().replace(/\/$/, "")}/slack/events`, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(options.answerLimitMs ?? limits.answerTime.max),
        headers: {
          "content-type": type,
          "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
          // The signature uses the real time, even if a test moved the workspace's clock.
          ...signedHeaders(options.signingSecret, body, Date.now()),
          ...more,
        },
      });
      const answer = parsed(await response.text());
      return {
        status: response.status,
        body: answer,
        tookMs: tookMs(),
        ...(!response.ok && { error: "dispatch_failed" }),
      };
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      return {
        status: 0,
        body: null,
        tookMs: tookMs(),
        error: late ? "operation_timeout" : "dispatch_failed",
      };
    }
  };
  const form = "application/x-www-form-urlencoded";
  return {
    form: (fields) => send(fields.toString(), form),
    interaction: (payload) =>
      send(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), form),
    event: (envelope, retry) =>
      send(JSON.stringify(envelope), "application/json", {
        ...(retry && { "x-slack-retry-num": String(retry.num), "x-slack-retry-reason": retry.reason }),
      }),
  };
}

/** A request that Slack would not send, with the reason. */
export const notSent = (error: string): BotAnswer => ({ status: 0, body: null, tookMs: 0, error });
