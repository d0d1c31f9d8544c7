import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import type { WebClientOptions } from "@slack/web-api";
import { LogLevel, WebClient } from "@slack/web-api";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { Json, SlackOptions, SlackStandIn } from "./index.ts";
import { startSlack } from "./index.ts";
import { signedHeaders } from "./people/sign.ts";

const secret = "s3cret";
export const token = "xoxb-test";
/** All scopes and events of the directory: people, user groups, channels. */
export const directoryManifest = () =>
  fullManifest
    .replace("users:read.email]", "users:read.email, usergroups:read, channels:read, groups:read]")
    .replace("[app_home_opened]", `[app_home_opened, ${directoryEvents.join(", ")}]`);
const directoryEvents = ["user_change", "team_join", "subteam_members_changed", "subteam_updated"];

export const fullManifest = `
display_information: { name: Signoff }
features:
  app_home: { home_tab_enabled: true, messages_tab_enabled: true }
  bot_user: { display_name: Signoff }
  shortcuts: [{ name: Ask, type: global, callback_id: ask, description: Ask }]
  slash_commands: [{ command: /promote, description: Promote }]
oauth_config:
  scopes: { bot: [chat:write, commands, im:write, im:history, users:read, users:read.email] }
settings:
  interactivity: { is_enabled: true }
  event_subscriptions: { bot_events: [app_home_opened] }
`;

function manifestFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "manifest-")), "manifest.yml");
  writeFileSync(path, text);
  return path;
}

/** A bot that responds to each request as the test defines, and records the requests. */
function makeBot() {
  const bot = {
    received: [] as { body: Json; signed: boolean; retry: string | undefined }[],
    answer: (_body: Json): Response | Promise<Response> => new Response(""),
  };
  const app = new Hono().post("/slack/events", async (c) => {
    const raw = await c.req.text();
    const at = Number(c.req.header("x-slack-request-timestamp")) * 1000;
    const signed = c.req.header("x-slack-signature") === signedHeaders(secret, raw, at)["x-slack-signature"];
    const isJson = c.req.header("content-type")?.startsWith("application/json");
    const form = new URLSearchParams(raw);
    const payload = isJson ? raw : form.get("payload");
    const body = payload === null ? Object.fromEntries(form) : JSON.parse(payload);
    bot.received.push({ body, signed, retry: c.req.header("x-slack-retry-num") });
    return bot.answer(body);
  });
  return { bot, app };
}

export const plain = (text: string) => ({ type: "plain_text", text });
export const button = (value: string) => ({
  type: "button",
  action_id: "review.approve",
  text: plain("Approve"),
  value,
});
export const card = [
  { type: "section", text: { type: "mrkdwn", text: "*Promote billing*" } },
  { type: "actions", block_id: "act", elements: [button("42")] },
];
export const input = (blockId: string, element: Json, more: Json = {}) => ({
  type: "input",
  block_id: blockId,
  label: plain(blockId),
  element,
  ...more,
});
export const modal = (blocks: Json[], more: Json = {}) => ({
  type: "modal",
  callback_id: "request",
  title: plain("Request Approval"),
  submit: plain("Send"),
  blocks,
  ...more,
});
export const message = input(
  "message",
  { type: "plain_text_input", action_id: "message", multiline: true },
  { optional: true },
);
export const options = ["dev", "prod"].map((value) => ({ text: plain(value), value }));
export const target = input(
  "target",
  { type: "static_select", action_id: "target", options },
  { dispatch_action: true },
);
export const search = input("integration", {
  type: "external_select",
  action_id: "integration",
  min_query_length: 0,
});

/** Returns Slack's response to a failing call, or what the client threw. */
export const failure = async (call: Promise<unknown>): Promise<Json> =>
  call.then(
    () => ({ ok: true }),
    (error) => error.data ?? { thrown: error.code ?? String(error), retryAfter: error.retryAfter },
  );

export const clientFor = (of: SlackStandIn, withToken = token, more: WebClientOptions = {}) =>
  new WebClient(withToken, {
    slackApiUrl: of.url,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: silent,
    ...more,
  });

const nothing = () => {};
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};

const people = [
  { id: "U0DEV", name: "dana", realName: "Dana Dev", email: "dana@example.com", tz: "America/New_York" },
  { id: "U0REV", name: "rita", realName: "Rita Review", email: "rita@example.com" },
  { id: "U0OLD", name: "olaf", realName: "Olaf Old", email: "olaf@example.com", deleted: true },
];

/**
 * Provides a new stand-in, its client, and one bot for each test of the file. The bot responds as the test
 * defines.
 */
export function setUpSlackStandIn() {
  const { bot, app } = makeBot();
  let botServer: ReturnType<typeof serve>;
  const fixture = {
    bot,
    botUrl: "",
    /** How many milliseconds the workspace's clock is ahead. */
    clock: 0,
    slack: undefined as unknown as SlackStandIn,
    client: undefined as unknown as WebClient,
    body: (index = -1): Json => bot.received.at(index)?.body ?? {},
    rules: () => fixture.slack.violations.map((violation) => violation.rule),
    start: (manifest = fullManifest, more: Partial<SlackOptions> = {}) =>
      startSlack({
        manifest: manifestFile(manifest),
        signingSecret: secret,
        botToken: token,
        botUrl: () => fixture.botUrl,
        now: () => Date.now() + fixture.clock,
        people,
        ...more,
      }),
    /** Runs /promote and opens this view with its trigger. */
    async openModal(view: Json): Promise<string> {
      await fixture.slack.command("U0DEV", "/promote billing");
      const trigger_id = String(fixture.body().trigger_id);
      const opened = await fixture.client.views.open({ trigger_id, view: view as never });
      return opened.view?.id ?? "";
    },
  };
  beforeAll(async () => {
    botServer = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => botServer.once("listening", resolve));
    const address = botServer.address();
    fixture.botUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  beforeEach(async () => {
    fixture.clock = 0;
    bot.received.length = 0;
    bot.answer = () => new Response("");
    fixture.slack = await fixture.start();
    fixture.client = clientFor(fixture.slack);
  });
  afterEach(() => fixture.slack.stop());
  afterAll(() => void botServer.close());
  return fixture;
}
