import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { emailsIn, parseSeed } from "./seed-file.ts";

/** A small file without fault. Each row below spoils one thing in it. */
const sound = `
roles:
  - name: Reviewers
    members: [bob@acme.example, { email: Carol@acme.example, projects: [commerce] }]
projects:
  - slug: commerce
    name: Commerce
    requesters: [Reviewers]
    environments:
      - { slug: staging, name: Staging }
      - { slug: production, name: Production, critical: true }
    integrations:
      - slug: orders
        name: Orders
        builds:
          - { id: b1, version: 1.0.0 }
          - { id: b2, version: 1.0.1, link: "https://ci.example/2" }
        live: { staging: b2, production: b1 }
workflow:
  enabled: true
  roles: [Reviewers]
  assignees: [bob@acme.example]
  options: { requiredApprovals: 1 }
`;

/** The sound file with some text replaced. */
function spoilt(...changes: [from: string, to: string][]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`there is no ${from} to spoil`);
    return text.replace(from, to);
  }, sound);
}

/** The message about a file, without its first line. */
function faults(text: string): string[] {
  try {
    parseSeed(text);
  } catch (error) {
    const [title, ...lines] = (error as Error).message.split("\n");
    expect([(error as Error).name, title]).toEqual([
      "SeedError",
      expect.stringMatching(/^The seed file has /),
    ]);
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  }
  return [];
}

describe("a seed file without fault", () => {
  test("is read, with what it leaves out filled in", () => {
    const seed = parseSeed(sound);
    expect(seed.projects[0]?.environments[0]).toEqual({ slug: "staging", name: "Staging", critical: false });
    expect(seed.projects[0]?.integrations[0]).toMatchObject({
      live: { staging: "b2", production: "b1" },
    });
    expect(seed.workflow).toMatchObject({ enabled: true, options: { requiredApprovals: 1 } });
  });

  test("names everybody once, in lower case", () => {
    expect(emailsIn(parseSeed(sound))).toEqual(["bob@acme.example", "carol@acme.example"]);
  });

  test.each([
    ["an empty file", ""],
    ["only a comment", "# nothing yet"],
    ["a workflow that is off and has no roles", "workflow: { enabled: false }"],
    ["the role Admin, which always exists", spoilt(["requesters: [Reviewers]", "requesters: [Admin]"])],
    ["nothing live", spoilt(["live: { staging: b2, production: b1 }", "live: {}"])],
  ])("may be: %s", (_, text) => {
    expect(faults(text)).toEqual([]);
  });

  test("is the one of the sandbox", () => {
    const seed = parseSeed(readFileSync(new URL("../../sandbox/seed.yml", import.meta.url), "utf8"));
    expect(seed.workflow).toMatchObject({ enabled: true, roles: ["Release Managers"] });
    expect(seed.workflow?.options.requiredApprovals).toBe(1);
    expect(seed.projects.map(({ slug }) => slug)).toEqual(["commerce", "finance"]);
  });
});

/** Files whose parts do not fit together. */
const brokenReferences: [string, string, string][] = [
  [
    "a role of the workflow",
    spoilt(["enabled: true\n  roles: [Reviewers]", "enabled: true\n  roles: [Leads]"]),
    "there is no role Leads in this file",
  ],
  [
    "a requester role",
    spoilt(["requesters: [Reviewers]", "requesters: [Leads]"]),
    "there is no role Leads in this file",
  ],
  [
    "a project of a role",
    spoilt(["projects: [commerce]", "projects: [finance]"]),
    "role Reviewers: there is no project finance in this file",
  ],
  ["a build", spoilt(["production: b1", "production: b9"]), "commerce/orders: there is no build b9"],
  [
    "an environment",
    spoilt(["{ staging: b2", "{ test: b2"]),
    "commerce/orders: there is no environment test",
  ],
  [
    "a build twice",
    spoilt(["id: b2", "id: b1"], ["staging: b2", "staging: b1"]),
    "commerce/orders: build b1 is there twice",
  ],
  [
    "an environment twice",
    spoilt(["slug: production", "slug: staging"], [", production: b1", ""]),
    "commerce: environment staging is there twice",
  ],
  [
    "a role twice",
    spoilt(["roles:\n", "roles:\n  - { name: Reviewers }\n"]),
    "role Reviewers is there twice",
  ],
  [
    "a project twice",
    spoilt([
      "projects:\n",
      "projects:\n  - { slug: commerce, name: C, environments: [{ slug: a, name: A }] }\n",
    ]),
    "project commerce is there twice",
  ],
  [
    "an integration twice",
    spoilt(["integrations:\n", "integrations:\n      - { slug: orders, name: O }\n"]),
    "commerce: integration orders is there twice",
  ],
  [
    "no roles for an enabled workflow",
    spoilt(["enabled: true\n  roles: [Reviewers]", "enabled: true"]),
    "workflow: an enabled workflow needs roles",
  ],
];

/** Files with a value that is not allowed. */
const wrongValues: [string, string, string | RegExp][] = [
  [
    "no environments",
    spoilt(["requesters: [Reviewers]\n", "requesters: [Reviewers]\n    integrationz: []\n"]),
    /^projects\.0: .*integrationz/,
  ],
  [
    "a wrong slug",
    spoilt(["slug: orders", "slug: Orders Sync"]),
    /^projects\.0\.integrations\.0\.slug: takes lower-case letters/,
  ],
  [
    "a wrong email",
    spoilt(["assignees: [bob@acme.example]", "assignees: [bob]"]),
    /^workflow\.assignees\.0: .*email/,
  ],
  [
    "a wrong email of a member",
    spoilt(["members: [bob@acme.example", "members: [bob"]),
    /^roles\.0\.members\.0: /,
  ],
  [
    "a link that is no web address",
    spoilt(["https://ci.example/2", "javascript:alert(1)"]),
    /^projects\.0\.integrations\.0\.builds\.1\.link: /,
  ],
  [
    "a compare address without a place for both commits",
    spoilt(["name: Orders\n", "name: Orders\n        compareUrl: https://git.example/compare/{from}\n"]),
    "projects.0.integrations.0.compareUrl: needs {from} and {to} for the two commits, after the host",
  ],
  [
    "a compare address whose host a commit decides",
    spoilt(["name: Orders\n", 'name: Orders\n        compareUrl: "https://{from}.example/{to}"\n']),
    /^projects\.0\.integrations\.0\.compareUrl: /,
  ],
  [
    "a commit without its hash",
    spoilt(["{ id: b1, version: 1.0.0 }", "{ id: b1, version: 1.0.0, commits: [{ message: Fix }] }"]),
    /^projects\.0\.integrations\.0\.builds\.0\.commits\.0\.hash: /,
  ],
  [
    "a version that YAML reads as a number",
    spoilt(["version: 1.0.1", "version: 1.1"]),
    /^projects\.0\.integrations\.0\.builds\.1\.version: .*string/,
  ],
  [
    "no approval required",
    spoilt(["requiredApprovals: 1", "requiredApprovals: 0"]),
    /^workflow\.options\.requiredApprovals: /,
  ],
  [
    "a word that nobody knows",
    spoilt(["options: {", "options: { aprovals: 2,"]),
    /^workflow\.options: .*aprovals/,
  ],
  ["a list in place of the file", "- roles", /^the file: .*object/],
];

describe("a fault in a seed file is told with its place", () => {
  test.each<[string, string, string | RegExp]>([...brokenReferences, ...wrongValues])(
    "%s",
    (_, text, fault) => {
      expect(faults(text)).toEqual([typeof fault === "string" ? fault : expect.stringMatching(fault)]);
    },
  );

  test.each([
    ["a bracket that is not closed", "roles: [", /Flow sequence/],
    ["a tab", "\t- x", /Tabs are not allowed/],
    ["a key twice", "roles: []\nroles: []", /Map keys must be unique at line 2/],
    ["two documents", "roles: []\n---\nroles: []", /multiple documents/],
    ["an alias of nothing", "roles: *nobody", /Unresolved alias.*nobody/],
    ["a bomb of aliases", bomb(), /Excessive alias count/],
  ])("YAML: %s", (_, text, fault) => {
    expect(faults(text)[0]).toMatch(fault);
  });

  test("several faults are told at once", () => {
    const text = spoilt(
      ["projects: [commerce]", "projects: [finance]"],
      ["requesters: [Reviewers]", "requesters: [Leads]"],
      ["{ staging: b2, production: b1 }", "{ test: b8, production: b9 }"],
    );
    expect(faults(text)).toEqual([
      "role Reviewers: there is no project finance in this file",
      "commerce/orders: there is no environment test",
      "commerce/orders: there is no build b8",
      "commerce/orders: there is no build b9",
      "there is no role Leads in this file",
    ]);
    expect(() => parseSeed(text)).toThrow("The seed file has 5 faults:\n  role Reviewers");
  });

  test("several wrong values are told at once", () => {
    const text = spoilt(["slug: commerce", "slug: C"], ["enabled: true", "enabled: maybe"]);
    expect(faults(text)).toEqual([
      expect.stringMatching(/^projects\.0\.slug: /),
      expect.stringMatching(/^workflow\.enabled: /),
    ]);
  });
});

/** A few lines that stand for a million entries. */
function bomb(): string {
  const ten = (what: string): string => Array.from({ length: 10 }, () => what).join(", ");
  const lines = ["a: &a [1]"];
  for (const [i, name] of ["b", "c", "d", "e"].entries()) {
    lines.push(`${name}: &${name} [${ten(`*${"abcd"[i]}`)}]`);
  }
  return lines.join("\n");
}
