import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebClient } from "@slack/web-api";
import type { Emulator } from "emulate";
import { createEmulator } from "emulate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SlackStandIn } from "../../sandbox/slack/index.ts";
import { startSlack } from "../../sandbox/slack/index.ts";

// The same calls go to our stand-in and to the Slack emulator of `emulate`, an independent implementation of
// Slack's documentation. Their responses must agree. Where emulate supports less, or Slack's documentation
// disagrees with it, the test says so.

type Answer = Record<string, unknown> & { ok?: boolean; error?: string };

/** One of the two sides: its address, the IDs of its people, and how it gets a trigger. */
type Side = {
  name: string;
  url: string;
  userId: string;
  trigger(viewId?: string): Promise<string>;
};

const full = "xoxb-full";
const poor = "xoxb-poor";
const scopes = ["chat:write", "commands", "im:write", "im:history", "users:read", "users:read.email"].concat(
  "channels:read",
  "groups:read",
);
const email = "rita@example.com";

function manifest(granted: string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), "contract-")), "manifest.yml");
  const home = "app_home: { home_tab_enabled: true }";
  const features = `{ ${home}, slash_commands: [{ command: /promote }], bot_user: { display_name: Signoff } }`;
  writeFileSync(path, `features: ${features}\noauth_config: { scopes: { bot: [${granted.join(", ")}] } }\n`);
  return path;
}

let emulator: Emulator;
let standIns: SlackStandIn[] = [];
let sides: { ours: Side; theirs: Side };

const startOurs = async (botToken: string, granted: string[]) => {
  const people = [{ name: "rita", realName: "Rita Review", email }];
  const botUrl = () => "http://127.0.0.1:9";
  const slack = await startSlack({
    manifest: manifest(granted),
    signingSecret: "s",
    botToken,
    botUrl,
    people,
  });
  standIns = [...standIns, slack];
  return slack;
};

beforeAll(async () => {
  const ours = await startOurs(full, scopes);
  const bot = { app_id: "A1", bot_id: "B1", bot_user_id: "U0BOT", bot_name: "signoff" };
  const app = { client_id: "c", client_secret: "s", name: "Signoff", redirect_uris: [], scopes, ...bot };
  const token = { user: "U0BOT", type: "bot", app_id: "A1", bot_id: "B1", bot_user_id: "U0BOT" };
  const slack = {
    strict_scopes: true,
    users: [{ name: "rita", real_name: "Rita Review", email }],
    oauth_apps: [app],
    tokens: [
      { ...token, token: full, scopes },
      { ...token, token: poor, scopes: ["commands"] },
    ],
  };
  emulator = await createEmulator({ service: "slack", port: 0, seed: { slack } as never });
  const theirUrl = `${emulator.url}/api/`;
  const theirCall = (method: string, args: object) => call(theirUrl, full, method, args);
  const found = await theirCall("users.lookupByEmail", { email });
  const userId = (found.user as { id: string }).id;
  const ourUserId = ours.workspace.people[0]?.id ?? "";
  sides = {
    ours: {
      name: "ours",
      url: ours.url,
      userId: ourUserId,
      // A trigger from a command. The bot's response does not matter here.
      trigger: async (viewId) => ours.giveTrigger(ourUserId, viewId),
    },
    theirs: {
      name: "emulate",
      url: theirUrl,
      userId,
      trigger: async (viewId) => {
        const args = { user_id: userId, ...(viewId !== undefined && { view_id: viewId }) };
        return String((await theirCall("views.generateTriggerId", args)).trigger_id);
      },
    },
  };
});

afterAll(async () => {
  await emulator.close();
  for (const slack of standIns) await slack.stop();
});

/** Makes a call with the real client. Returns Slack's response, also for a refusal. */
async function call(url: string, token: string, method: string, args: object): Promise<Answer> {
  const client = new WebClient(token, { slackApiUrl: url, retryConfig: { retries: 0 } });
  return client.apiCall(method, { ...args }).then(
    (answer) => answer as Answer,
    (error) => (error.data ?? { ok: false, error: String(error) }) as Answer,
  );
}

/** Runs the same steps on both sides. */
async function both<T>(
  steps: (side: Side, ask: (method: string, args?: object) => Promise<Answer>) => Promise<T>,
) {
  const run = (side: Side) => steps(side, (method, args = {}) => call(side.url, full, method, args));
  return { ours: await run(sides.ours), theirs: await run(sides.theirs) };
}

/**
 * Returns the types of the named fields, which programs rely on, without IDs and times. Dots lead to nested
 * fields.
 */
function shape(answer: unknown, fields: string[]): Record<string, string> {
  const at = (path: string) =>
    path
      .split(".")
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], answer);
  const kind = (value: unknown) => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);
  return Object.fromEntries(fields.map((field) => [field, kind(at(field))]));
}

const section = { type: "section", block_id: "s", text: { type: "mrkdwn", text: "*Promote*" } };
const input = {
  type: "input",
  block_id: "message",
  label: { type: "plain_text", text: "Message" },
  element: { type: "plain_text_input", action_id: "message" },
};
const modal = (more: object = {}) => ({
  type: "modal",
  callback_id: "request",
  private_metadata: "p",
  title: { type: "plain_text", text: "Request Approval" },
  submit: { type: "plain_text", text: "Send" },
  blocks: [input],
  ...more,
});
const metadata = { event_type: "card", event_payload: { card: "c1" } };

describe("the stand-in answers as emulate's Slack does", () => {
  test("auth.test", async () => {
    const { ours, theirs } = await both((_, ask) => ask("auth.test"));
    const fields = ["ok", "url", "team", "user", "team_id", "user_id", "bot_id"];
    expect(shape(ours, fields)).toEqual(shape(theirs, fields));
    expect(ours.user).toBe(theirs.user);
  });

  test("users.info and users.lookupByEmail", async () => {
    const fields = [
      "ok",
      "user.id",
      "user.team_id",
      "user.name",
      "user.deleted",
      "user.is_bot",
      "user.real_name",
    ];
    fields.push("user.profile.email", "user.profile.real_name", "user.profile.display_name", "user.is_admin");
    const info = await both((side, ask) => ask("users.info", { user: side.userId }));
    expect(shape(info.ours, fields)).toEqual(shape(info.theirs, fields));
    const found = await both((_, ask) => ask("users.lookupByEmail", { email }));
    expect(shape(found.ours, fields)).toEqual(shape(found.theirs, fields));
    const nobody = await both((_, ask) => ask("users.info", { user: "U0NOBODY" }));
    expect(nobody.ours.error).toBe(nobody.theirs.error);
    const noEmail = await both((_, ask) => ask("users.lookupByEmail", { email: "no@example.com" }));
    expect(noEmail.ours.error).toBe(noEmail.theirs.error);
  });

  test("conversations.open", async () => {
    const opened = await both(async (side, ask) => {
      const first = await ask("conversations.open", { users: side.userId });
      const again = await ask("conversations.open", { users: side.userId });
      return { first, again, same: JSON.stringify(first.channel) === JSON.stringify(again.channel) };
    });
    const fields = ["first.ok", "first.channel.id", "again.already_open", "again.no_op"];
    expect(shape(opened.ours, fields)).toEqual(shape(opened.theirs, fields));
    expect([opened.ours.same, opened.theirs.same]).toEqual([true, true]);
    for (const args of [{ users: "U0NOBODY" }, {}, { channel: "D0NOWHERE" }]) {
      const { ours, theirs } = await both((_, ask) => ask("conversations.open", args));
      expect(ours.error).toBe(theirs.error);
    }
  });

  test("conversations.list and conversations.members, in pages", async () => {
    const { ours, theirs } = await both(async (_, ask) => {
      const list = await ask("conversations.list", { types: "public_channel", limit: 100 });
      const general = (list.channels as Answer[]).find(({ name }) => name === "general");
      const members = await ask("conversations.members", { channel: general?.id, limit: 100 });
      const info = await ask("conversations.info", { channel: general?.id });
      const nowhere = await ask("conversations.members", { channel: "C0NOWHERE" });
      return { list, general, members, info, nowhere: nowhere.error };
    });
    const fields = ["list.ok", "list.channels", "members.ok", "members.members", "info.channel.id"];
    fields.push("general.name", "general.is_channel", "general.is_archived", "general.is_private");
    fields.push("general.is_member", "list.response_metadata.next_cursor");
    expect(shape(ours, fields)).toEqual(shape(theirs, fields));
    expect([ours.nowhere, theirs.nowhere]).toEqual(["channel_not_found", "channel_not_found"]);
  });

  test("users.list", async () => {
    const { ours, theirs } = await both((_, ask) => ask("users.list", { limit: 100 }));
    const fields = ["ok", "members", "response_metadata.next_cursor"];
    expect(shape(ours, fields)).toEqual(shape(theirs, fields));
    const rita = ({ members }: Answer) => (members as Answer[]).find(({ name }) => name === "rita");
    const person = ["id", "team_id", "deleted", "is_bot", "profile.email"];
    expect(shape(rita(ours), person)).toEqual(shape(rita(theirs), person));
  });

  test("views.publish: only under the current hash", async () => {
    const home = { type: "home", private_metadata: "tab", blocks: [section] };
    const { ours, theirs } = await both(async (side, ask) => {
      const published = await ask("views.publish", { user_id: side.userId, view: home });
      const { hash } = published.view as { hash: string };
      const again = await ask("views.publish", { user_id: side.userId, view: home, hash });
      const stale = await ask("views.publish", { user_id: side.userId, view: home, hash });
      return { view: published.view, ok: again.ok, stale: stale.error };
    });
    const fields = ["view.id", "view.type", "view.private_metadata", "view.hash", "view.blocks"];
    expect(shape(ours, fields)).toEqual(shape(theirs, fields));
    expect([ours.ok, ours.stale]).toEqual([true, "hash_conflict"]);
    expect([theirs.ok, theirs.stale]).toEqual([true, "hash_conflict"]);
  });

  test("chat.postMessage to a person, and its refusals", async () => {
    const content = { text: "Review", blocks: [section], metadata };
    const posted = await both((side, ask) => ask("chat.postMessage", { channel: side.userId, ...content }));
    const fields = ["ok", "channel", "ts", "message.ts", "message.text", "message.blocks", "message.user"];
    expect(shape(posted.ours, fields)).toEqual(shape(posted.theirs, fields));
    for (const { channel } of [posted.ours, posted.theirs]) expect(channel).toMatch(/^D/);
    for (const args of [
      { channel: "C0NOWHERE", text: "x" },
      { channel: sides.ours.userId, text: "" },
    ]) {
      const { ours, theirs } = await both((side, ask) =>
        ask("chat.postMessage", { ...args, ...(args.text === "" && { channel: side.userId }) }),
      );
      expect(ours.error).toBe(theirs.error);
    }
  });

  test("chat.update, and its refusals", async () => {
    const { ours, theirs } = await both(async (side, ask) => {
      const { channel, ts } = await ask("chat.postMessage", {
        channel: side.userId,
        text: "1",
        blocks: [section],
      });
      const updated = await ask("chat.update", { channel, ts, text: "2", blocks: [section] });
      const gone = await ask("chat.update", { channel, ts: "1.000001", text: "2" });
      return { updated, error: gone.error };
    });
    const fields = ["ok", "channel", "ts", "text", "message.text", "message.blocks"];
    expect(shape(ours.updated, fields)).toEqual(shape(theirs.updated, fields));
    expect([ours.updated.text, theirs.updated.text]).toEqual(["2", "2"]);
    expect(ours.error).toEqual(theirs.error);
  });

  test("chat.delete, and its refusals", async () => {
    const { ours, theirs } = await both(async (side, ask) => {
      const { channel, ts } = await ask("chat.postMessage", { channel: side.userId, text: "1" });
      const deleted = await ask("chat.delete", { channel, ts });
      const again = await ask("chat.delete", { channel, ts });
      const updated = await ask("chat.update", { channel, ts, text: "2" });
      return { deleted: shape(deleted, ["ok", "channel", "ts"]), again: again.error, updated: updated.error };
    });
    expect(ours).toEqual(theirs);
    expect([ours.again, ours.updated]).toEqual(["message_not_found", "message_not_found"]);
  });

  test("conversations.history: newest first, metadata and limit", async () => {
    const { ours, theirs } = await both(async (side, ask) => {
      const { channel } = await ask("chat.postMessage", { channel: side.userId, text: "first" });
      await ask("chat.postMessage", { channel, text: "second", metadata });
      const history = await ask("conversations.history", { channel, limit: 2, include_all_metadata: true });
      const messages = history.messages as Answer[];
      const nowhere = await ask("conversations.history", { channel: "D0NOWHERE" });
      return {
        texts: messages.map((message) => message.text),
        metadata: messages[0]?.metadata,
        shape: shape(history, ["ok", "messages", "has_more"]),
        messageShape: shape(messages[0], ["type", "ts", "user", "text"]),
        nowhere: nowhere.error,
      };
    });
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ texts: ["second", "first"], metadata });
  });

  test("views.open: a trigger works once", async () => {
    const { ours, theirs } = await both(async (side, ask) => {
      const trigger_id = await side.trigger();
      const opened = await ask("views.open", { trigger_id, view: modal() });
      const again = await ask("views.open", { trigger_id, view: modal() });
      const made = await ask("views.open", { trigger_id: "1.2.x", view: modal() });
      return { opened, errors: [again.error, made.error] };
    });
    const fields = [
      "id",
      "type",
      "callback_id",
      "private_metadata",
      "hash",
      "root_view_id",
      "blocks",
      "title",
    ];
    fields.push("submit", "previous_view_id", "external_id", "app_id", "bot_id", "team_id", "state.values");
    expect(shape(ours.opened.view, fields)).toEqual(shape(theirs.opened.view, fields));
    expect(ours.errors).toEqual(["exchanged_trigger_id", "invalid_trigger_id"]);
    expect(ours.errors).toEqual(theirs.errors);
  });

  test("views.update: only under the current hash", async () => {
    const { ours, theirs } = await both(async (side, ask) => {
      const opened = await ask("views.open", { trigger_id: await side.trigger(), view: modal() });
      const { id: view_id, hash } = opened.view as { id: string; hash: string };
      const updated = await ask("views.update", { view_id, hash, view: modal({ callback_id: "two" }) });
      const stale = await ask("views.update", { view_id, hash, view: modal() });
      const nowhere = await ask("views.update", { view_id: "V0NOWHERE", view: modal() });
      const changed = (updated.view as { hash: string }).hash !== hash;
      return { ok: updated.ok, view: updated.view as Answer, changed, errors: [stale.error, nowhere.error] };
    });
    expect(ours.errors).toEqual(["hash_conflict", "not_found"]);
    expect([ours.ok, ours.changed, ours.view.callback_id]).toEqual([true, true, "two"]);
    expect([theirs.ok, theirs.changed, theirs.view.callback_id]).toEqual([true, true, "two"]);
    expect(ours.errors).toEqual(theirs.errors);
  });

  test("views.push: at most three deep", async () => {
    const { ours, theirs } = await both(async (side, ask) => {
      const opened = await ask("views.open", { trigger_id: await side.trigger(), view: modal() });
      let top = (opened.view as { id: string }).id;
      const errors: unknown[] = [];
      for (let depth = 2; depth <= 4; depth += 1) {
        const pushed = await ask("views.push", { trigger_id: await side.trigger(top), view: modal() });
        errors.push(pushed.error);
        top = (pushed.view as { id: string } | undefined)?.id ?? top;
      }
      return errors;
    });
    expect(ours).toEqual([undefined, undefined, "push_limit_reached"]);
    expect(ours).toEqual(theirs);
  });

  test("a missing scope is named, with what the token has", async () => {
    const lacking = await startOurs(poor, ["commands"]);
    for (const [method, args] of [
      ["users.info", { user: "U0NOBODY" }],
      ["users.lookupByEmail", { email }],
      ["conversations.open", { users: sides.theirs.userId }],
      ["chat.postMessage", { channel: sides.theirs.userId, text: "x" }],
      ["chat.update", { channel: "D0NOWHERE", ts: "1.000001", text: "x" }],
    ] as const) {
      const ours = await call(lacking.url, poor, method, args);
      const theirs = await call(sides.theirs.url, poor, method, args);
      expect({ method, error: ours.error, provided: ours.provided }).toEqual({
        method,
        error: "missing_scope",
        provided: "commands",
      });
      expect(theirs).toMatchObject({ error: "missing_scope", provided: "commands" });
      expect(ours.needed).toBe(theirs.needed);
    }
  });

  test("a call without a token is refused", async () => {
    const { ours, theirs } = await both(async ({ url }) =>
      (await fetch(`${url}auth.test`, { method: "POST" })).json(),
    );
    expect(ours).toEqual({ ok: false, error: "not_authed" });
    expect(theirs).toMatchObject(ours as Answer);
  });
});

describe("where Slack's documents and emulate differ, the stand-in follows the documents", () => {
  test("an unknown token is refused; emulate accepts any", async () => {
    const ours = await call(sides.ours.url, "xoxb-wrong", "auth.test", {});
    const theirs = await call(sides.theirs.url, "xoxb-wrong", "auth.test", {});
    expect([ours.error, theirs.ok]).toEqual(["invalid_auth", true]);
  });

  test("chat.update in a channel that is not there; emulate misses only the message", async () => {
    const args = { channel: "D0NOWHERE", ts: "1.000001", text: "2" };
    const { ours, theirs } = await both((_, ask) => ask("chat.update", args));
    expect([ours.error, theirs.error]).toEqual(["channel_not_found", "message_not_found"]);
  });

  test("an unknown method: HTTP 200 and unknown_method; emulate answers 404", async () => {
    const headers = { authorization: `Bearer ${full}` };
    const { ours, theirs } = await both(async ({ url }) => {
      const response = await fetch(`${url}no.such`, { method: "POST", headers });
      return { status: response.status, body: response.status === 200 ? await response.json() : null };
    });
    expect(ours).toMatchObject({ status: 200, body: { ok: false, error: "unknown_method" } });
    expect(theirs.status).toBe(404);
  });

  test("blocks beyond Slack's limits; emulate does not check blocks", async () => {
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3001) } }];
    const { ours, theirs } = await both((side, ask) =>
      ask("chat.postMessage", { channel: side.userId, text: "x", blocks }),
    );
    expect([ours.error, theirs.ok]).toEqual(["invalid_blocks", true]);
  });
});
