import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as roles from "../../db/people/roles.ts";
import { projects } from "../../db/schema/index.ts";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import { bindRole } from "../../src/usecases/people/bind-role.ts";
import { deleteRole } from "../../src/usecases/people/delete-role.ts";
import { createRole, saveRole } from "../../src/usecases/people/save-role.ts";
import { accepted, buildCatalog, by, type Catalog, commerce, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const surface = "slack" as const;
const as = (fixture: Catalog, name = "ada") => ({
  organizationId: fixture.organizationId,
  actor: by(name),
  surface,
});
const ids = (names: readonly string[]) => names.map(idOf);
const find = async (fixture: Catalog, roleId: string) => {
  const role = await roles.find(database.database.db, fixture.organizationId, roleId);
  if (role === undefined) throw new Error("The role is gone");
  return role;
};
const holders = (fixture: Catalog, roleId: string) =>
  roles.holdingsOf(database.database.db, fixture.organizationId, roleId);
const projectOf = async (fixture: Catalog, slug = "commerce") => {
  const rows = await database.database.db
    .select()
    .from(projects)
    .where(eq(projects.organizationId, fixture.organizationId));
  return rows.find((row) => row.slug === slug)?.id ?? "";
};

type Change = {
  name?: string;
  projectId?: string | null;
  people?: readonly string[] | null;
  version?: number;
};

/** Saves a role with its current version, unless the test gives another. */
const save = async (fixture: Catalog, roleId: string, change: Change, name = "ada") => {
  const role = await find(fixture, roleId);
  const { projectId = null, people = null } = change;
  return saveRole(fixture.context, {
    ...{ ...as(fixture, name), roleId, version: change.version ?? role.version },
    name: change.name ?? role.name,
    holders: people === null ? null : { projectId, memberIds: ids(people) },
  });
};

const newRole = async (fixture: Catalog, name: string, people: readonly string[] = []) =>
  accepted(
    await createRole(fixture.context, {
      ...as(fixture),
      name,
      holders: { projectId: null, memberIds: ids(people) },
    }),
  ).roleId;

const refusedUntouched = async (fixture: Catalog, act: () => Promise<Parameters<typeof refusal>[0]>) => {
  const before = await fixture.allRows();
  const why = refusal(await act());
  expect(await fixture.allRows()).toEqual(before);
  return why;
};

test("R12: a role is created with its first members, and audited", async () => {
  const fixture = await buildCatalog(database);
  const roleId = await newRole(fixture, "Release Managers", ["dana", "dora"]);
  const held = ["dana", "dora"].map((name) => ({ memberId: idOf(name), projectId: null }));
  expect(await holders(fixture, roleId)).toEqual(held);
  expect((await fixture.audit()).at(-1)).toMatchObject({
    actor: by("ada"),
    surface: "slack",
    action: "role.created",
    subject: `role:${roleId}`,
    before: null,
    after: { name: "Release Managers", holdings: held },
  });
  expect(await fixture.outbox("settings-changed")).toHaveLength(1);
});

test.each([
  ["Release Managers", "release managers"],
  ["Release Managers", "Release  Managers "],
  ["Café", "CAFE\u0301"],
  ["Ops", "\uff2f\uff50\uff53"],
])("two roles that nobody could tell apart (%s, %s) are not created at the same time", async (one, other) => {
  const fixture = await buildCatalog(database);
  const create = (name: string) =>
    createRole(fixture.context, { ...as(fixture), name, holders: { projectId: null, memberIds: [] } });
  const results = await Promise.all([one, other, one, other].map(create));
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  for (const result of results) if (!result.ok) expect(result.refusal).toMatchObject({ code: "name-taken" });
});

test("two roles do not take the same name at the same time, whether they are renamed or created", async () => {
  const fixture = await buildCatalog(database);
  const [first, second] = [await newRole(fixture, "One"), await newRole(fixture, "Two")];
  const results = await Promise.all([
    save(fixture, first, { name: "Shared" }),
    save(fixture, second, { name: "SHARED" }),
    createRole(fixture.context, {
      ...as(fixture),
      name: "shared ",
      holders: { projectId: null, memberIds: [] },
    }),
  ]);
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
});

test("roles whose names an earlier version stored in two cases can still be saved under their names", async () => {
  const fixture = await buildCatalog(database);
  const { organizationId } = fixture;
  const [first, second] = [await newRole(fixture, "Ops"), await newRole(fixture, "Other")];
  await database.database.sql`
    update roles set name = 'ops' where organization_id = ${organizationId} and id = ${second}`;
  accepted(await save(fixture, first, { people: ["dana"] }));
  accepted(await save(fixture, second, { people: ["dora"] }));
  expect(refusal(await save(fixture, second, { name: "OPS" }))).toMatchObject({ code: "name-taken" });
  accepted(await save(fixture, second, { name: "Operations" }));
});

test("R12: Save writes the members of one place and leaves the others, with before and after", async () => {
  const fixture = await buildCatalog(database);
  const projectId = await projectOf(fixture);
  const roleId = await newRole(fixture, "Release Managers", ["dana"]);
  accepted(await save(fixture, roleId, { projectId, people: ["dora", "bob"] }));
  accepted(await save(fixture, roleId, { projectId, people: ["bob"], name: "Releasers" }));
  expect(await holders(fixture, roleId)).toEqual([
    { memberId: "UBOB", projectId },
    { memberId: "UDANA", projectId: null },
  ]);
  expect((await fixture.audit()).at(-1)).toMatchObject({
    action: "role.saved",
    before: {
      name: "Release Managers",
      holdings: expect.arrayContaining([{ memberId: "UDORA", projectId }]),
    },
    after: { name: "Releasers", holdings: expect.not.arrayContaining([{ memberId: "UDORA", projectId }]) },
  });
});

test("what changes nothing makes no version and no audit", async () => {
  const fixture = await buildCatalog(database);
  const roleId = await newRole(fixture, "Release Managers", ["dana"]);
  const before = (await fixture.audit()).length;
  expect(accepted(await save(fixture, roleId, { people: ["dana"] }))).toEqual({ version: 1 });
  expect(await fixture.audit()).toHaveLength(before);
});

test.each<MemberStatus>(["guest", "bot", "deactivated", "stranger"])(
  "R4: a %s cannot be added to a role, and is named",
  async (status) => {
    const fixture = await buildCatalog(database);
    await fixture.people(["gus"], status);
    const roleId = await newRole(fixture, "Release Managers", ["dana"]);
    const why = await refusedUntouched(fixture, () => save(fixture, roleId, { people: ["dana", "gus"] }));
    expect(why).toEqual({
      code: "not-full-members",
      people: [{ person: { id: "UGUS", name: "gus" }, status }],
    });
  },
);

test("a person who could not be looked up in Slack is not added", async () => {
  const fixture = await buildCatalog(database);
  const roleId = await newRole(fixture, "Release Managers");
  expect(refusal(await save(fixture, roleId, { people: ["nobody"] }))).toMatchObject({
    people: [{ person: { id: "UNOBODY" }, status: "unknown" }],
  });
});

test("a person who left stays in a role until removed, and blocks nothing", async () => {
  const fixture = await buildCatalog(database);
  const roleId = await newRole(fixture, "Release Managers", ["dana", "dora"]);
  await fixture.people(["dora"], "deactivated");
  accepted(await save(fixture, roleId, { people: ["dana", "dora", "bob"] }));
  accepted(await save(fixture, roleId, { people: ["dana", "bob"] }));
  expect(await holders(fixture, roleId)).toHaveLength(2);
});

test("a name is taken whatever its capitals; one's own is not", async () => {
  const fixture = await buildCatalog(database);
  const create = createRole(fixture.context, {
    ...as(fixture),
    name: "reviewer",
    holders: { projectId: null, memberIds: [] },
  });
  expect(refusal(await create)).toEqual({ code: "name-taken", name: "Reviewer" });
  const roleId = await newRole(fixture, "Release Managers");
  expect(refusal(await save(fixture, roleId, { name: "REVIEWER" }))).toMatchObject({ code: "name-taken" });
  accepted(await save(fixture, roleId, { name: "RELEASE managers" }));
});

test("only admins change roles, and are named", async () => {
  const fixture = await buildCatalog(database);
  const why = await refusedUntouched(fixture, () =>
    save(fixture, fixture.role("Reviewer"), { people: [] }, "dana"),
  );
  expect(why).toEqual({ code: "not-admin", admins: [{ id: "UADA", name: "ada" }] });
});

test("when two save, the second learns who changed it and when", async () => {
  const fixture = await buildCatalog(database);
  const roleId = await newRole(fixture, "Release Managers");
  accepted(await save(fixture, fixture.role("Admin"), { people: ["ada", "bob"] }));
  fixture.later({ hours: 1 });
  accepted(await save(fixture, roleId, { people: ["dana"] }, "bob"));
  const why = await refusedUntouched(fixture, () => save(fixture, roleId, { people: ["dora"], version: 1 }));
  expect(why).toEqual({ code: "stale", by: { id: "UBOB", name: "bob" }, at: fixture.clock.now });
  accepted(await save(fixture, roleId, { people: ["dora"], version: 2 }));
});

test("when two save at the same time, exactly one succeeds", async () => {
  const fixture = await buildCatalog(database);
  const roleId = await newRole(fixture, "Release Managers");
  const both = await Promise.all([
    save(fixture, roleId, { people: ["dana"], version: 1 }),
    save(fixture, roleId, { people: ["dora"], version: 1 }),
  ]);
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
});

test("Admin is held for the whole organization only, and keeps its name", async () => {
  const fixture = await buildCatalog(database);
  const admin = fixture.role("Admin");
  const projectId = await projectOf(fixture);
  for (const change of [{ projectId, people: ["bob"] }, { name: "Boss" }]) {
    expect(refusal(await save(fixture, admin, change))).toEqual({ code: "admin-role" });
  }
  const editing = { ...as(fixture), roleId: admin, version: (await find(fixture, admin)).version };
  expect(refusal(await deleteRole(fixture.context, editing))).toEqual({ code: "admin-role" });
  const bind = bindRole(fixture.context, { ...editing, groupId: "S1", projectIds: null });
  expect(refusal(await bind)).toEqual({ code: "admin-role" });
});

test("the last admin cannot be removed; one who is active must stay", async () => {
  const fixture = await buildCatalog(database);
  const admin = fixture.role("Admin");
  expect(refusal(await save(fixture, admin, { people: [] }))).toEqual({ code: "last-admin" });
  accepted(await save(fixture, admin, { people: ["ada", "bob"] }));
  await fixture.people(["bob"], "deactivated");
  expect(refusal(await save(fixture, admin, { people: ["bob"] }))).toEqual({ code: "last-admin" });
  accepted(await save(fixture, admin, { people: ["ada"] }));
});

test("two admins who remove each other at the same time leave one", async () => {
  const fixture = await buildCatalog(database);
  const admin = fixture.role("Admin");
  accepted(await save(fixture, admin, { people: ["ada", "bob"] }));
  const { version } = await find(fixture, admin);
  const both = await Promise.all([
    save(fixture, admin, { people: ["ada"], version }, "ada"),
    save(fixture, admin, { people: ["bob"], version }, "bob"),
  ]);
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await holders(fixture, admin)).toHaveLength(1);
});

test("a role that the workflow or a project uses cannot be deleted; one that nothing uses can", async () => {
  const fixture = await buildCatalog(database, {
    roles: [{ name: "Developers", members: [] }],
    projects: [{ ...commerce, requesters: ["Developers"] }],
  });
  const remove = async (roleId: string) =>
    deleteRole(fixture.context, { ...as(fixture), roleId, version: (await find(fixture, roleId)).version });
  expect(refusal(await remove(fixture.role("Reviewer")))).toEqual({
    code: "role-in-use",
    workflow: true,
    projects: [],
  });
  expect(refusal(await remove(fixture.role("Developers")))).toEqual({
    code: "role-in-use",
    workflow: false,
    projects: ["Commerce"],
  });
  const roleId = await newRole(fixture, "Release Managers", ["dana"]);
  accepted(await remove(roleId));
  expect((await fixture.audit()).at(-1)).toMatchObject({
    action: "role.deleted",
    before: { name: "Release Managers", holdings: [{ memberId: "UDANA", projectId: null }] },
    after: null,
  });
});

test("R14: a role that an archived project uses stays, because the project would come back open to everyone", async () => {
  const fixture = await buildCatalog(database, {
    roles: [{ name: "Developers", members: [] }],
    projects: [{ ...commerce, requesters: ["Developers"] }],
    enabled: null,
  });
  await database.database.db
    .update(projects)
    .set({ archivedAt: fixture.clock.now })
    .where(eq(projects.organizationId, fixture.organizationId));
  const input = { ...as(fixture), roleId: fixture.role("Developers"), version: 1 };
  expect(await refusedUntouched(fixture, () => deleteRole(fixture.context, input))).toEqual({
    ...{ code: "role-in-use", workflow: false, projects: [], archivedProjects: ["Commerce"] },
  });
});

test("a bound role keeps its people until its group is read, and lets nobody choose them by hand", async () => {
  const fixture = await buildCatalog(database);
  const roleId = await newRole(fixture, "Release Managers", ["dana"]);
  const projectId = await projectOf(fixture);
  const editing = { ...as(fixture), roleId };
  accepted(
    await bindRole(fixture.context, { ...editing, version: 1, groupId: "S1", projectIds: [projectId] }),
  );
  expect(await find(fixture, roleId)).toMatchObject({
    groupId: "S1",
    groupProjectIds: [projectId],
    version: 2,
  });
  expect(await holders(fixture, roleId)).toHaveLength(1);
  expect(refusal(await save(fixture, roleId, { people: ["bob"] }))).toEqual({ code: "role-bound" });
  accepted(await save(fixture, roleId, { name: "Releasers" }));
  accepted(await bindRole(fixture.context, { ...editing, version: 3, groupId: null, projectIds: null }));
  expect((await fixture.audit()).at(-1)).toMatchObject({
    action: "role.unbound",
    before: { groupId: "S1" },
    after: { groupId: null, holdings: [{ memberId: "UDANA", projectId: null }] },
  });
  accepted(await save(fixture, roleId, { people: ["bob"] }));
});
