import { describe, expect, test, vi } from "vitest";
import { clientFor, directoryManifest, failure, setUpSlackStandIn } from "./fixture.ts";
import type { Json, SlackOptions } from "./index.ts";

const fixture = setUpSlackStandIn();

/** A workspace with a group and channels, whose manifest subscribes to directory events. */
async function directory(more: Partial<SlackOptions> = {}) {
  const slack = await fixture.start(directoryManifest(), {
    groups: [
      { id: "S0REV", handle: "reviewers", name: "Reviewers", users: ["rita"] },
      { id: "S0OFF", handle: "old", name: "Old", users: [], isDisabled: true },
    ],
    channels: [
      { id: "C0REL", name: "releases", members: ["dana", "rita", "bot"] },
      { id: "C0SEC", name: "secret", isPrivate: true, members: ["rita"] },
      { id: "C0OLD", name: "old", isArchived: true },
    ],
    ...more,
  });
  return { slack, call: clientFor(slack) };
}

const events = () => fixture.bot.received.map(({ body }) => body.event as Json);

describe("the directory by the Web API", () => {
  test("user groups are listed, users and counts where asked for, disabled ones too", async () => {
    const { slack, call } = await directory();
    const bare = await call.usergroups.list();
    expect(bare.usergroups).toMatchObject([{ id: "S0REV", handle: "reviewers", date_delete: 0 }]);
    expect(bare.usergroups?.[0]).not.toHaveProperty("users");
    const full = await call.usergroups.list({
      include_users: true,
      include_count: true,
      include_disabled: true,
    });
    expect(full.usergroups?.map(({ id }) => id)).toEqual(["S0REV", "S0OFF"]);
    expect(full.usergroups?.[0]).toMatchObject({ users: ["U0REV"], user_count: 1 });
    expect((await call.usergroups.users.list({ usergroup: "S0REV" })).users).toEqual(["U0REV"]);
    for (const usergroup of ["S0OFF", "S0NOWHERE"])
      expect(await failure(call.usergroups.users.list({ usergroup }))).toMatchObject({
        error: "no_such_subteam",
      });
    await slack.stop();
  });

  test("user groups and channels want their scopes", async () => {
    const calls = [
      ["usergroups.list", {}, "usergroups:read"],
      ["usergroups.users.list", { usergroup: "S0REV" }, "usergroups:read"],
      ["conversations.list", { types: "public_channel,private_channel" }, "channels:read,groups:read"],
    ] as const;
    for (const [method, args, needed] of calls)
      expect(await failure(fixture.client.apiCall(method, args))).toMatchObject({
        error: "missing_scope",
        needed,
      });
  });

  test("a channel's members come in pages; a private channel is hidden from a bot that is not in it", async () => {
    const { slack, call } = await directory();
    const members: string[] = [];
    for await (const page of call.paginate("conversations.members", { channel: "C0REL", limit: 1 }))
      members.push(...((page as { members?: string[] }).members ?? []));
    expect(members).toEqual(["U0DEV", "U0REV", slack.workspace.bot.userId]);
    expect(await failure(call.conversations.members({ channel: "C0SEC" }))).toMatchObject({
      error: "channel_not_found",
    });
    slack.workspace.changeChannel("C0SEC", { members: ["U0REV", slack.workspace.bot.userId] });
    expect((await call.conversations.members({ channel: "C0SEC" })).members).toHaveLength(2);
    await slack.stop();
  });

  test("channels are listed by kind, in pages, archived ones where not excluded", async () => {
    const { slack, call } = await directory();
    const names = async (args: object) =>
      (await call.conversations.list(args)).channels?.map(({ name }) => name);
    expect(await names({})).toEqual(["general", "releases", "old"]);
    expect(await names({ exclude_archived: true, limit: 1 })).toEqual(["general"]);
    expect(await names({ types: "private_channel" })).toEqual([]);
    expect(await failure(call.conversations.list({ types: "deps" }))).toMatchObject({
      error: "invalid_types",
    });
    await slack.stop();
  });
});

describe("the directory by events", () => {
  test("a change of a person and a new person are told to the bot, signed, each with an id of its own", async () => {
    const { slack } = await directory();
    slack.workspace.changePerson("U0REV", { deleted: true });
    slack.workspace.addPerson({ id: "U0NEW", name: "nora", realName: "Nora New", email: "n@example.com" });
    await slack.delivered();
    expect(events()).toMatchObject([
      { type: "user_change", user: { id: "U0REV", deleted: true } },
      { type: "team_join", user: { id: "U0NEW", profile: { email: "n@example.com" } } },
    ]);
    const [first, second] = fixture.bot.received;
    expect([first?.signed, first?.retry]).toEqual([true, undefined]);
    expect(first?.body.event_id).not.toBe(second?.body.event_id);
    await slack.stop();
  });

  test("a deactivated person's modals close, and they act no more", async () => {
    const { slack } = await directory();
    slack.workspace.changePerson("U0REV", { deleted: true });
    await expect(slack.openHome("U0REV")).rejects.toThrow("deactivated");
    expect(await failure(clientFor(slack).conversations.open({ users: "U0REV" }))).toMatchObject({
      error: "user_disabled",
    });
    await slack.stop();
  });

  test("a group's members and names are told as Slack tells them; a new group needs another subscription", async () => {
    const { slack } = await directory();
    slack.workspace.setGroup("S0REV", { handle: "reviewers", name: "Reviewers", users: ["dana"] });
    slack.workspace.setGroup("S0REV", { handle: "signers", name: "Signers", users: ["dana"] });
    slack.workspace.setGroup(undefined, { handle: "new", name: "New", users: [] });
    await slack.delivered();
    expect(events().map(({ type }) => type)).toEqual([
      "subteam_members_changed",
      "subteam_updated",
      "subteam_updated",
    ]);
    expect(events()[0]).toMatchObject({
      subteam_id: "S0REV",
      added_users: ["U0DEV"],
      added_users_count: "1",
      removed_users: ["U0REV"],
    });
    expect(events()[2]).toMatchObject({ subteam: { handle: "signers", users: ["U0DEV"], user_count: 1 } });
    await slack.stop();
  });

  test("an event that was not taken is sent again three times, under the same id", async () => {
    fixture.bot.answer = () => new Response("", { status: 500 });
    const { slack } = await directory({ eventRetriesMs: [0, 5, 10] });
    slack.workspace.changePerson("U0REV", { realName: "Rita R" });
    await vi.waitFor(() => expect(fixture.bot.received).toHaveLength(4));
    expect(fixture.bot.received.map(({ retry }) => retry)).toEqual([undefined, "1", "2", "3"]);
    expect(new Set(fixture.bot.received.map(({ body }) => body.event_id)).size).toBe(1);
    await slack.delivered();
    expect(fixture.bot.received).toHaveLength(4);
    await slack.stop();
  });

  test("an event can be sent once more, as after an answer that Slack did not hear", async () => {
    const { slack } = await directory();
    slack.workspace.changePerson("U0REV", { realName: "Rita R" });
    await slack.delivered();
    await slack.sendAgain(slack.events.at(-1) ?? {});
    await slack.event("user_change", { user: { id: "U0REV" } }, { eventId: "Ev0MINE" });
    expect(fixture.bot.received.map(({ body, retry }) => [body.event_id, retry])).toEqual([
      [slack.events[0]?.event_id, undefined],
      [slack.events[0]?.event_id, "1"],
      ["Ev0MINE", undefined],
    ]);
    await slack.stop();
  });

  test("what the manifest does not subscribe to is not sent", async () => {
    fixture.slack.workspace.changePerson("U0REV", { deleted: true });
    await fixture.slack.delivered();
    expect(fixture.bot.received).toEqual([]);
  });
});
