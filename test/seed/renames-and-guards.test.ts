import { beforeEach, describe, expect, test } from "vitest";
import { freshSeedFiles, seedFiles } from "../support/seed-files.ts";

const { database, files } = freshSeedFiles();
beforeEach(async () => {
  await files.load(base);
});

const base = `
roles:
  - { name: Admin, members: [ada@acme.example] }
  - { name: Reviewers, members: [bob@acme.example] }
projects:
  - slug: commerce
    name: Commerce
    requesters: [Reviewers]
    environments:
      - { slug: dev, name: Development }
      - { slug: prod, name: Production, critical: true }
    integrations:
      - slug: orders
        name: Orders
        builds: [{ id: b1, version: 1.0.0 }]
        live: { dev: b1, prod: b1 }
workflow: { enabled: true, roles: [Reviewers] }
`;

const list = async (table: string) => (await files.rows())[table] as unknown as Record<string, unknown>[];

const renamed = `
projects:
  - slug: trade
    previousSlug: commerce
    name: Trade
    environments:
      - { slug: production, previousSlug: prod, name: Live }
    integrations:
      - { slug: sales, previousSlug: orders, name: Sales, live: { production: b1 } }
roles:
  - { name: Approvers, previousName: Reviewers }
`;

describe("2.4: a file renames what it names", () => {
  test("with its history, guard, and live build, and repeating it changes nothing", async () => {
    const live = await list("live_builds");
    await files.load(renamed);
    expect(await list("live_builds")).toEqual(live);
    expect(await list("projects")).toEqual([expect.objectContaining({ slug: "trade", name: "Trade" })]);
    expect(await list("integrations")).toEqual([expect.objectContaining({ slug: "sales", name: "Sales" })]);
    expect((await list("environments")).map(({ slug, critical }) => [slug, critical])).toContainEqual([
      "production",
      true,
    ]);
    expect((await list("roles")).map(({ name }) => name).sort()).toEqual(["Admin", "Approvers"]);
    const before = await files.rows();
    expect(await files.print(renamed)).toBe("Nothing to change.\nLoaded seed.yml.");
    expect(await files.rows()).toEqual(before);
  });

  test("and a file that still has the former slugs means the same things, and renames nothing back", async () => {
    await files.load(renamed);
    const file = "projects: [{ slug: commerce, integrations: [{ slug: orders, name: Sales }] }]";
    await database.database.sql`delete from seed_values where organization_id = ${files.organizationId}`;
    expect(await files.print(file)).toContain("project trade: slug stays trade; the file says commerce");
    expect(await list("projects")).toHaveLength(1);
    expect(await list("integrations")).toHaveLength(1);
  });

  test("a previous slug that nothing had is a fault, but not in an empty Signoff", async () => {
    const file =
      "projects:\n  - slug: trade\n    previousSlug: comerce\n    name: Trade\n    environments: [{ slug: a, name: A }]";
    expect(await files.refused(file)).toContain("line 3: No project has or had the slug comerce");
    const empty = await seedFiles(database);
    await empty.load(file);
  });

  test("one thing under two slugs is a fault", async () => {
    const file = `projects:
  - { slug: commerce }
  - { slug: trade, previousSlug: commerce }`;
    expect(await files.refused(file)).toContain("line 3: The project Commerce is there twice");
  });
});

describe("R1: a file lowers a guard only if it says so", () => {
  const critical = async () =>
    (await list("environments"))
      .filter(({ archived_at }) => archived_at === null)
      .sort((a, b) => Number(a.position) - Number(b.position))
      .map(({ slug, critical }) => `${slug}${critical ? "!" : ""}`);

  test("an environment that takes the place of a critical one, or comes after one, is critical unless the file says otherwise", async () => {
    const file = (more = "") =>
      `projects: [{ slug: commerce, environments: [{ slug: prod, archived: true }, { slug: production, name: Live${more} }, { slug: dr, name: Recovery }] }]`;
    await files.load(file());
    expect(await critical()).toEqual(["dev", "production!", "dr!"]);
    await files.load(
      "projects: [{ slug: commerce, environments: [{ slug: production }, { slug: edge, name: Edge, critical: false }] }]",
    );
    expect(await critical()).toEqual(["dev", "production!", "edge", "dr!"]);
  });

  test("a new one before a critical one is not critical, and critical: false lowers what it names", async () => {
    await files.load(
      "projects: [{ slug: commerce, environments: [{ slug: dev }, { slug: qa, name: QA }, { slug: prod }] }]",
    );
    expect(await critical()).toEqual(["dev", "qa", "prod!"]);
    await files.load("projects: [{ slug: commerce, environments: [{ slug: prod, critical: false }] }]");
    expect(await critical()).toEqual(["dev", "qa", "prod"]);
  });

  test("an environment is archived only by archived: true, which may be repeated, and not under an open request", async () => {
    await files.load("projects: [{ slug: commerce, environments: [{ slug: dev, name: Development }] }]");
    expect(await critical()).toEqual(["dev", "prod!"]);
    const file =
      "projects: [{ slug: commerce, environments: [{ slug: prod, archived: true }, { slug: gone, archived: true }] }]";
    await files.load(file);
    expect(await critical()).toEqual(["dev"]);
    expect(await files.print(file)).toContain("Nothing to change.");
  });

  test("a list of requesters with a role that does not exist does not open the project", async () => {
    await files.refused("projects: [{ slug: commerce, requesters: [Nobody] }]");
    expect(await list("requester_roles")).toHaveLength(1);
  });
});

describe("a dry run", () => {
  test("prints what a load would, and changes nothing", async () => {
    const before = await files.rows();
    const printed = await files.print(renamed, { dryRun: true });
    expect(await files.rows()).toEqual(before);
    const loaded = await files.print(renamed);
    expect(printed.split("\n").slice(1, -1)).toEqual(loaded.split("\n").slice(1, -1));
    expect(printed).toContain("Would change:\n  line 3: project commerce: slug: commerce → trade");
    expect(printed).toContain("Nothing was changed: this was a dry run of seed.yml.");
  });
});

describe("builds in a file", () => {
  const withBuilds = (builds: string, live = "{}") =>
    `projects: [{ slug: commerce, integrations: [{ slug: orders, live: ${live}, builds: [${builds}] }] }]`;

  test("a known build is recognized by the rules of comparisons, and keeps its first values", async () => {
    const builds = await list("builds");
    await files.load(withBuilds('{ id: b1, version: v1.0.0, link: "https://ci.example/other" }'));
    expect(await list("builds")).toEqual(builds);
  });

  test("what a known build has as it was first registered, and the file says differently, is named", async () => {
    const builds = await list("builds");
    const printed = await files.print(
      withBuilds("{ id: b1, version: v1.0.0, author: Eve, commits: [{ hash: c0ffee1, message: Fix }] }"),
    );
    expect(printed).toContain('build b1, version: Stays "1.0.0", as first registered.');
    expect(printed).toContain("build b1, author: The first registration had none, and that stays.");
    expect(printed).toContain("build b1, commits: The list of the first registration stays.");
    expect(await files.print(withBuilds("{ id: b1, version: 1.0.0 }"))).not.toContain("build b1");
    expect(await list("builds")).toEqual(builds);
  });

  test.each(["", ", commit: C0FFEE0AA", ", digest: SHA256:0A"])(
    "a file that says of a known build's identity only its version%s names the known build",
    async (said) => {
      await files.load(withBuilds("{ id: b0, version: 0.9.0, commit: c0ffee0, digest: 'sha256:0a' }"));
      const builds = await list("builds");
      await files.load(withBuilds(`{ id: b0, version: 0.9.0${said} }`));
      expect(await list("builds")).toEqual(builds);
    },
  );

  test("a build's names are cleaned, its links lose their user name, and both is said", async () => {
    const printed = await files.print(
      withBuilds(
        '{ id: b2, version: "2.0\\n✅ *Approved*", link: "https://github.com@evil.example/", author: "Da\\u202ena" }',
      ),
    );
    expect(printed.match(/build b2, link: Signoff removed the user name from this link\./g)).toHaveLength(1);
    const [stored] = (await list("builds")).filter(({ external_id }) => external_id === "b2");
    expect(stored).toMatchObject({
      version: "2.0 ✅ *Approved*",
      link: "https://evil.example/",
      author: "Dana",
    });
  });

  test("a long message and more than 100 commits are cut, and said", async () => {
    const commits = Array.from(
      { length: 120 },
      (_, i) => `{ hash: c0ffee${i}, message: ${"m".repeat(i === 0 ? 6000 : 3)} }`,
    );
    const printed = await files.print(
      withBuilds(`{ id: b3, version: 3.0.0, commits: [${commits.join(", ")}] }`),
    );
    expect(printed).toContain("Only the first 100 of 120 commits are stored.");
  });

  test("R1: a later live build of a guarded environment is marked, and one that was live before does not come back", async () => {
    await files.load(
      withBuilds("{ id: b1, version: 1.0.0 }, { id: b2, version: 2.0.0 }", "{ dev: b2, prod: b2 }"),
    );
    const marked = (await list("deployments")).map(({ outside }) => outside);
    expect(marked.filter(Boolean)).toHaveLength(1);
    const printed = await files.print(withBuilds("{ id: b1, version: 1.0.0 }", "{ prod: b1 }"), {
      force: true,
    });
    expect(printed).toContain("b2 stays live in prod: b1 was live there before and does not come back");
  });

  test("what is live because of a promotion or a report stays live, and other live builds of the file conflict", async () => {
    const [{ id: build }] = (await list("builds")) as [{ id: string }];
    await files.load(withBuilds("{ id: b2, version: 2.0.0 }"));
    await database.database
      .sql`update live_builds set build_id = (select id from builds where external_id = 'b2' and organization_id = ${files.organizationId}) where build_id = ${build}`;
    const why = await files.refused(withBuilds("{ id: b3, version: 3.0.0 }", "{ dev: b3 }"));
    expect(why).toContain(
      "live in dev was b1 when a file was last loaded. Now the file says b3, and Signoff has b2",
    );
  });
});
