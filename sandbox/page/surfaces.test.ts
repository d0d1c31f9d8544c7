import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { WebClient } from "@slack/web-api";
import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { people } from "../people.ts";
import { type Json, type SlackStandIn, startSlack } from "../slack/index.ts";
import { createPage } from "./index.ts";

const manifest = new URL("../../manifest.yml", import.meta.url).pathname;
const plain = (text: string) => ({ type: "plain_text", text });
const option = (value: string) => ({ text: plain(value), value });

let slack: SlackStandIn;
let client: WebClient;
let page: Hono;
let bot: ReturnType<typeof serve>;
const got: Json[] = [];

beforeAll(async () => {
  const app = new Hono().post("/slack/events", async (c) => {
    const raw = await c.req.text();
    const isJson = c.req.header("content-type")?.startsWith("application/json");
    got.push(JSON.parse((isJson ? raw : new URLSearchParams(raw).get("payload")) ?? "{}"));
    return c.body("");
  });
  bot = await new Promise((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0 }, () => resolve(started));
  });
});

beforeEach(async () => {
  await slack?.delivered();
  await slack?.stop();
  got.length = 0;
  const { port } = bot.address() as AddressInfo;
  slack = await startSlack({
    manifest,
    signingSecret: "secret",
    botToken: "xoxb-1",
    botUrl: () => `http://127.0.0.1:${port}`,
    people: [
      ...people,
      { name: "gus", realName: "Gus Guest", isRestricted: true },
      { name: "gone", realName: "Gone", deleted: true },
    ],
    channels: [
      { id: "C0REL", name: "releases", members: ["ada", "bot"] },
      { name: "old", isArchived: true },
    ],
    groups: [{ id: "S0REL", handle: "releasers", name: "Releasers", users: ["bob"] }],
  });
  client = new WebClient("xoxb-1", { slackApiUrl: slack.url, retryConfig: { retries: 0 } });
  page = createPage({ slack, people, inbox: async () => [] });
});

afterAll(async () => {
  await slack.stop();
  bot.close();
});

const get = async (path: string) => (await page.request(path)).text();
const idOf = (name: string) => slack.workspace.people.find((person) => person.name === name)?.id ?? "";
const post = async (path: string, body: object) => {
  const headers = { "content-type": "application/json" };
  const response = await page.request(path, { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()) as Json;
};
const publish = (...blocks: Json[]) =>
  client.views.publish({ user_id: idOf("ada"), view: { type: "home", blocks } as never });
const row = (blockId: string) => ({
  type: "section",
  block_id: blockId,
  text: plain(`Row ${blockId}`),
  accessory: { type: "overflow", action_id: "row", options: [option("edit")] },
});

describe("the App Home", () => {
  test("has two tabs, and opening one tells the bot which", async () => {
    expect(await get("/as/ada/home")).toMatch(/aria-current="page">Home<[\s\S]*published nothing here yet/);
    expect(await get("/as/ada")).toMatch(/aria-current="page">Messages</);
    await post("/as/ada/open", { tab: "home" });
    await post("/as/ada/open", { tab: "messages" });
    expect(got.map(({ event }) => event)).toMatchObject([
      { type: "app_home_opened", user: idOf("ada"), tab: "home" },
      { type: "app_home_opened", user: idOf("ada"), tab: "messages" },
    ]);
  });

  test("is drawn with all blocks, texts for those who do not see, and to its owner only", async () => {
    await publish(
      row("one"),
      {
        type: "actions",
        elements: [{ type: "static_select", action_id: "s", options: [option("by name")] }],
      },
      { type: "image", image_url: "https://example.com/a.png", alt_text: "The pipeline of Orders" },
      {
        ...row("who"),
        accessory: { type: "users_select", action_id: "u", placeholder: plain("Choose a person") },
      },
    );
    const html = await get("/as/ada/home?part=home");
    expect(html).toContain('role="group"');
    expect(html).toContain('aria-label="More actions"');
    expect(html).toContain("by name");
    expect(html).toContain('alt="The pipeline of Orders"');
    expect(html).toContain('aria-label="Choose a person"');
    expect(await get("/as/bob/home?part=home")).not.toContain("Row one");
  });

  test("a press in a row reaches the bot from that row, of the view", async () => {
    await publish(row("one"), row("two"));
    const press = { home: true, actionId: "row", blockId: "two", value: "edit" };
    expect(await post("/as/ada/click", press)).toMatchObject({ ok: true });
    expect(got.at(-1)).toMatchObject({
      type: "block_actions",
      container: { type: "view" },
      view: { type: "home" },
      actions: [{ block_id: "two", selected_option: { value: "edit" } }],
    });
  });

  test("an open page hears that the bot has drawn it again", async () => {
    const response = await page.request(`/events?user=${idOf("ada")}`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain("event: hello");
    await publish(row("one"));
    expect((await reader?.read())?.value).toContain("data: home");
    await reader?.cancel();
  });
});

describe("choosing people and channels", () => {
  const select = (type: string, more: Json = {}) => ({
    ...row("who"),
    accessory: { type, action_id: "who", ...more },
  });
  const offered = async (typed: string) => {
    const { options } = await post("/as/ada/suggest", { actionId: "who", typed });
    return (options as { text: { text: string }; description?: { text: string } }[]).map(
      ({ text, description }) => [text.text, description?.text],
    );
  };

  test("Slack lists guests and apps too, but nobody who has left", async () => {
    await publish(select("users_select"));
    const all = await offered("");
    expect(all).toContainEqual(["Gus Guest", "Guest"]);
    expect(all).toContainEqual(["Signoff", "App"]);
    expect(all.map(([name]) => name)).not.toContain("Gone");
    expect(await offered("rev bob")).toEqual([["Bob Reviewer", "Release manager"]]);
  });

  test("archived channels are not listed", async () => {
    await publish(select("conversations_select"));
    expect((await offered("")).map(([name]) => name)).toEqual(["#general", "#releases"]);
  });

  test("who is chosen already is shown by name, and can be taken out", async () => {
    await publish(select("multi_users_select", { initial_users: [idOf("bob")] }));
    const html = await get("/as/ada/home?part=home");
    expect(html).toContain('aria-label="Remove Bob Reviewer"');
    await post("/as/ada/choose", { actionId: "who", blockId: "who", value: [] });
    expect(await get("/as/ada/home?part=home")).not.toContain("Remove Bob Reviewer");
    expect(got.at(-1)).toMatchObject({ actions: [{ selected_users: [] }] });
  });

  test("options that came with the view are searched without asking the bot", async () => {
    await publish(select("multi_static_select", { options: [option("Admin"), option("Managers")] }));
    expect(await offered("man")).toEqual([["Managers", undefined]]);
    expect(got).toEqual([]);
  });
});

describe("the message field", () => {
  test("suggests every command of the manifest, and the global shortcuts", async () => {
    const html = await get("/as/ada");
    for (const command of ["/promote", "/approvals", "/promotion-settings"])
      expect(html).toContain(`data-command="${command}"`);
    expect(html).toMatch(/aria-label="Shortcuts"[\s\S]*Request to Promote/);
    await post("/as/ada/shortcut", { callbackId: "request_to_promote" });
    expect(got.at(-1)).toMatchObject({ type: "shortcut", callback_id: "request_to_promote" });
  });
});

describe("the Workspace panel", () => {
  const act = (name: string, body: object) => post(`/as/ada/admin/${name}`, body);
  const notifiedParts = async () => {
    await slack.delivered();
    return got.map(({ event }) => (event as Json).type);
  };

  test("deactivates and reactivates somebody: they are signed out, and the bot hears of it", async () => {
    expect(await act("person", { id: idOf("sam"), deleted: "yes" })).toEqual({ ok: true });
    const out = await page.request("/as/sam");
    expect([out.status, await out.text()]).toEqual([
      403,
      expect.stringContaining("Sam Newcomer is deactivated"),
    ]);
    expect(await get("/as/ada/workspace")).toContain('aria-label="Reactivate Sam Newcomer"');
    await act("person", { id: idOf("sam"), deleted: "" });
    expect((await page.request("/as/sam")).status).toBe(200);
    expect(await notifiedParts()).toEqual(["user_change", "user_change"]);
  });

  test("nobody can deactivate themselves", async () => {
    expect(await act("person", { id: idOf("ada"), deleted: "yes" })).toMatchObject({ ok: false });
    expect(slack.workspace.person(idOf("ada"))?.deleted).toBeUndefined();
  });

  test("makes somebody a guest, or an owner", async () => {
    await act("person", { id: idOf("sam"), standing: "guest" });
    expect(slack.workspace.person(idOf("sam"))).toMatchObject({ isRestricted: true, isOwner: false });
    expect(await get("/as/ada/workspace?part=sidebar")).toMatch(/Sam Newcomer<small>Guest/);
    await act("person", { id: idOf("sam"), standing: "owner" });
    expect(slack.workspace.person(idOf("sam"))).toMatchObject({ isRestricted: false, isOwner: true });
  });

  test("adds a person, who can be chosen then", async () => {
    expect(await act("add-person", { realName: "Bob Builder", email: "" })).toEqual({ ok: true });
    expect(await get("/")).toContain("Bob Builder");
    expect((await page.request("/as/bob2")).status).toBe(200);
    expect(await notifiedParts()).toEqual(["team_join"]);
    expect(await act("add-person", { realName: " ", email: "" })).toMatchObject({ ok: false });
  });

  test("changes who is in a user group, and adds one", async () => {
    await act("group", { id: "S0REL", users: [idOf("carol")] });
    expect(await notifiedParts()).toEqual(["subteam_members_changed", "subteam_updated"]);
    await act("add-group", { name: "Night shift", handle: "@Night Shift" });
    expect(await get("/as/ada/workspace")).toMatch(/@night-shift <small>Night shift/);
    expect(await act("add-group", { name: "Again", handle: "night-shift" })).toMatchObject({ ok: false });
  });

  test("archives a channel, and takes the bot out of it", async () => {
    await act("channel", { id: "C0REL", isArchived: "yes" });
    expect(slack.workspace.channels.get("C0REL")).toMatchObject({ isArchived: true });
    expect(await get("/as/ada?part=sidebar")).not.toContain("releases");
    await act("channel", { id: "C0REL", isArchived: "", hasBot: "" });
    expect(slack.workspace.channels.get("C0REL")).toMatchObject({
      isArchived: false,
      members: [idOf("ada")],
    });
    await act("add-channel", { name: "#Go Live" });
    expect(await get("/as/ada?part=sidebar")).toContain("go-live");
  });
});
