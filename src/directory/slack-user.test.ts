import { describe, expect, test } from "vitest";
import { memberOf, readSlackUsers, type SlackUser } from "./slack-user.ts";

const dana: SlackUser = { id: "UDANA", team_id: "T1", real_name: "Dana Duarte" };

describe("R4: what Slack's user object says of a person", () => {
  test.each<[string, Partial<SlackUser>, string]>([
    ["a full member", {}, "active"],
    [
      "with every flag false",
      { deleted: false, is_bot: false, is_restricted: false, is_stranger: false },
      "active",
    ],
    ["an id that begins with W", { id: "W0123" }, "active"],
    ["no team told", { team_id: undefined }, "active"],
    ["deactivated", { deleted: true }, "deactivated"],
    ["a deactivated guest", { deleted: true, is_restricted: true }, "deactivated"],
    ["a deactivated bot", { deleted: true, is_bot: true }, "deactivated"],
    ["a bot", { is_bot: true }, "bot"],
    ["Slackbot, which Slack does not call a bot", { id: "USLACKBOT", is_bot: false }, "bot"],
    ["a multi-channel guest", { is_restricted: true }, "guest"],
    ["a single-channel guest", { is_restricted: true, is_ultra_restricted: true }, "guest"],
    ["from another workspace", { team_id: "T2" }, "stranger"],
    ["no team, said explicitly", { team_id: null }, "stranger"],
    ["from another workspace, in a shared channel", { team_id: "T2", is_stranger: true }, "stranger"],
    ["called a stranger, whatever the team", { is_stranger: true }, "stranger"],
    ["a guest from elsewhere", { team_id: "T2", is_restricted: true }, "stranger"],
    ["Grid: in this workspace too", { team_id: "T2", enterprise_user: { teams: ["T3", "T1"] } }, "active"],
    ["Grid: known by the company's id", { team_id: "E1", enterprise_user: { teams: ["T1"] } }, "active"],
    [
      "Grid: in other workspaces only",
      { team_id: "T2", enterprise_user: { teams: ["T2", "T3"] } },
      "stranger",
    ],
    ["Grid: in none", { team_id: "E1", enterprise_user: { teams: [] } }, "stranger"],
    ["Grid: no list of workspaces", { team_id: "E1", enterprise_user: {} }, "stranger"],
    [
      "Grid: a guest in this workspace",
      { team_id: "T2", is_restricted: true, enterprise_user: { teams: ["T1"] } },
      "guest",
    ],
    [
      "Grid: another company's, though it has a workspace of ours",
      { team_id: "T2", is_stranger: true, enterprise_user: { teams: ["T1"] } },
      "stranger",
    ],
  ])("R4: %s", (_, user, status) => {
    expect(memberOf({ ...dana, ...user }, "T1").status).toBe(status);
  });
});

describe("how a person is called and reached", () => {
  test.each<[string, Partial<SlackUser>, string]>([
    ["the full name before the nickname", { profile: { display_name: "dd" } }, "Dana Duarte"],
    [
      "the profile's full name",
      { real_name: "", profile: { real_name: "Dana D.", display_name: "dd" } },
      "Dana D.",
    ],
    ["the nickname", { real_name: undefined, profile: { real_name: "", display_name: "dd" } }, "dd"],
    ["the account's name", { real_name: undefined, name: "dana" }, "dana"],
    ["the id, where there is nothing else", { real_name: undefined }, "UDANA"],
  ])("%s", (_, user, name) => {
    expect(memberOf({ ...dana, ...user }, "T1").name).toBe(name);
  });

  test("email and time zone as Slack tells them", () => {
    const user = { ...dana, tz: "Europe/Vienna", profile: { email: "dana@acme.example" } };
    expect(memberOf(user, "T1")).toEqual({
      organizationId: "T1",
      id: "UDANA",
      name: "Dana Duarte",
      email: "dana@acme.example",
      timeZone: "Europe/Vienna",
      status: "active",
      workspaceRole: null,
    });
  });

  test("without them: no email, and UTC", () => {
    const user = { ...dana, tz: "", profile: { email: "" } };
    expect(memberOf(user, "T1")).toMatchObject({ email: null, timeZone: "UTC" });
    expect(memberOf(dana, "T1")).toMatchObject({ email: null, timeZone: "UTC" });
  });
});

describe("a page of users", () => {
  test.each<[string, object, object]>([
    ["a name that is not text", { id: "UEVE", real_name: 7, name: "eve" }, { name: "eve", status: "active" }],
    ["a time zone that is not text", { id: "UEVE", tz: false }, { timeZone: "UTC" }],
    ["an email that is not text", { id: "UEVE", profile: { email: [] } }, { email: null }],
    ["a flag of 1", { id: "UEVE", deleted: 1 }, { status: "deactivated" }],
    ["a flag of 0", { id: "UEVE", is_restricted: 0 }, { status: "active" }],
    ["an admin's flag of 1", { id: "UEVE", is_admin: 1 }, { workspaceRole: "admin" }],
  ])("with %s is read: one odd user does not hold up the others", (_, user, member) => {
    const [first, second] = readSlackUsers([user, dana]).map((read) => memberOf(read, "T1"));
    expect([first, second]).toMatchObject([{ id: "UEVE", ...member }, { id: "UDANA" }]);
  });

  test("with a user without an id is read without that user", () => {
    expect(readSlackUsers([{ name: "eve" }, dana]).map(({ id }) => id)).toEqual(["UDANA"]);
  });
});
