import { describe, expect, test } from "vitest";
import { isHarmless } from "../../../test/support/hostile-text.ts";
import type { SettingsRefusal } from "../../domain/shared/refusals.ts";
import { refusalWords } from "./refusals.ts";
import { settingsRefusalWords } from "./settings-refusals.ts";
import { escaped } from "./text.ts";

const ada = { id: "UADA", name: "Ada" };
const bob = { id: "UBOB", name: "Bob" };
const gus = { id: "UGUS", name: "Gus" };
const at = new Date("2026-03-02T09:00:00Z");

/** Every refusal of a setting, with its words. A new code does not compile until it stands here. */
type Row = [facts: object, words: string];
const rows: Record<SettingsRefusal["code"], Row[]> = {
  "not-admin": [
    [{ admins: [ada] }, "Only admins can change settings. Ada can."],
    [{ admins: [ada], what: "deliveries" }, "Only admins can see what was delivered. Ada can."],
    [{ admins: [ada, bob] }, "Only admins can change settings. Ada and Bob can."],
    [{ admins: [] }, "Only admins can change settings. The workspace's owners can make one."],
  ],
  stale: [
    [{ by: bob, at }, "Bob changed this while you were editing. Look at what it says now, then save again."],
    [
      { by: null, at },
      "Somebody changed this while you were editing. Look at what it says now, then save again.",
    ],
  ],
  "no-roles": [[{}, "Choose at least one role whose members review."]],
  "assignee-not-in-roles": [
    [{ people: [bob] }, "Bob is not in the chosen roles. Take them out, or choose a role that they are in."],
    [
      { people: [bob, gus] },
      "Bob and Gus are not in the chosen roles. Take them out, or choose a role that they are in.",
    ],
  ],
  "dead-workflow": [
    [
      { required: 1, projects: [{ name: "Commerce", available: 0 }] },
      "Nobody could decide there: 1 approval is needed, and too few people could review in Commerce (0).",
    ],
    [
      {
        required: 2,
        projects: [
          { name: "Commerce", available: 1 },
          { name: "Finance", available: 0 },
        ],
      },
      "Nobody could decide there: 2 approvals are needed, and too few people could review in Commerce (1) and Finance (0).",
    ],
  ],
  "name-taken": [
    [{ name: "Commerce" }, "There is one called Commerce already. Choose another name."],
    [
      { name: "Commerce", archived: true },
      "An archived one is called Commerce and keeps that name. Choose another one.",
    ],
    [
      { name: "production", archived: false, formerlyOf: "Prod" },
      "The short name production once belonged to Prod and still leads there. Choose another one.",
    ],
  ],
  "guard-lowered": [
    [
      { guards: [{ kind: "dropped", environment: "Prod" }], admins: [{ id: "U1", name: "Ada" }] },
      "A token never lowers a guard. Ada can, in Settings.",
    ],
    [{ guards: [], admins: [] }, "A token never lowers a guard. An admin can, in Settings."],
  ],
  "role-in-use": [
    [
      { workflow: true, projects: [] },
      "This role is in use by Environment Promotion. Take it out there first.",
    ],
    [
      { workflow: true, projects: ["Commerce", "Finance"] },
      "This role is in use by Environment Promotion, Commerce and Finance. Take it out there first.",
    ],
    [
      { workflow: false, projects: [], archivedProjects: ["Shop"] },
      "The archived project Shop would open to everyone without this role. To take it out, create Shop again with its short name, choose who may request, and archive again.",
    ],
    [
      { workflow: false, projects: ["Commerce"], archivedProjects: ["Shop", "Stock"] },
      "This role is in use by Commerce. Take it out there first. The archived projects Shop and Stock would open to everyone without this role. To take it out, create Shop and Stock again with their short name, choose who may request, and archive again.",
    ],
  ],
  "admin-role": [
    [
      {},
      "The Admin role is always there: it can't be renamed, deleted, bound to a group or held for single projects.",
    ],
  ],
  "last-admin": [[{}, "Somebody must run Signoff: the last admin can't be removed. Add another one first."]],
  "not-full-members": [
    [{ people: [{ person: gus, status: "guest" }] }, "Gus is a guest: only full members can hold a role."],
    [{ people: [{ person: bob, status: "bot" }] }, "Bob is a bot: only people can hold a role."],
    [
      { people: [{ person: bob, status: "stranger" }] },
      "Bob is from another workspace: only members of this one can hold a role.",
    ],
    [
      {
        people: [
          { person: bob, status: "deactivated" },
          { person: ada, status: "unknown" },
        ],
      },
      "Bob is deactivated and can't hold a role. Ada could not be looked up in Slack just now: try again in a moment.",
    ],
  ],
  "role-bound": [[{}, "Its members are those of a Slack user group. Unbind it first to choose them here."]],
  "channel-unusable": [
    [{ why: "archived", name: "old" }, "#old is archived. Choose another channel."],
    [{ why: "archived", name: null }, "This channel is archived. Choose another channel."],
    [
      { why: "shared", name: "out" },
      "#out is shared with other organizations, who would see the cards. Choose another channel.",
    ],
    [
      { why: "not-member", name: "ops" },
      "Signoff is not in #ops, so it can't post there. Invite it with /invite @Signoff, then choose the channel again.",
    ],
    [
      { why: "not-found", name: null },
      "Signoff is not in this channel, so it can't post there. Invite it with /invite @Signoff, then choose the channel again.",
    ],
    [{ why: "read-only", name: "news" }, "Signoff may not post in #news. Choose another channel."],
    [{ why: "read-only", name: null }, "Signoff may not post in this channel. Choose another channel."],
    [
      { why: "unknown", name: "ops" },
      "Slack did not say whether Signoff can post there. Try again in a moment.",
    ],
  ],
  "request-in-the-way": [
    [{ number: 42 }, "Request #42 is open and needs this as it is. Finish or cancel #42 first."],
  ],
  "address-unusable": [
    [{ why: "not-an-address" }, "Give an address that begins with https://."],
    [{ why: "credentials" }, "Take the password out of the address: Signoff's signature proves who sends."],
    [{ why: "not-https" }, "The address must begin with https://, so that nobody reads along."],
    [
      { why: "inside" },
      "This address is inside a private network. Signoff calls such addresses only where its configuration allows it.",
    ],
  ],
  "secret-hidden": [
    [{ why: "seen" }, "The secret was shown already, and is shown only once. Rotate it to get a new one."],
    [
      { why: "unreadable" },
      "The secret can't be decrypted: the seed file was loaded with another key than Signoff has. Rotate it to get a new one.",
    ],
  ],
  "silence-limit": [[{ least: 1, most: 10_080 }, "Give a number of minutes from 1 to 10,080."]],
  "too-few-environments": [[{}, "A project needs at least one environment."]],
  "too-many-environments": [[{ limit: 20 }, "A project has at most 20 environments."]],
  "name-unusable": [
    [
      { what: "project", why: "hidden", name: "Pay\n✅ Approved", limit: 100 },
      "The project name “Pay ✅ Approved” has line breaks or characters that don't show. Type it on one line, without pasted formatting.",
    ],
    [
      { what: "role", why: "empty", name: "\u2800", limit: 100 },
      "Type a name for the role that people can see.",
    ],
    [
      { what: "environment", why: "too-long", name: "x".repeat(101), limit: 100 },
      "Keep the environment name within 100 characters.",
    ],
  ],
  "token-name": [[{ limit: 80 }, "A token needs a name of at most 80 characters."]],
  "no-scopes": [[{}, "Choose at least one thing that the token may do."]],
  "end-passed": [[{}, "Choose a day after today."]],
  "scope-needs-admin": [
    [
      { scopes: ["catalog:write", "audit:read"], member: { id: "UDANA", name: "Dana" } },
      "Dana is not an admin, so the token can't get catalog:write and audit:read. Make them an admin first, or hand the token to an admin.",
    ],
  ],
  "not-offered": [[{}, "This token is no longer offered to you. Ask an admin of Signoff to offer it again."]],
};

const all = Object.entries(rows).flatMap(([code, some]) =>
  some.map(([facts, words]) => ({ refusal: { code, ...facts } as SettingsRefusal, words })),
);

describe("R13: why a setting is not changed, and what to do", () => {
  test.each(all)("R13: $refusal.code: $words", ({ refusal, words }) => {
    expect(settingsRefusalWords(refusal)).toBe(words);
    expect(refusalWords(refusal)).toBe(words);
  });

  test("R13: every sentence begins like one, and none carries markup of ours", () => {
    for (const { words } of all) {
      expect(words.replace("/invite @Signoff", "")).not.toMatch(/[<>&*_~`@]/);
      for (const sentence of words.split(/(?<=\.) /)) expect(sentence).toMatch(/^[A-Z#\d].*\.$/);
    }
  });

  const evil = "<!channel> & <https://x|y>\n\n*bold* \u202e👩‍👩‍👧‍👦 ".repeat(50);

  test.each(all)("R13: $refusal.code fits a message, whatever things are called", ({ refusal }) => {
    const renamed = JSON.parse(
      JSON.stringify(refusal, (key, value: unknown) => {
        if (key === "name" && value !== null) return evil;
        return key === "projects" && Array.isArray(value)
          ? value.map((one) => (typeof one === "string" ? evil : one))
          : value;
      }),
    ) as SettingsRefusal;
    const words = settingsRefusalWords(renamed);
    expect(words.length).toBeLessThanOrEqual(1_000);
    expect(isHarmless(escaped(words))).toBe(true);
  });
});
