import { describe, expect, test } from "vitest";
import { card, clientFor, fullManifest, setUpSlackStandIn } from "./fixture.ts";
import type { Json } from "./index.ts";

const fixture = setUpSlackStandIn();

describe("commands", () => {
  test("a command is a signed form with trigger and response_url; the ack's text is private", async () => {
    fixture.bot.answer = () => Response.json({ text: "On it" });
    const answer = await fixture.slack.command("U0DEV", "/promote billing & co prod");
    expect(answer).toMatchObject({ status: 200, body: { text: "On it" } });
    expect(fixture.bot.received[0]?.signed).toBe(true);
    expect(fixture.body()).toMatchObject({
      command: "/promote",
      text: "billing &amp; co prod",
      user_id: "U0DEV",
      team_id: "T0SANDBOX",
      channel_name: "directmessage",
    });
    expect(fixture.slack.ephemeralsFor("U0DEV")).toMatchObject([{ text: "On it", from: "bot" }]);
    expect(fixture.slack.messagesFor("U0DEV")).toEqual([]);
  });

  test("an unknown command never reaches the bot", async () => {
    expect(await fixture.slack.command("U0DEV", "/deploy")).toMatchObject({ error: "unknown_command" });
    expect(fixture.bot.received).toEqual([]);
    expect(fixture.slack.ephemeralsFor("U0DEV")[0]?.text).toContain("/deploy is not a valid command");
  });

  test("a late bot, a failing bot and a dead bot are shown as Slack shows them", async () => {
    const slack = await fixture.start(fullManifest, { answerLimitMs: 500 });
    let answerLate = (_answer: Response) => {};
    fixture.bot.answer = () =>
      new Promise((resolve) => {
        answerLate = resolve;
      });
    expect(await slack.command("U0DEV", "/promote")).toMatchObject({
      status: 0,
      error: "operation_timeout",
    });
    answerLate(new Response(""));
    fixture.bot.answer = () => new Response("", { status: 500 });
    expect(await slack.command("U0DEV", "/promote")).toMatchObject({
      status: 500,
      error: "dispatch_failed",
    });
    const url = fixture.botUrl;
    fixture.botUrl = "http://127.0.0.1:9";
    expect(await slack.command("U0DEV", "/promote")).toMatchObject({
      status: 0,
      error: "dispatch_failed",
    });
    fixture.botUrl = url;
    expect(slack.ephemeralsFor("U0DEV").map((entry) => [entry.from, entry.text])).toEqual([
      ["slackbot", '/promote failed with the error "operation_timeout"'],
      ["slackbot", '/promote failed with the error "dispatch_failed"'],
      ["slackbot", '/promote failed with the error "dispatch_failed"'],
    ]);
    await slack.stop();
  });

  test("a response_url works 5 times in 30 minutes, in private or in the channel", async () => {
    await fixture.slack.command("U0DEV", "/promote");
    const url = String(fixture.body().response_url);
    const send = (content: Json) => fetch(url, { method: "POST", body: JSON.stringify(content) });
    expect((await send({ text: "private" })).status).toBe(200);
    expect((await send({ text: "open", response_type: "in_channel" })).status).toBe(200);
    expect(fixture.slack.ephemeralsFor("U0DEV")).toMatchObject([{ text: "private" }]);
    expect(fixture.slack.messagesFor("U0DEV")).toMatchObject([{ text: "open" }]);
    for (const text of ["3", "4", "5"]) expect((await send({ text })).status).toBe(200);
    const sixth = await send({ text: "6" });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: "used_url" }]);
    await fixture.slack.command("U0DEV", "/promote");
    fixture.clock = 31 * 60_000;
    const late = await fetch(String(fixture.body().response_url), { method: "POST", body: '{"text":"x"}' });
    expect(await late.json()).toEqual({ ok: false, error: "expired_url" });
  });

  test("shortcuts and subscribed events are sent, others are not", async () => {
    await fixture.slack.shortcut("U0DEV", "ask");
    expect(fixture.body()).toMatchObject({
      type: "shortcut",
      callback_id: "ask",
      trigger_id: expect.any(String),
    });
    expect(await fixture.slack.shortcut("U0DEV", "other")).toMatchObject({ error: "unknown_shortcut" });
    await fixture.slack.openHome("U0DEV", "messages");
    expect(fixture.body()).toMatchObject({
      type: "event_callback",
      event: { type: "app_home_opened", user: "U0DEV", tab: "messages" },
    });
    expect(await fixture.slack.event("team_join", {})).toMatchObject({ error: "not_subscribed" });
    expect(fixture.bot.received.every((entry) => entry.signed)).toBe(true);
  });
});

describe("clicks", () => {
  test("a click on a card carries message, container, value and a response_url that can replace it", async () => {
    const { ts = "", channel = "" } = await fixture.client.chat.postMessage({
      channel: "U0REV",
      text: "Review",
      blocks: card,
    });
    await fixture.slack.click("U0REV", { channel, ts }, { actionId: "review.approve", value: "42" });
    expect(fixture.body()).toMatchObject({
      type: "block_actions",
      user: { id: "U0REV", username: "rita", name: "rita", team_id: "T0SANDBOX" },
      team: { id: "T0SANDBOX", domain: "sandbox" },
      container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: "directmessage" },
      message: { ts, text: "Review", type: "message" },
      actions: [{ action_id: "review.approve", block_id: "act", type: "button", value: "42" }],
      is_enterprise_install: false,
    });
    const replace = JSON.stringify({ replace_original: true, text: "Done" });
    await fetch(String(fixture.body().response_url), { method: "POST", body: replace });
    expect(fixture.slack.messagesFor("U0REV")).toMatchObject([{ ts, text: "Done", blocks: [] }]);
  });

  test("what is not there, and what the person does not see, cannot be clicked", async () => {
    const { ts = "", channel = "" } = await fixture.client.chat.postMessage({
      channel: "U0REV",
      text: "Review",
      blocks: card,
    });
    await expect(
      fixture.slack.click("U0REV", { channel, ts }, { actionId: "review.reject" }),
    ).rejects.toThrow("no review.reject");
    const asOther = fixture.slack.click("U0DEV", { channel, ts }, { actionId: "review.approve" });
    await expect(asOther).rejects.toThrow("does not see");
  });

  test("a click on a private answer can replace or delete it", async () => {
    fixture.bot.answer = () => Response.json({ text: "Which one?", blocks: card });
    await fixture.slack.command("U0DEV", "/promote");
    fixture.bot.answer = () => new Response("");
    const [shown] = fixture.slack.ephemeralsFor("U0DEV");
    await fixture.slack.clickEphemeral("U0DEV", shown?.id ?? "", { actionId: "review.approve" });
    expect(fixture.body()).toMatchObject({ container: { is_ephemeral: true } });
    expect(fixture.body()).not.toHaveProperty("message");
    const send = (content: Json) =>
      fetch(String(fixture.body().response_url), { method: "POST", body: JSON.stringify(content) });
    await send({ replace_original: true, text: "That one" });
    expect(fixture.slack.ephemeralsFor("U0DEV")).toMatchObject([{ id: shown?.id, text: "That one" }]);
    await send({ delete_original: true });
    expect(fixture.slack.ephemeralsFor("U0DEV")).toEqual([]);
  });

  test("with interactivity off nothing is sent", async () => {
    const off = await fixture.start(fullManifest.replace("is_enabled: true", "is_enabled: false"));
    const call = clientFor(off);
    const { ts = "", channel = "" } = await call.chat.postMessage({
      channel: "U0REV",
      text: "Review",
      blocks: card,
    });
    const answer = await off.click("U0REV", { channel, ts }, { actionId: "review.approve" });
    expect(answer).toMatchObject({ status: 0, error: "interactivity_off" });
    await off.stop();
  });
});
