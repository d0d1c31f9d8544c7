import { describe, expect, test } from "vitest";
import { freshSeedFiles } from "../support/seed-files.ts";

const { files } = freshSeedFiles();

const base = `
roles:
  - { name: Admin, members: [ada@acme.example] }
  - { name: Reviewers, members: [bob@acme.example, carol@acme.example] }
projects:
  - slug: commerce
    name: Commerce
    environments:
      - { slug: dev, name: Development }
      - { slug: production, name: Production, critical: true }
    integrations:
      - slug: orders
        name: Orders
        builds: [{ id: b1, version: 1.0.0, commit: c0ffee1 }]
        live: { dev: b1 }
workflow:
  enabled: true
  roles: [Reviewers]
`;

/** Returns the lines that a message names. */
const linesOf = (message: string) => [...message.matchAll(/line (\d+):/g)].map(([, line]) => Number(line));

describe("a file that Settings would refuse is refused as a whole", () => {
  test.each<[string, string, string]>([
    [
      "a second project with the same name",
      "projects: [{ slug: trade, name: commerce, environments: [{ slug: a, name: A }] }]",
      "line 1: There is one called",
    ],
    [
      "a new project with a name of two lines",
      'projects: [{ slug: pay, name: "Pay\\n✅ *Approved by Bob*", environments: [{ slug: a, name: A }] }]',
      "line 1: The project name",
    ],
    [
      "an environment renamed to a name that turns the text around",
      'projects:\n  - slug: commerce\n    environments:\n      - { slug: dev, name: "De\\u202ev" }\n      - { slug: production }',
      "line 3: The environment name",
    ],
    [
      "a new role with a character that does not show",
      'roles: [{ name: "Lead\\u200bers" }]',
      "line 1: The role name",
    ],
    [
      "an integration renamed to a name with a line separator",
      'projects:\n  - slug: commerce\n    integrations:\n      - { slug: orders, name: "Orders\\u2028Live" }',
      "line 4: The integration name",
    ],
    [
      "two environments whose names differ in case",
      "projects:\n  - slug: commerce\n    environments:\n      - { slug: dev }\n      - { slug: dev2, name: development }",
      "line 5: There is one called",
    ],
    [
      "a second integration with the same name",
      "projects:\n  - slug: commerce\n    integrations:\n      - { slug: o2, name: ORDERS }",
      "line 4: There is one called",
    ],
    [
      "a new project without environments",
      "projects: [{ slug: x, name: X }]",
      "line 1: A project needs at least one environment",
    ],
    [
      "a new environment without a name",
      "projects: [{ slug: commerce, environments: [{ slug: qa }] }]",
      "line 1: The environment qa is new, so it needs a name",
    ],
    [
      "a new project without a name",
      "projects: [{ slug: x, environments: [{ slug: a, name: A }] }]",
      "line 1: The project x is new",
    ],
    [
      "every environment archived",
      "projects:\n  - slug: commerce\n    environments: [{ slug: dev, archived: true }, { slug: production, archived: true }]",
      "at least one environment",
    ],
    ["no admin", "roles:\n  - { name: Admin, members: [] }", "line 2: Somebody must run Signoff"],
    [
      "an admin of one project only",
      "roles:\n  - { name: Admin, members: [{ email: bob@acme.example, projects: [commerce] }] }",
      "line 2: The Admin role is always there",
    ],
    [
      "the Admin role renamed",
      "roles:\n  - { name: Owners, previousName: Admin }",
      "line 2: The Admin role is always there",
    ],
    [
      "the Admin role bound",
      "roles:\n  - { name: Admin, group: on-call }",
      "line 2: The Admin role is always there",
    ],
    [
      "a role in use deleted",
      "roles: [{ name: Reviewers, deleted: true }]",
      "line 1: This role is in use by Environment Promotion",
    ],
    ["no roles while the workflow is on", "workflow:\n  roles: []", "line 2: Choose at least one role"],
    [
      "an assignee outside the roles",
      "workflow: { assignees: [dana@acme.example] }",
      "line 1: dana is not in the chosen roles",
    ],
    ["more approvals than reviewers", "workflow:\n  options: { requiredApprovals: 3 }", "Commerce (2)"],
    ["reviewers taken away from a project", "roles: [{ name: Reviewers, members: [] }]", "Commerce (0)"],
    [
      "a role that does not exist",
      "workflow: { roles: [Leads] }",
      "line 1: There is no role Leads, neither in this file nor in Signoff",
    ],
    [
      "a requester role that does not exist",
      "projects: [{ slug: commerce, requesters: [Leads] }]",
      "There is no role Leads",
    ],
    [
      "a project of a member that does not exist",
      "roles: [{ name: Reviewers, members: [{ email: bob@acme.example, projects: [nowhere] }] }]",
      "There is no project nowhere",
    ],
    [
      "an environment of live that does not exist",
      "projects: [{ slug: commerce, integrations: [{ slug: orders, live: { qa: b1 } }] }]",
      "There is no environment qa",
    ],
    [
      "a build of live that does not exist",
      "projects: [{ slug: commerce, integrations: [{ slug: orders, live: { dev: b9 } }] }]",
      "There is no build b9",
    ],
    [
      "a known build with another version",
      "projects: [{ slug: commerce, integrations: [{ slug: orders, builds: [{ id: b1, version: 2.0.0 }] }] }]",
      "b1",
    ],
    [
      "a known build with another commit",
      "projects: [{ slug: commerce, integrations: [{ slug: orders, builds: [{ id: b1, version: 1.0.0, commit: deadbeef }] }] }]",
      "b1",
    ],
    [
      "a webhook as deployer without an address",
      "projects: [{ slug: commerce, integrations: [{ slug: orders, deployer: webhook }] }]",
      "needs a webhook",
    ],
    [
      "a user group that does not exist",
      "roles:\n  - name: Reviewers\n    group: nobody",
      "line 3: There is no user group nobody",
    ],
    ["an archived channel", 'workflow:\n  options:\n    cardsTo: "#old"', "line 3: #old is archived"],
    [
      "a channel that does not exist",
      'workflow:\n  options:\n    cardsTo: "#nowhere"',
      "line 3: Signoff is not in #nowhere",
    ],
  ])("%s", async (_, text, words) => {
    await files.load(base);
    expect(await files.refused(text)).toContain(words);
  });

  test("every fault is named at once with its line: of the form, of people, and of the rules", async () => {
    await files.load(base);
    const text = `roles:
  - { name: Admin, members: [] }
  - { name: Reviewers, members: [zoe@acme.example] }
projects:
  - slug: commerce
    name: Commerce
    requesters: [Leads]
    environments: [{ slug: qa }]
    integrations:
      - { slug: orders, builds: [{ id: b1, version: 9.9.9 }], live: { dev: b8 } }
      - { slug: Wrong, name: Wrong }
  - { slug: trade, name: commerce, environments: [{ slug: a, name: A }] }
workflow:
  assignees: [dana@acme.example]
`;
    expect(new Set(linesOf(await files.refused(text)))).toEqual(new Set([2, 3, 7, 8, 10, 11, 12, 14]));
  });
});

describe("1.9: people who have left", () => {
  const leave = (name: string, change: object) => {
    files.slack.users = files.slack.users.map((user) =>
      user.real_name === name ? { ...user, ...change } : user,
    );
  };

  test.each<[string, () => void, string]>([
    ["deactivated", () => leave("carol", { deleted: true }), "carol (carol@acme.example) has left"],
    ["a guest", () => leave("carol", { is_restricted: true }), "carol (carol@acme.example) is a guest"],
    ["a bot", () => leave("carol", { is_bot: true }), "carol (carol@acme.example) is a bot"],
    [
      "of another workspace",
      () => leave("carol", { team_id: "TOTHER" }),
      "carol (carol@acme.example) is from another workspace",
    ],
    [
      "no longer found by email",
      () => {
        files.slack.users = files.slack.users.filter(({ real_name }) => real_name !== "carol");
      },
      "carol (carol@acme.example) has left the Slack workspace",
    ],
  ])("are named as such with their line: %s", async (_, act, words) => {
    await files.load(base);
    act();
    expect(await files.refused(base)).toContain(`line 4: ${words}`);
    const printed = await files.print(base, { skipMissingPeople: true });
    expect(printed).toContain(`Left out:\n  line 4: ${words}`);
    expect(printed).toContain("role Reviewers: members: bob, carol → bob");
  });

  test("may not leave the assignees, the Admin role, or the reviewers empty", async () => {
    const file = `${base}  assignees: [carol@acme.example]\n`;
    await files.load(file);
    leave("carol", { deleted: true });
    expect(await files.refused(file, { skipMissingPeople: true })).toContain("nobody would be assigned");
    leave("bob", { deleted: true });
    expect(await files.refused(base, { skipMissingPeople: true })).toContain("Commerce (0)");
    leave("ada", { deleted: true });
    expect(await files.refused(base, { skipMissingPeople: true })).toContain(
      "line 3: Without the people who are missing",
    );
  });
});
