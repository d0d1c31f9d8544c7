import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environments, integrations, organizations, projects } from "../../db/schema/index.ts";
import { member } from "../../src/domain/shared/actor.ts";
import { saveMembers } from "../../src/usecases/people/save-members.ts";
import { saveOrganization } from "../../src/usecases/people/save-organization.ts";
import { createRole } from "../../src/usecases/people/save-role.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { accepted, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { fresh, projectFixture } from "../support/projects.ts";
import { apiFixture } from "../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

type Fixture = Awaited<ReturnType<typeof projectFixture>>;

const falseLine = "Pay\n✅ *Approved by Bob Reviewer*";
const unfit = [
  ["a false line", falseLine],
  ["a carriage return", "Pay\rments"],
  ["a right-to-left isolate", "Pay\u2067ments"],
  ["a zero-width space", "Pay\u200bments"],
] as const;

const newRole = ({ context, by }: Fixture, name: string) =>
  createRole(context, { ...by, name, holders: { projectId: null, memberIds: [] } });

const newToken = ({ context, by }: Fixture, name: string) =>
  createToken(context, {
    ...{ ...by, actor: member(idOf("ada")), name, scopes: ["builds:write"] },
    ...{ projectId: null, memberId: idOf("ada") },
  });

describe.each(unfit)("a new name with %s is refused, and nothing is stored", (_, name) => {
  test.each<[string, (fixture: Fixture) => Promise<Parameters<typeof refusal>[0]>]>([
    ["project", ({ create }) => create({ name })],
    ["project", ({ save }) => save({ name })],
    ["environment", ({ create }) => create({ environments: [{ name, slug: "test", critical: false }] })],
    ["environment", ({ pipeline }) => pipeline((current) => [...current, fresh("next", { name })])],
    [
      "environment",
      ({ pipeline }) => pipeline((current) => current.map((one, i) => (i === 0 ? { ...one, name } : one))),
    ],
    ["integration", ({ integrate }) => integrate({ name })],
    ["role", (fixture) => newRole(fixture, name)],
    ["token", (fixture) => newToken(fixture, name)],
  ])("%s", async (what, change) => {
    const fixture = await projectFixture(database);
    const before = await fixture.allRows();
    expect(refusal(await change(fixture))).toMatchObject({ code: "name-unusable", what, why: "hidden" });
    expect(await fixture.allRows()).toEqual(before);
  });

  test("over the API: 422, with what it is a name of", async () => {
    const { put } = await apiFixture(database);
    const pipeline = [{ slug: "test", name: "Test" }];
    const calls = [
      ["project", await put("/projects/finance", { name, pipeline })],
      ["environment", await put("/projects/finance", { name: "Finance", pipeline: [{ slug: "t", name }] })],
      ["integration", await put("/projects/commerce/integrations/stock", { name })],
    ] as const;
    for (const [what, { status, body }] of calls) {
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: "name-unusable", what, why: "hidden", name });
    }
  });
});

test("names with a joined emoji, and with a joiner inside a word, are accepted", async () => {
  const fixture = await projectFixture(database);
  const name = "Family \u{1f468}\u200d\u{1f469}\u200d\u{1f467} می\u200cخواهم";
  accepted(await fixture.create({ name }));
  accepted(await fixture.integrate({ name }));
  accepted(await newRole(fixture, name));
  accepted(await newToken(fixture, name));
});

test("a name that differs from another only in what does not show is taken", async () => {
  const fixture = await projectFixture(database);
  expect(refusal(await fixture.create({ name: "Comme\ufe0frce" }))).toMatchObject({ code: "name-taken" });
  expect(refusal(await newRole(fixture, "REV\u200dIEWER"))).toEqual({
    code: "name-taken",
    name: "Reviewer",
  });
  accepted(await newToken(fixture, "ＣＩ"));
  expect(refusal(await newToken(fixture, "ci"))).toEqual({ code: "name-taken", name: "ＣＩ" });
});

describe("a name that an earlier version stored", () => {
  async function withOddNames() {
    const fixture = await projectFixture(database);
    const { db } = database.database;
    const { organizationId, projectId } = fixture;
    await db
      .update(projects)
      .set({ name: falseLine })
      .where(and(eq(projects.organizationId, organizationId), eq(projects.id, projectId)));
    await db.update(environments).set({ name: falseLine }).where(eq(environments.slug, "staging"));
    await db.update(integrations).set({ name: falseLine }).where(eq(integrations.projectId, projectId));
    return fixture;
  }

  test("stays as it is while something else changes", async () => {
    const fixture = await withOddNames();
    const { save, pipeline, role, integrate, integration } = fixture;
    accepted(await save({ name: falseLine, requesterRoleIds: [role("Reviewer")] }));
    accepted(await pipeline((current) => [...current, fresh("next")]));
    const seen = { name: falseLine, slug: "orders" };
    accepted(
      await integrate({ name: falseLine, slug: "orders-2", integration: { id: integration(), seen } }),
    );
  });

  test("is refused when it changes, and accepted once it is clean", async () => {
    const { save } = await withOddNames();
    expect(refusal(await save({ name: `${falseLine}!` }))).toMatchObject({ code: "name-unusable" });
    accepted(await save({ name: "Payments" }));
  });
});

test("names from Slack are cleaned, never refused; one of which nothing shows becomes the id", async () => {
  const { context, organizationId } = await projectFixture(database);
  const person = { organizationId, email: null, timeZone: "UTC", status: "active" as const };
  await saveMembers(context, [
    { ...person, id: "U1", name: "Bob\n✅ *Approved*" },
    { ...person, id: "U2", name: "\u202e\u200b" },
  ]);
  await saveOrganization(context, { id: organizationId, name: "Acme\u2028Inc", url: "https://acme.example" });
  const { db } = database.database;
  const people = await db.query.members.findMany({
    where: (person, { eq, and, inArray }) =>
      and(eq(person.organizationId, organizationId), inArray(person.id, ["U1", "U2"])),
    orderBy: (person) => person.id,
  });
  expect(people.map(({ name }) => name)).toEqual(["Bob ✅ *Approved*", "U2"]);
  const [organization] = await db.select().from(organizations).where(eq(organizations.id, organizationId));
  expect(organization?.name).toBe("Acme Inc");
});

describe("names from CI", () => {
  const path = "/projects/commerce/integrations/orders/builds";

  test("versions, commits, and authors are cleaned; the same build again is the same", async () => {
    const { post } = await apiFixture(database);
    const build = {
      ...{ id: "b", version: "2.0\n✅ Approved", commit: "c0ffee\u200b9", author: "\u202eDana" },
      commits: [{ hash: "c0ffee9\u2028", message: "One\nTwo", author: "\u2066" }],
    };
    const first = await post(path, build);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      ...{ version: "2.0 ✅ Approved", commit: "c0ffee9", author: "Dana" },
      commits: [{ hash: "c0ffee9", message: "One\nTwo", author: null }],
    });
    expect((await post(path, build)).status).toBe(200);
    expect((await post(path, { ...build, author: "Dana", version: "2.0 ✅ Approved" })).status).toBe(200);
  });

  test("a version of which nothing shows is refused, 422", async () => {
    const { post } = await apiFixture(database);
    const { status, body } = await post(path, { id: "b", version: "\u200b\u2060" });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "validation", errors: [{ path: "body.version" }] });
  });
});

describe("links that hold a user name", () => {
  const note = "Signoff removed the user name from this link.";

  test("a build's and its commits' lose it, and the response says so", async () => {
    const { post } = await apiFixture(database);
    const { status, body } = await post("/projects/commerce/integrations/orders/builds", {
      ...{ id: "b", version: "2.0", link: "https://git.example.com@evil.example/2.0" },
      commits: [{ hash: "c0ffee9", message: "One", link: "https://u:p@git.example/c0ffee9" }],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      link: "https://evil.example/2.0",
      commits: [{ link: "https://git.example/c0ffee9" }],
      notes: [
        { field: "link", note },
        { field: "commits.0.link", note },
      ],
    });
  });

  test("a deployment's loses it", async () => {
    const { post } = await apiFixture(database);
    const call = { id: "d", environment: "development", build: "4", link: "https://ci@evil.example/d" };
    const { body } = await post("/projects/commerce/integrations/orders/deployments", call);
    expect(body).toMatchObject({ link: "https://evil.example/d", notes: [{ field: "link", note }] });
  });

  test("an integration's address for comparisons loses it, and the same again changes nothing", async () => {
    const { put } = await apiFixture(database);
    const call = { name: "Stock", compareUrl: "https://me:token@git.example/{from}...{to}" };
    const [first, again] = [
      await put("/projects/commerce/integrations/stock", call),
      await put("/projects/commerce/integrations/stock", call),
    ];
    expect([first.status, again.status]).toEqual([201, 200]);
    for (const { body } of [first, again]) {
      expect(body).toMatchObject({ compareUrl: "https://git.example/{from}...{to}" });
      expect(body.notes).toEqual([{ field: "compareUrl", note }]);
    }
  });
});
