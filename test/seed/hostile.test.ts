import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listProjects } from "../../db/catalog/projects.ts";
import { member } from "../../src/domain/shared/actor.ts";
import { archiveProject } from "../../src/usecases/catalog/archive-project.ts";
import { accepted } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type SeedFiles, seedFiles } from "../support/seed-files.ts";

let database: TestDatabase;
let files: SeedFiles;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  files = await seedFiles(database);
  await files.load(base);
});
afterAll(() => database?.drop());

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
