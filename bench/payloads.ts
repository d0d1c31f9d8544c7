import { ids } from "../src/slack/kernel/ids.ts";
import { boundBlock, cardValue } from "../src/slack/messages/card-value.ts";
import { targetBlock } from "../src/slack/requests/request-modal-view.ts";
import type { Button } from "./buttons.ts";

/** The workspace, the keys, and the people that every part of the bench uses. */
export const workspace = {
  teamId: "T0BENCH",
  signingSecret: "bench-signing-secret",
  botToken: "xoxb-bench",
  requesterId: "U0REQUESTER",
};

/** Returns the ID of a seeded reviewer, counted from 0. */
export const reviewerId = (index: number): string => `U0R${String(index).padStart(5, "0")}`;

/** The size of a click in bytes, including the card that Slack sends with it. */
const clickBytes = 3_500;

const origin = (userId: string) => ({
  user: { id: userId, username: "somebody", name: "somebody", team_id: workspace.teamId },
  api_app_id: "A0BENCH",
  token: "verification-token",
  team: { id: workspace.teamId, domain: "bench" },
  enterprise: null,
  is_enterprise_install: false,
});

const form = (payload: object): string =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

/**
 * Returns a click on Approve on a review card, a form of 3.5 KB.
 * Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 */
export function approveClick(button: Button): string {
  const { number, userId, cardId, fingerprint, channel, ts } = button;
  const block = boundBlock(fingerprint);
  const body = (filler: string) =>
    form({
      type: "block_actions",
      ...origin(userId),
      trigger_id: `1.2.${number}`,
      container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: "directmessage" },
      message: {
        type: "message",
        user: "U0BOT",
        ts,
        text: `#${number} Orders ${number}: Development → Staging`,
        blocks: [{ type: "section", block_id: "card", text: { type: "mrkdwn", text: filler } }],
      },
      state: { values: {} },
      actions: [
        {
          type: "button",
          action_id: ids.action.approve,
          block_id: block,
          text: { type: "plain_text", text: "Approve", emoji: true },
          value: cardValue(number, cardId),
          style: "primary",
          action_ts: "1700000000.000200",
        },
      ],
    });
  return body("x".repeat(Math.max(0, clickBytes - body("").length)));
}

/** A slash command. Source: https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
export function command(name: string, text: string, userId: string, triggerId: string): string {
  return new URLSearchParams({
    token: "verification-token",
    team_id: workspace.teamId,
    team_domain: "bench",
    user_id: userId,
    user_name: "somebody",
    api_app_id: "A0BENCH",
    is_enterprise_install: "false",
    channel_id: "C0GENERAL",
    command: name,
    text,
    trigger_id: triggerId,
    response_url: "http://127.0.0.1:9/response",
  }).toString();
}

/**
 * Returns the submission of an unchanged request modal.
 * @param metadata the modal's private_metadata: the integration, environment, and build that it showed
 */
export function submission(metadata: string): string {
  const { integrationId, targetId } = JSON.parse(metadata) as { integrationId: string; targetId: string };
  const chosen = (value: string) => ({
    selected_option: { value, text: { type: "plain_text", text: "It" } },
  });
  return form({
    type: "view_submission",
    ...origin(workspace.requesterId),
    trigger_id: "1.3",
    view: {
      id: "V1",
      team_id: workspace.teamId,
      type: "modal",
      callback_id: ids.view.request,
      private_metadata: metadata,
      hash: "1.1",
      blocks: [],
      state: {
        values: {
          [ids.block.integration]: { [ids.action.pickIntegration]: chosen(integrationId) },
          [targetBlock(integrationId)]: { [ids.action.pickTarget]: chosen(targetId) },
          [ids.block.message]: {
            [ids.input.message]: { type: "plain_text_input", value: "Fixes the totals" },
          },
        },
      },
    },
  });
}

/**
 * Returns the event of a person who opens their Home, as JSON. Source:
 * https://docs.slack.dev/reference/events/app_home_opened
 */
export function homeOpened(userId: string, eventId: string): string {
  return JSON.stringify({
    token: "verification-token",
    team_id: workspace.teamId,
    api_app_id: "A0BENCH",
    type: "event_callback",
    event_id: eventId,
    event_time: 1_700_000_000,
    event: { type: "app_home_opened", user: userId, channel: "D0HOME", tab: "home", view: { id: "V0HOME" } },
  });
}
