import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { peopleIn } from "./find-people.ts";
import { readSeed, SeedError } from "./seed-file.ts";

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

/** The faults of a file, each with its line. */
function faults(text: string): string[] {
  const words = ({ line, words }: { line: number; words: string }) => `line ${line}: ${words}`;
  try {
    return readSeed(text).faults.map(words);
  } catch (error) {
    if (error instanceof SeedError) return error.faults.map(words);
    throw error;
  }
}

describe("a seed file without fault", () => {
  test("is read, and what it leaves out stays out", () => {
    const { seed } = readSeed(sound);
    expect(seed.projects?.[0]).toMatchObject({
      environments: [{ slug: "staging", name: "Staging" }, { critical: true }],
      integrations: [{ live: { staging: "b2", production: "b1" } }],
    });
    expect(seed.projects?.[0]).not.toHaveProperty("archived");
    expect(seed.workflow).toMatchObject({ enabled: true, options: { requiredApprovals: 1 } });
    expect(seed.workflow?.options).not.toHaveProperty("pendingDays");
  });

  test("names people with their places", () => {
    expect(peopleIn(readSeed(sound).seed)).toEqual([
      { email: "bob@acme.example", path: ["roles", 0, "members", 0] },
      { email: "Carol@acme.example", path: ["roles", 0, "members", 1] },
      { email: "bob@acme.example", path: ["workflow", "assignees", 0] },
    ]);
  });

  test.each([
    ["an empty file", ""],
    ["only a comment", "# nothing yet"],
    ["a byte order mark", `\ufeff${sound}`],
    ["Windows line ends", sound.replaceAll("\n", "\r\n")],
    ["a workflow that is off and has no roles", "workflow: { enabled: false }"],
    [
      "a role of Signoff that the file does not name",
      spoilt(["requesters: [Reviewers]", "requesters: [Admin]"]),
    ],
    ["nothing live", spoilt(["live: { staging: b2, production: b1 }", "live: {}"])],
    ["an anchor and its alias", spoilt(["roles: [Reviewers]", "roles: &r [Reviewers]"])],
    [
      "a merge key",
      spoilt([
        "      - slug: orders\n        name: Orders\n",
        "      - &base { slug: orders, name: Orders }\n      - <<: *base\n        slug: other\n",
      ]),
    ],
    [
      "a pipeline that 1,000 projects share by an alias",
      `projects:\n  - { slug: p, name: P, environments: &stages [{ slug: dev, name: Dev }] }\n${Array.from(
        { length: 1000 },
        (_, i) => `  - { slug: p${i}, name: P${i}, environments: *stages }\n`,
      ).join("")}`,
    ],
    ["a word that YAML 1.1 took for false", spoilt(["slug: orders", "slug: no"])],
  ])("may be: %s", (_, text) => {
    expect(faults(text)).toEqual([]);
  });

  test("is the one of the sandbox", () => {
    const { seed, faults } = readSeed(
      readFileSync(new URL("../../sandbox/seed.yml", import.meta.url), "utf8"),
    );
    expect(faults).toEqual([]);
    expect(seed.workflow).toMatchObject({ enabled: true, roles: ["Release Managers"] });
    expect(seed.projects?.map((project) => "slug" in project && project.slug)).toEqual([
      "commerce",
      "finance",
    ]);
  });
});

/** Files that name something twice. */
const repeated: [string, string, string][] = [
  [
    "a build twice",
    spoilt(["id: b2", "id: b1"], ["staging: b2", "staging: b1"]),
    "line 17: commerce/orders: build b1 is there twice, first in line 16",
  ],
  [
    "an environment twice",
    spoilt(["slug: production", "slug: staging"], [", production: b1", ""]),
    "line 11: commerce: environment staging is there twice, first in line 10",
  ],
  [
    "a role twice, in other case",
    spoilt(["roles:\n", "roles:\n  - { name: reviewers }\n"]),
    "line 4: role reviewers is there twice, first in line 3",
  ],
  [
    "a project twice",
    spoilt(["projects:\n  - slug", "projects:\n  - { slug: commerce, name: C }\n  - slug"]),
    "line 7: project commerce is there twice, first in line 6",
  ],
  [
    "an integration twice",
    spoilt(["integrations:\n", "integrations:\n      - { slug: orders, name: O }\n"]),
    "line 14: commerce: integration orders is there twice, first in line 13",
  ],
];

/** Files with a value that is not allowed. */
const wrongValues: [string, string, string | RegExp][] = [
  [
    "a key that does not exist",
    spoilt(["requesters: [Reviewers]\n", "requesters: [Reviewers]\n    integrationz: []\n"]),
    "line 9: projects.0 has no key integrationz",
  ],
  [
    "a wrong slug",
    spoilt(["slug: orders", "slug: Orders Sync"]),
    /^line 13: projects\.0\.integrations\.0\.slug takes lower-case letters/,
  ],
  [
    "a wrong email",
    spoilt(["assignees: [bob@acme.example]", "assignees: [bob]"]),
    "line 22: workflow.assignees.0 is not an email address",
  ],
  [
    "a wrong email of a member",
    spoilt(["members: [bob@acme.example", "members: [bob"]),
    "line 4: roles.0.members.0 is not an email address",
  ],
  [
    "a link that is no web address",
    spoilt(["https://ci.example/2", "javascript:alert(1)"]),
    "line 17: projects.0.integrations.0.builds.1.link is not a web address",
  ],
  [
    "a compare address without a place for both commits",
    spoilt(["name: Orders\n", "name: Orders\n        compareUrl: https://git.example/compare/{from}\n"]),
    "line 15: projects.0.integrations.0.compareUrl needs {from} and {to} for the two commits, after the host",
  ],
  [
    "a compare address whose host a commit decides",
    spoilt(["name: Orders\n", 'name: Orders\n        compareUrl: "https://{from}.example/{to}"\n']),
    /^line 15: projects\.0\.integrations\.0\.compareUrl /,
  ],
  [
    "a commit without its hash",
    spoilt(["{ id: b1, version: 1.0.0 }", "{ id: b1, version: 1.0.0, commits: [{ message: Fix }] }"]),
    "line 16: projects.0.integrations.0.builds.0.commits.0.hash is missing",
  ],
  [
    "a version that YAML reads as a number",
    spoilt(["version: 1.0.1", "version: 1.10"]),
    'line 17: projects.0.integrations.0.builds.1.version is not text to YAML: put it in quotes, "1.10"',
  ],
  [
    "a commit that YAML reads as a number",
    spoilt(["version: 1.0.1", "version: 1.0.1, commit: 57810e11"]),
    'line 17: projects.0.integrations.0.builds.1.commit is not text to YAML: put it in quotes, "57810e11"',
  ],
  [
    "a slug that YAML reads as true",
    spoilt(["slug: orders", "slug: true"]),
    'line 13: projects.0.integrations.0.slug is not text to YAML: put it in quotes, "true"',
  ],
  [
    "an environment of live that is no slug",
    spoilt(["{ staging: b2", "{ Staging: b2"]),
    /^line 18: projects\.0\.integrations\.0\.live\.Staging takes lower-case letters/,
  ],
  [
    "no approval required",
    spoilt(["requiredApprovals: 1", "requiredApprovals: 0"]),
    /^line 23: workflow\.options\.requiredApprovals /,
  ],
  [
    "an option that does not exist",
    spoilt(["options: {", "options: { aprovals: 2,"]),
    "line 23: workflow.options has no key aprovals",
  ],
  [
    "members of a role that follows a group",
    spoilt(["  - name: Reviewers\n", "  - name: Reviewers\n    group: on-call\n"]),
    /^line 5: roles\.0\.members cannot be given for a role that follows a user group/,
  ],
  ["a list in place of the file", "- roles", /^line 1: the file .*object/],
  [
    "text in place of a list",
    spoilt(["requesters: [Reviewers]", "requesters: Reviewers"]),
    /^line 8: .*array/,
  ],
];

describe("a fault in a seed file is named with its line", () => {
  test.each<[string, string, string | RegExp]>([...repeated, ...wrongValues])("%s", (_, text, fault) => {
    expect(faults(text)).toEqual([typeof fault === "string" ? fault : expect.stringMatching(fault)]);
  });

  test.each([
    ["a bracket that is not closed", "roles: [", /^line 1: Flow sequence/],
    ["a tab", "roles:\n\t- x", /^line 2: Tabs are not allowed/],
    ["a key twice", "roles: []\nroles: []", /^line 2: Map keys must be unique/],
    ["two documents", "roles: []\n---\nroles: []", /^line 2: A second document begins here/],
    ["an alias of nothing", "roles: *nobody", /Unresolved alias.*nobody/],
    ["a bomb of aliases", bomb(), /repeats too much by aliases/],
    ["a key without a value", "roles: []\nprojects:\n", /^line 2: projects has no value/],
    [
      "a channel that became a comment",
      "workflow:\n  options:\n    cardsTo: #releases\n",
      /^line 3: cardsTo has no value.*quotes/,
    ],
    ["a file that is too large", `# ${"x".repeat(20_000_001)}`, /^line 1: The file is larger than 20 MB/],
  ])("YAML: %s", (_, text, fault) => {
    expect(faults(text)[0]).toMatch(fault);
  });

  test("a fault in one place does not hide those of others", () => {
    const text = spoilt(
      ["name: Reviewers", "name: Reviewers\n    color: red"],
      ["{ id: b1, version: 1.0.0 }", "{ id: b1, version: 1.1 }"],
      ["integrations:\n", "integrations:\n      - { slug: X, name: X }\n"],
      ["critical: true", "critical: maybe"],
      ["enabled: true", "enabled: maybe"],
    );
    expect(faults(text).map((fault) => Number(/^line (\d+)/.exec(fault)?.[1]))).toEqual([4, 12, 14, 18, 22]);
    const [first] = faults(text);
    expect(() => {
      throw new SeedError(readSeed(text).faults);
    }).toThrow(`The seed file has 5 faults, so nothing was loaded:\n  ${first}`);
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
