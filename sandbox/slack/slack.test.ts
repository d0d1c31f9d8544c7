import { describe, expect, test } from "vitest";
import { card, clientFor, failure, fullManifest, setUpSlackStandIn, token } from "./fixture.ts";

const fixture = setUpSlackStandIn();

describe("the Web API", () => {
  test("tells who the bot is, and refuses a wrong or missing token", async () => {
    expect(await fixture.client.auth.test()).toMatchObject({
      ok: true,
      team_id: "T0SANDBOX",
      user: "signoff",
    });
    expect(await failure(clientFor(fixture.slack, "xoxb-wrong").auth.test())).toMatchObject({
      error: "invalid_auth",
    });
    expect(await (await fetch(`${fixture.slack.url}auth.test`)).json()).toEqual({
      ok: false,
      error: "not_authed",
    });
  });

  test("an unknown method is answered with HTTP 200 and recorded", async () => {
    expect(await failure(fixture.client.apiCall("pins.add"))).toMatchObject({ error: "unknown_method" });
    expect(fixture.slack.violations).toMatchObject([{ rule: "unknownMethod", method: "pins.add" }]);
  });

  test("takes JSON bodies too", async () => {
    const response = await fetch(`${fixture.slack.url}users.info`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ user: "U0DEV" }),
    });
    expect(await response.json()).toMatchObject({ ok: true, user: { name: "dana" } });
  });

  test("finds people; email only with its scope; the deactivated are not found by email", async () => {
    const found = await fixture.client.users.lookupByEmail({ email: "Rita@example.com" });
    expect(found.user).toMatchObject({ id: "U0REV", profile: { email: "rita@example.com" } });
    expect(await failure(fixture.client.users.lookupByEmail({ email: "olaf@example.com" }))).toMatchObject({
      error: "users_not_found",
    });
    expect(await failure(fixture.client.users.info({ user: "U0NOBODY" }))).toMatchObject({
      error: "user_not_found",
    });
    const names: string[] = [];
    for await (const page of fixture.client.paginate("users.list", { limit: 2 }))
      names.push(...((page as { members?: { name: string }[] }).members ?? []).map(({ name }) => name));
    expect(names).toEqual(["dana", "rita", "olaf", "signoff", "slackbot"]);
  });

  test("a scope that the manifest lacks is refused by name and recorded", async () => {
    const poor = await fixture.start(
      fullManifest.replace("im:history, users:read, users:read.email", "users:read"),
    );
    const call = clientFor(poor);
    expect(await failure(call.users.lookupByEmail({ email: "rita@example.com" }))).toMatchObject({
      error: "missing_scope",
      needed: "users:read.email",
      provided: "chat:write,commands,im:write,users:read",
    });
    const { channel } = await call.chat.postMessage({ channel: "U0DEV", text: "hi" });
    expect(await failure(call.conversations.history({ channel: channel ?? "" }))).toMatchObject({
      needed: "im:history",
    });
    expect((await call.users.info({ user: "U0DEV" })).user?.profile?.email).toBeUndefined();
    expect(poor.violations.map((v) => v.rule)).toEqual(["missingScope", "missingScope"]);
    await poor.stop();
  });

  test("posting to a person opens their direct messages; history gives metadata only when asked", async () => {
    const metadata = { event_type: "card", event_payload: { id: "c1" } };
    const posted = await fixture.client.chat.postMessage({
      channel: "U0DEV",
      text: "Review",
      blocks: card,
      metadata,
    });
    const channel = posted.channel ?? "";
    expect(channel).toMatch(/^D/);
    expect((await fixture.client.conversations.open({ users: "U0DEV" })).channel?.id).toBe(channel);
    const bare = await fixture.client.conversations.history({ channel });
    expect(bare.messages?.[0]).not.toHaveProperty("metadata");
    const full = await fixture.client.conversations.history({
      channel,
      include_all_metadata: true,
      limit: 1,
    });
    expect(full.messages).toMatchObject([{ ts: posted.ts, metadata, text: "Review" }]);
    expect(fixture.slack.messagesFor("U0DEV")).toHaveLength(1);
    expect(fixture.slack.violations).toEqual([]);
  });

  test("history pages from the newest, between oldest and latest", async () => {
    const ts: string[] = [];
    for (const text of ["1", "2", "3"])
      ts.push((await fixture.client.chat.postMessage({ channel: "U0DEV", text })).ts ?? "");
    const channel = fixture.slack.messagesFor("U0DEV")[0]?.channel ?? "";
    const texts = async (args: object) =>
      (await fixture.client.conversations.history({ channel, ...args })).messages?.map((one) => one.text);
    expect(await texts({ oldest: ts[0] ?? "" })).toEqual(["3", "2"]);
    expect(await texts({ oldest: ts[0] ?? "", inclusive: true, latest: ts[1] ?? "" })).toEqual(["2", "1"]);
    const page = await fixture.client.conversations.history({ channel, limit: 2 });
    expect(page.has_more).toBe(true);
    expect(await texts({ cursor: page.response_metadata?.next_cursor })).toEqual(["1"]);
  });

  test("chat.update with text and no blocks deletes the blocks, and wants the channel's id", async () => {
    const { ts = "", channel = "" } = await fixture.client.chat.postMessage({
      channel: "U0DEV",
      text: "Review",
      blocks: card,
    });
    expect(await failure(fixture.client.chat.update({ channel: "U0DEV", ts, text: "x" }))).toMatchObject({
      error: "channel_not_found",
    });
    expect(await failure(fixture.client.chat.update({ channel, ts: "1.000001", text: "x" }))).toMatchObject({
      error: "message_not_found",
    });
    await fixture.client.chat.update({ channel, ts, text: "Approved" });
    expect(fixture.slack.messagesFor("U0DEV")).toMatchObject([
      { ts, text: "Approved", blocks: [], edited: {} },
    ]);
  });

  test("ephemerals reach members of the channel only; links and deletion follow the ts", async () => {
    const { ts = "", channel = "" } = await fixture.client.chat.postMessage({ channel: "U0DEV", text: "hi" });
    await fixture.client.chat.postEphemeral({ channel, user: "U0DEV", text: "psst" });
    expect(fixture.slack.ephemeralsFor("U0DEV")).toMatchObject([{ text: "psst", from: "bot" }]);
    expect(
      await failure(fixture.client.chat.postEphemeral({ channel, user: "U0REV", text: "psst" })),
    ).toMatchObject({
      error: "user_not_in_channel",
    });
    const { permalink } = await fixture.client.chat.getPermalink({ channel, message_ts: ts });
    expect(permalink).toBe(
      `${new URL(fixture.slack.url).origin}/archives/${channel}/p${ts.replace(".", "")}`,
    );
    await fixture.client.chat.delete({ channel, ts });
    expect(fixture.slack.messagesFor("U0DEV")).toEqual([]);
  });

  test("conversations.open refuses a deactivated person, and chat.postMessage accepts them", async () => {
    expect(await failure(fixture.client.conversations.open({ users: "U0OLD" }))).toMatchObject({
      error: "user_disabled",
    });
    expect(await fixture.client.chat.postMessage({ channel: "U0OLD", text: "hi" })).toMatchObject({
      ok: true,
      channel: expect.stringMatching(/^D/),
    });
  });

  test.each([
    [{ isThreadOnly: true }, "restricted_action_thread_only_channel", "is_thread_only"],
    [{ isFrozen: true }, "restricted_action", "is_frozen"],
    [{ isReadOnly: true }, "restricted_action_read_only_channel", "is_read_only"],
  ])("a channel that is %j answers a post with %s", async (restriction, error, field) => {
    const manifest = fullManifest.replace("chat:write,", "chat:write, channels:read,");
    const slack = await fixture.start(manifest);
    const { id } = slack.workspace.addChannel({ name: "strict", members: ["bot"], ...restriction });
    const client = clientFor(slack);
    expect(await failure(client.chat.postMessage({ channel: id, text: "hi" }))).toMatchObject({ error });
    expect((await client.conversations.info({ channel: id })).channel).toMatchObject({ [field]: true });
    await slack.stop();
  });

  test("a thread-only channel accepts replies in a thread", async () => {
    const { id } = fixture.slack.workspace.addChannel({ name: "qa", members: ["bot"], isThreadOnly: true });
    const reply = { channel: id, text: "hi", thread_ts: "1.000001" };
    expect(await fixture.client.chat.postMessage(reply)).toMatchObject({ ok: true });
  });

  test("a person whom the bot cannot see is user_not_visible, and no address finds them", async () => {
    fixture.slack.workspace.changePerson("U0REV", { isHidden: true });
    expect(await failure(fixture.client.users.info({ user: "U0REV" }))).toMatchObject({
      error: "user_not_visible",
    });
    const found = fixture.client.users.lookupByEmail({ email: "rita@example.com" });
    expect(await failure(found)).toMatchObject({ error: "users_not_found" });
  });

  test.each(["dGVhbTpDMDYx", "no cursor", btoa("at:1")])("%j is no cursor of the history", async (cursor) => {
    const channel = fixture.slack.workspace.openDm(["U0DEV"]).id;
    expect(await failure(fixture.client.conversations.history({ channel, cursor }))).toMatchObject({
      error: "invalid_cursor",
    });
  });
});

describe("faults", () => {
  const post = () => fixture.client.chat.postMessage({ channel: "U0DEV", text: "hi" });

  test("a failure can be limited to the calls with certain arguments", async () => {
    fixture.slack.faults.fail("users.info", { error: "too_many_users" }, 2, { user: "U0REV" });
    expect(await fixture.client.users.info({ user: "U0DEV" })).toMatchObject({ ok: true });
    expect(await failure(fixture.client.users.info({ user: "U0REV" }))).toMatchObject({
      error: "too_many_users",
    });
  });

  test("a rate limit is answered with 429 and Retry-After, as often as asked", async () => {
    fixture.slack.faults.rateLimit("chat.postMessage", 7);
    expect(await failure(post())).toMatchObject({ thrown: "slack_webapi_rate_limited_error", retryAfter: 7 });
    expect((await post()).ok).toBe(true);
    fixture.slack.faults.enforceRates = true;
    const answers = await Promise.all(Array.from({ length: 7 }, () => failure(post())));
    expect(answers.filter((answer) => "retryAfter" in answer)).toHaveLength(2);
  });

  test("a call can fail by status or error, and a lost answer has been carried out", async () => {
    fixture.slack.faults.fail("chat.postMessage", { status: 503 });
    expect(await failure(post())).toMatchObject({ thrown: "slack_webapi_http_error" });
    fixture.slack.faults.fail("chat.postMessage", { error: "internal_error" });
    expect(await failure(post())).toMatchObject({ error: "internal_error" });
    expect(fixture.slack.messagesFor("U0DEV")).toEqual([]);
    fixture.slack.faults.loseAnswer("chat.postMessage");
    expect(await failure(post())).toMatchObject({ thrown: "slack_webapi_request_error" });
    expect(fixture.slack.messagesFor("U0DEV")).toHaveLength(1);
  });

  test("a held call waits before it is carried out", async () => {
    const held = fixture.slack.faults.hold("chat.postMessage");
    const call = post();
    await held.reached;
    expect(fixture.slack.messagesFor("U0DEV")).toEqual([]);
    held.release();
    expect((await call).ok).toBe(true);
    expect(fixture.slack.calls.at(-1)).toMatchObject({ method: "chat.postMessage", answer: { ok: true } });
  });

  test("a stalled answer comes late", async () => {
    fixture.slack.faults.stall("chat.postMessage", 2000);
    const hasty = clientFor(fixture.slack, token, { timeout: 500 });
    const call = failure(hasty.chat.postMessage({ channel: "U0DEV", text: "hi" }));
    expect(await call).toMatchObject({ thrown: expect.any(String) });
    expect(fixture.slack.messagesFor("U0DEV")).toHaveLength(1);
  });

  test("listeners hear of every change", async () => {
    const changes: string[] = [];
    const stop = fixture.slack.workspace.onChange((change) =>
      changes.push(`${change.kind} ${change.users.includes("U0DEV")}`),
    );
    await post();
    stop();
    await post();
    expect(changes).toEqual(["channel true", "message true", "call false"]);
  });
});
