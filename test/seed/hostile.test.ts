import { beforeEach, describe, expect, test } from "vitest";
import { listProjects } from "../../db/catalog/projects.ts";
import { member } from "../../src/domain/shared/actor.ts";
import { archiveProject } from "../../src/usecases/catalog/archive-project.ts";
import { accepted } from "../support/catalog.ts";
import { freshSeedFiles } from "../support/seed-files.ts";

const { database, files } = freshSeedFiles();
beforeEach(async () => {
  await files.load(base);
});

const base = `
roles: [{ name: Admin, members: [ada@acme.example] }, { name: Leads, members: [bob@acme.example] }]
projects:
  - slug: commerce
    name: Commerce
    requesters: [Leads]
    environments: [{ slug: dev, name: Development }]
`;

describe("R14: a project whose requester roles were deleted while it was archived, as an earlier version allowed", () => {
  beforeEach(async () => {
    const [found] = await listProjects(files.context.db, files.organizationId);
    const by = { organizationId: files.organizationId, actor: member("UADA"), surface: "slack" as const };
    const input = { ...by, projectId: found?.id ?? "", version: found?.version ?? 0 };
    accepted(await archiveProject(files.context, input));
    const { sql } = database.database;
    for (const table of ["requester_roles", "role_holdings", "seed_values"]) {
      await sql`delete from ${sql(table)} where organization_id = ${files.organizationId}`;
    }
    await sql`delete from roles where name = 'Leads' and organization_id = ${files.organizationId}`;
  });
  const restore = (more = "") => `projects: [{ slug: commerce, archived: false${more} }]`;

  test("is not restored open to everyone", async () => {
    expect(await files.refused(restore(), { force: true })).toContain(
      "line 1: Only Leads could request in Commerce, and these roles were deleted while it was archived",
    );
  });

  test("is restored with the roles that the file says", async () => {
    await files.load(
      `roles: [{ name: Chiefs, members: [bob@acme.example] }]\n${restore(", requesters: [Chiefs]")}`,
      { force: true },
    );
    expect((await files.rows()).requester_roles).toHaveLength(1);
  });

  test("is open to everyone if the file says so", async () => {
    await files.load(restore(", requesters: []"), { force: true });
    expect((await files.rows()).requester_roles).toEqual([]);
  });
});

describe("what is printed", () => {
  test.each([
    "Pay\n  line 9: project commerce: approved",
    "Pay\u001b[2K\u001b[31mred",
    "Pay\u2028Live",
    "Pay\u202eyap",
  ])(
    "a name that an earlier version stored draws no line, color, or direction of its own: %j",
    async (name) => {
      const { sql } = database.database;
      await sql`update projects set name = ${name} where organization_id = ${files.organizationId}`;
      const kept = await files.print(base);
      const refused = await files.refused(base.replace("name: Commerce", "name: Trade"));
      for (const text of [kept, refused]) {
        expect(text).toContain("Pay");
        expect(text.split("\n").filter((line) => line.startsWith("  line 9:"))).toEqual([]);
        expect(text).not.toMatch(/[\p{Cf}\u2028]|(?!\n)\p{Cc}/u);
      }
    },
  );

  test.each([
    ["!include roles.yml", "!include"],
    ["!!binary aGk=", "binary"],
    ["!!set { Leads }", "set"],
  ])("a tag that means something else elsewhere is a fault with its line: %s", async (value, name) => {
    expect(await files.refused(`workflow: {}\nroles: ${value}\n`)).toMatch(
      new RegExp(`line 2: Unresolved tag: \\S*${name}`),
    );
  });
});

describe("2.3: an environment that a file restores", () => {
  const environments = (list: string) => `projects: [{ slug: commerce, environments: [${list}] }]`;
  const critical = async () =>
    ((await files.rows()).environments as unknown as { slug: string; critical: boolean }[])
      .filter((one) => one.critical)
      .map(({ slug }) => slug)
      .sort();
  beforeEach(async () => {
    await files.load(environments("{ slug: dev }, { slug: edge, name: Edge }"));
    await files.load(environments("{ slug: edge, archived: true }"));
    await files.load(environments("{ slug: dev }, { slug: prod, name: Production, critical: true }"));
  });

  test("is critical after a critical one, and the report says so", async () => {
    const file = environments("{ slug: prod }, { slug: edge, archived: false }");
    expect(await files.print(file)).toContain("environment commerce/edge: is critical, because");
    expect(await critical()).toEqual(["edge", "prod"]);
    expect(await files.print(file)).toContain("Nothing to change.");
  });

  test("is not critical if the file says so", async () => {
    await files.load(environments("{ slug: prod }, { slug: edge, archived: false, critical: false }"));
    expect(await critical()).toEqual(["prod"]);
  });
});

describe("a name that could not be stored is a fault, also where the stored one would be kept", () => {
  beforeEach(() =>
    files.load(
      "{ roles: [{ name: Makers, members: [] }], projects: [{ slug: commerce, environments: [{ slug: dev, name: Dev }], integrations: [{ slug: orders, name: Orders }] }] }",
    ),
  );

  test.each([
    '{ slug: commerce, name: "Com\\u202emerce" }',
    '{ slug: commerce, environments: [{ slug: dev, name: "De\\nv" }] }',
    '{ slug: commerce, integrations: [{ slug: orders, name: "\\u2800" }] }',
  ])("%s", async (project) => {
    await files.forget();
    expect(await files.refused(`projects: [${project}]`)).toContain("line 1");
  });

  test("a role that is renamed to such a name", async () => {
    const file = 'roles: [{ name: "Make\\u200brs", previousName: Makers }]';
    expect(await files.refused(file)).toContain("line 1");
  });
});

describe("builds are described as through the API", () => {
  const file = (build: string, live = "{}") =>
    `projects: [{ slug: commerce, integrations: [{ slug: orders, name: Orders, live: ${live}, builds: [${build}] }] }]`;

  test.each([
    ['{ id: b1, version: "\\u200b" }', "version shows nothing"],
    ['{ id: b1, version: " \\n " }', "version shows nothing"],
    ['{ id: "  ", version: 1.0.0 }', "id Too small"],
    ['{ id: "b\\0", version: 1.0.0 }', "holds a character that cannot be stored"],
    ['{ id: b1, version: 1.0.0, digest: "a\\0" }', "holds a character that cannot be stored"],
  ])("%s is a fault", async (build, words) => {
    expect(await files.refused(file(build))).toContain(words);
  });

  test("the spaces around an id do not count", async () => {
    await files.load(file('{ id: " b1 ", version: " 1.0.0 " }', '{ dev: "b1 " }'));
    expect((await files.rows()).builds).toEqual([
      expect.objectContaining({ external_id: "b1", version: "1.0.0" }),
    ]);
  });
});
