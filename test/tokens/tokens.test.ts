import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiTokens, projects } from "../../db/schema/index.ts";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import { system } from "../../src/domain/shared/actor.ts";
import { listTokens } from "../../src/queries/tokens/get-tokens.ts";
import { type CreateToken, createToken } from "../../src/usecases/tokens/create-token.ts";
import { revokeToken } from "../../src/usecases/tokens/revoke-token.ts";
import { useToken } from "../../src/usecases/tokens/use-token.ts";
import {
  accepted,
  buildCatalog,
  type Catalog,
  commerce,
  idOf,
  refusal,
  refusedUntouched,
} from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const person = (name: string) => ({ kind: "member", memberId: idOf(name) }) as const;

const create = (fixture: Catalog, change: Partial<CreateToken> = {}) =>
  createToken(fixture.context, {
    ...{
      organizationId: fixture.organizationId,
      actor: person("ada"),
      surface: "slack",
      memberId: idOf("ada"),
    },
    ...{ name: "CI", scopes: ["builds:write", "deployments:write"], projectId: null },
    ...change,
  });
const made = async (fixture: Catalog, change: Partial<CreateToken> = {}) =>
  accepted(await create(fixture, change));
const revoke = (fixture: Catalog, tokenId: string, name = "ada") =>
  revokeToken(fixture.context, {
    ...{ organizationId: fixture.organizationId, actor: person(name), surface: "slack", tokenId },
  });
const use = (fixture: Catalog, text: string) => useToken(fixture.context, text);
const rowOf = async (id: string) => {
  const [row] = await database.database.db.select().from(apiTokens).where(eq(apiTokens.id, id));
  if (row === undefined) throw new Error("The token is gone");
  return row;
};
const projectOf = async (fixture: Catalog) => {
  const [row] = await database.database.db
    .select()
    .from(projects)
    .where(eq(projects.organizationId, fixture.organizationId));
  return row?.id ?? "";
};

describe("making a token", () => {
  test("it is shown once: only its hash and its last four characters are kept", async () => {
    const fixture = await buildCatalog(database);
    const { token, text } = await made(fixture);
    expect(text).toMatch(/^sgn_[A-Za-z0-9_-]{43}$/);
    const row = await rowOf(token.id);
    expect(row).toMatchObject({
      hash: createHash("sha256").update(text).digest("hex"),
      hint: text.slice(-4),
      madeBy: "UADA",
      memberId: "UADA",
      madeAt: fixture.clock.now,
      lastUsedAt: null,
    });
    expect(JSON.stringify(await fixture.allRows())).not.toContain(text);
  });

  test("no two are alike", async () => {
    const fixture = await buildCatalog(database);
    const texts = new Set<string>();
    for (const name of ["a", "b", "c", "d"]) texts.add((await made(fixture, { name })).text);
    expect(texts.size).toBe(4);
  });

  test("R12: the audit log has who made it and what it may do, and neither the token nor its hash", async () => {
    const fixture = await buildCatalog(database);
    const projectId = await projectOf(fixture);
    const { token, text } = await made(fixture, { projectId });
    const entry = (await fixture.audit()).at(-1);
    expect(entry).toMatchObject({
      ...{ actor: person("ada"), surface: "slack", action: "token.created", subject: `token:${token.id}` },
      before: null,
      after: { name: "CI", scopes: ["builds:write", "deployments:write"], projectId, memberId: "UADA" },
    });
    const { hash } = await rowOf(token.id);
    expect(JSON.stringify(entry)).not.toContain(text);
    expect(JSON.stringify(entry)).not.toContain(hash);
  });

  test.each<[string, Partial<CreateToken>, object]>([
    [
      "by nobody but an admin",
      { actor: person("dana") },
      { code: "not-admin", admins: [{ id: "UADA", name: "ada" }] },
    ],
    ["without a name", { name: " " }, { code: "token-name", limit: 80 }],
    ["that may do nothing", { scopes: [] }, { code: "no-scopes" }],
    [
      "for a project that is not there",
      { projectId: "00000000-0000-4000-8000-000000000000" },
      { code: "not-found", what: "project" },
    ],
    ["for somebody unknown", { memberId: "UNOBODY" }, { code: "not-found", what: "member" }],
  ])("is refused: %s", async (_, change, why) => {
    const fixture = await buildCatalog(database);
    expect(await refusedUntouched(fixture, () => create(fixture, change))).toEqual(why);
  });

  test("for a project that is archived, or one of another organization, it is refused", async () => {
    const fixture = await buildCatalog(database);
    const other = await buildCatalog(database, { projects: [{ ...commerce, slug: "other" }] });
    const projectId = await projectOf(fixture);
    expect(refusal(await create(other, { projectId }))).toEqual({ code: "not-found", what: "project" });
    const { db } = database.database;
    await db.update(projects).set({ archivedAt: fixture.clock.now }).where(eq(projects.id, projectId));
    expect(refusal(await create(fixture, { projectId }))).toEqual({ code: "not-found", what: "project" });
  });

  test("a name is taken, whatever its capitals, until its token is revoked", async () => {
    const fixture = await buildCatalog(database);
    const { token } = await made(fixture);
    expect(await refusedUntouched(fixture, () => create(fixture, { name: "ci" }))).toEqual({
      code: "name-taken",
      name: "CI",
    });
    accepted(await revoke(fixture, token.id));
    await made(fixture, { name: "ci" });
    const other = await buildCatalog(database);
    await made(other);
  });

  test("R8: of ten that ask for one name at once, one gets it", async () => {
    const fixture = await buildCatalog(database);
    const results = await Promise.all(Array.from({ length: 10 }, () => create(fixture)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.flatMap((one) => (one.ok ? [] : one.refusal.code))).toEqual(Array(9).fill("name-taken"));
  });

  test("from the command line it needs no admin yet, and the audit says where it was made", async () => {
    const fixture = await buildCatalog(database);
    const { text } = await made(fixture, {
      ...{ actor: system("command line"), surface: "command-line", memberId: idOf("dana") },
    });
    expect((await fixture.audit()).at(-1)).toMatchObject({
      actor: { kind: "system", reason: "command line" },
      surface: "command-line",
    });
    expect(accepted(await use(fixture, text))).toMatchObject({ memberId: "UDANA", makerId: "UDANA" });
  });
});

describe("using a token", () => {
  test("it is let in with what it may do", async () => {
    const fixture = await buildCatalog(database);
    const projectId = await projectOf(fixture);
    const { token, text } = await made(fixture, { projectId });
    expect(accepted(await use(fixture, text))).toEqual(token);
  });

  test("each organization's tokens are its own", async () => {
    const [one, two] = [await buildCatalog(database), await buildCatalog(database)];
    const { text } = await made(one);
    expect(accepted(await use(two, text)).organizationId).toBe(one.organizationId);
  });

  test.each([
    ["empty", ""],
    ["too short", "sgn_abc"],
    ["too long", `sgn_${"a".repeat(44)}`],
    ["without its prefix", "a".repeat(47)],
    ["one that nobody made", `sgn_${"a".repeat(43)}`],
    ["with a NUL", `sgn_${"a".repeat(42)}\0`],
    ["with a line break at its end", `sgn_${"a".repeat(43)}\n`],
  ])("a text that is no token is unknown: %s", async (_, text) => {
    const fixture = await buildCatalog(database);
    expect(refusal(await use(fixture, text))).toEqual({ code: "token-invalid", why: "unknown" });
  });

  test("its last use is remembered, at most once a minute", async () => {
    const fixture = await buildCatalog(database);
    const { token, text } = await made(fixture);
    const used = async () => {
      accepted(await use(fixture, text));
      return (await rowOf(token.id)).lastUsedAt;
    };
    const first = fixture.clock.now;
    expect(await used()).toEqual(first);
    fixture.later({ ms: 60_000 });
    expect(await used()).toEqual(first);
    fixture.later({ ms: 1 });
    expect(await used()).toEqual(fixture.clock.now);
  });

  test("a hundred calls at once are all let in, and none waits for the others to write it", async () => {
    const fixture = await buildCatalog(database);
    const { token, text } = await made(fixture);
    const all = await Promise.all(Array.from({ length: 100 }, () => use(fixture, text)));
    expect(all.every(({ ok }) => ok)).toBe(true);
    expect((await rowOf(token.id)).lastUsedAt).toEqual(fixture.clock.now);
  });

  test.each<MemberStatus>(["deactivated", "guest", "bot", "stranger"])(
    "one whose maker is a %s by now is refused, and works again when they are back",
    async (status) => {
      const fixture = await buildCatalog(database);
      const { text } = await made(fixture);
      fixture.later({ ms: 1 });
      await fixture.people(["ada"], status);
      const person = { id: "UADA", name: "ada" };
      expect(refusal(await use(fixture, text))).toEqual({
        code: "token-invalid",
        why: "inactive",
        person,
        status,
      });
      fixture.later({ ms: 1 });
      await fixture.people(["ada"]);
      accepted(await use(fixture, text));
    },
  );

  test("one whose maker is no admin any more works on", async () => {
    const fixture = await buildCatalog(database);
    const { text } = await made(fixture);
    await fixture.hold("Admin", ["bob"]);
    accepted(await use(fixture, text));
  });
});

describe("revoking a token", () => {
  test("R12: it is refused from then on, and who revoked it is kept", async () => {
    const fixture = await buildCatalog(database);
    const { token, text } = await made(fixture);
    accepted(await use(fixture, text));
    fixture.later({ hours: 1 });
    expect(accepted(await revoke(fixture, token.id))).toEqual({ name: "CI" });
    expect(refusal(await use(fixture, text))).toEqual({ code: "token-invalid", why: "revoked" });
    expect(await rowOf(token.id)).toMatchObject({ revokedAt: fixture.clock.now, revokedBy: "UADA" });
    expect((await fixture.audit()).at(-1)).toMatchObject({
      ...{ action: "token.revoked", subject: `token:${token.id}`, before: { name: "CI" }, after: null },
    });
  });

  test("R8: once more changes nothing", async () => {
    const fixture = await buildCatalog(database);
    const { token } = await made(fixture);
    accepted(await revoke(fixture, token.id));
    const before = await fixture.allRows();
    accepted(await revoke(fixture, token.id));
    expect(await fixture.allRows()).toEqual(before);
  });

  test("it is refused to others than admins, and for a token of another organization", async () => {
    const [fixture, other] = [await buildCatalog(database), await buildCatalog(database)];
    const { token, text } = await made(fixture);
    expect(await refusedUntouched(fixture, () => revoke(fixture, token.id, "dana"))).toMatchObject({
      code: "not-admin",
    });
    expect(refusal(await revoke(other, token.id))).toEqual({ code: "not-found", what: "token" });
    accepted(await use(fixture, text));
  });
});

describe("the list", () => {
  test("has those that were not revoked, by name, a page at a time", async () => {
    const fixture = await buildCatalog(database);
    const projectId = await projectOf(fixture);
    for (const name of ["b", "A", "c"])
      await made(fixture, { name, projectId: name === "b" ? projectId : null });
    const gone = await made(fixture, { name: "d" });
    accepted(await revoke(fixture, gone.token.id));
    const page = (at: number) => listTokens(database.database.db, fixture.organizationId, at, 2);
    const first = await page(0);
    expect(first).toMatchObject({
      ...{ page: 0, total: 3 },
      tokens: [
        { name: "A", project: null },
        { name: "b", project: { name: "Commerce", archived: false } },
      ],
    });
    expect(first.tokens[0]).toMatchObject({
      maker: { id: "UADA", name: "ada", status: "active" },
      ...{ madeAt: fixture.clock.now, lastUsedAt: null },
    });
    expect(await page(9)).toMatchObject({ page: 1, tokens: [{ name: "c" }] });
    const none = await buildCatalog(database);
    expect(await listTokens(database.database.db, none.organizationId, 0, 2)).toEqual({
      ...{ tokens: [], page: 0, total: 0 },
    });
  });
});
