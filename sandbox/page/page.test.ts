import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import { people } from "../people.ts";
import { type SlackStandIn, startSlack } from "../slack/index.ts";
import { createPage } from "./index.ts";

const hostile = '<img src=x onerror=alert(1)> "quoted" <!channel>';
const manifest = new URL("../../manifest.yml", import.meta.url).pathname;

let slack: SlackStandIn;
let page: Hono;
let bot: ReturnType<typeof serve>;

beforeAll(async () => {
  const app = new Hono().post("/slack/events", (c) => c.json({ text: "*Hello*" }));
  bot = await new Promise((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0 }, () => resolve(started));
  });
  const { port } = bot.address() as AddressInfo;
  slack = await startSlack({
    manifest,
    signingSecret: "secret",
    botToken: "xoxb-1",
    botUrl: () => `http://127.0.0.1:${port}`,
    people: [...people, { name: "gone", realName: "Gone", deleted: true }],
  });
  const mail = {
    id: "1",
    to: "bob@acme.example",
    from: "a@b",
    subject: hostile,
    html: "<p>Hi</p>",
    text: "Hi",
  };
  page = createPage({ slack, people, inbox: async () => [{ ...mail, at: new Date().toISOString() }] });
});

afterAll(async () => {
  await slack.stop();
  bot.close();
});

const idOf = (name: string) => slack.workspace.people.find((person) => person.name === name)?.id ?? "";
const get = async (path: string) => (await page.request(path)).text();
const post = async (path: string, body: object) => {
  const headers = { "content-type": "application/json" };
  const response = await page.request(path, { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()) as { ok: boolean; error?: string };
};

/** Posts a message from the bot to one person. Returns its channel and ts. */
function say(name: string, blocks: Record<string, unknown>[]) {
  const channel = slack.workspace.openDm([idOf(name)]).id;
  const user = slack.workspace.bot.userId;
  return slack.workspace.post({ channel, user, text: "x", blocks });
}

test("the chooser shows everybody with what they are there for", async () => {
  const html = await get("/");
  for (const { realName, does } of people) {
    expect(html).toContain(realName);
    expect(html).toContain(does);
  }
});

test("a command reaches the bot, and its private answer is shown to that person only", async () => {
  expect(await post("/as/dana/command", { text: "/promote help" })).toMatchObject({ ok: true });
  expect(await get("/as/dana")).toMatch(/Only visible to you[\s\S]*<strong>Hello<\/strong>/);
  expect(await get("/as/bob")).not.toContain("Only visible to you");
});

test("what people wrote never becomes markup", async () => {
  const text = { type: "plain_text", text: hostile };
  say("bob", [
    { type: "section", text },
    { type: "header", text },
  ]);
  const html = (await get("/as/bob")) + (await get("/as/bob/mail"));
  expect(html).toContain("&lt;img src=x onerror=alert(1)&gt; &quot;quoted&quot; &lt;!channel&gt;");
  expect(html).not.toContain("<img");
});

test("a permalink leads to the window of the one who has the message", async () => {
  const { channel, ts } = say("carol", [{ type: "divider" }]);
  const response = await page.request(`/archives/${channel}/p${ts.replace(".", "")}`);
  expect(response.headers.get("location")).toBe(`/as/${idOf("carol")}?message=${ts}`);
  expect((await page.request(`/archives/${channel}/nonsense`)).status).toBe(404);
});

test("unread messages and mails are marked until they were seen", async () => {
  const { channel } = say("ada", [{ type: "divider" }]);
  const unread = /data-unread="(\d+)"/;
  expect(unread.exec(await get("/as/ada?part=sidebar"))?.[1]).toBe("1");
  await post("/as/ada/read", { channel });
  expect(unread.exec(await get("/as/ada?part=sidebar"))?.[1]).toBe("0");
});

test("a press of a button that has gone says so", async () => {
  const { channel, ts } = say("sam", [{ type: "divider" }]);
  const answer = await post("/as/sam/click", { channel, ts, actionId: "approve", value: "1" });
  expect(answer).toMatchObject({ ok: false, error: expect.stringContaining("no approve") });
});

test("a form of another site cannot act here", async () => {
  const response = await page.request("/as/dana/command", { method: "POST", body: '{"text":"/promote x"}' });
  expect(response.status).toBe(415);
});

test("a broken limit is listed in red with Slack's document", async () => {
  expect(await get("/as/dana?part=strip")).not.toContain("Slack would refuse");
  slack.workspace.violate("chat.postMessage", "headerText", "must be shorter");
  const html = await get("/as/dana?part=strip");
  expect(html).toContain("must be shorter");
  expect(html).toContain("https://docs.slack.dev/");
});

test("an open page is told which of its parts have changed", async () => {
  const response = await page.request(`/events?user=${idOf("bob")}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("event: hello");
  say("bob", [{ type: "divider" }]);
  expect((await reader?.read())?.value).toContain("data: conversation sidebar");
  await reader?.cancel();
});
