import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiTokens, projects } from "../../db/schema/index.ts";
import type { Standing } from "../../src/domain/people/people.ts";
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

const create = (house: Catalog, change: Partial<CreateToken> = {}) =>
  createToken(house.context, {
    ...{
      organizationId: house.organizationId,
      actor: person("ada"),
      surface: "slack",
      memberId: idOf("ada"),
    },
    ...{ name: "CI", scopes: ["builds:write", "deployments:write"], projectId: null },
    ...change,
  });
const made = async (house: Catalog, change: Partial<CreateToken> = {}) =>
  accepted(await create(house, change));
const revoke = (house: Catalog, tokenId: string, name = "ada") =>
  revokeToken(house.context, {
    ...{ organizationId: house.organizationId, actor: person(name), surface: "slack", tokenId },
  });
const use = (house: Catalog, text: string) => useToken(house.context, text);
const rowOf = async (id: string) => {
  const [row] = await database.database.db.select().from(apiTokens).where(eq(apiTokens.id, id));
  if (row === undefined) throw new Error("The token is gone");
  return row;
};
const projectOf = async (house: Catalog) => {
  const [row] = await database.database.db
    .select()
    .from(projects)
    .where(eq(projects.organizationId, house.organizationId));
  return row?.id ?? "";
};

describe("making a token", () => {
  test("it is shown once: only its hash and its last four characters are kept", async () => {
    const house = await buildCatalog(database);
    const { token, text } = await made(house);
    expect(text).toMatch(/^sgn_[A-Za-z0-9_-]{43}$/);
    const row = await rowOf(token.id);
    expect(row).toMatchObject({
      hash: createHash("sha256").update(text).digest("hex"),
      hint: text.slice(-4),
      madeBy: "UADA",
      memberId: "UADA",
      madeAt: house.clock.now,
      lastUsedAt: null,
    });
    expect(JSON.stringify(await house.everything())).not.toContain(text);
  });

  test("no two are alike", async () => {
    const house = await buildCatalog(database);
    const texts = new Set<string>();
    for (const name of ["a", "b", "c", "d"]) texts.add((await made(house, { name })).text);
    expect(texts.size).toBe(4);
  });

  test("R12: the audit log has who made it and what it may do, and neither the token nor its hash", async () => {
    const house = await buildCatalog(database);
    const projectId = await projectOf(house);
    const { token, text } = await made(house, { projectId });
    const entry = (await house.audit()).at(-1);
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
    const house = await buildCatalog(database);
    expect(await refusedUntouched(house, () => create(house, change))).toEqual(why);
  });

  test("for a project that is archived, or one of another organization, it is refused", async () => {
    const house = await buildCatalog(database);
    const other = await buildCatalog(database, { projects: [{ ...commerce, slug: "other" }] });
    const projectId = await projectOf(house);
    expect(refusal(await create(other, { projectId }))).toEqual({ code: "not-found", what: "project" });
    const { db } = database.database;
    await db.update(projects).set({ archivedAt: house.clock.now }).where(eq(projects.id, projectId));
    expect(refusal(await create(house, { projectId }))).toEqual({ code: "not-found", what: "project" });
  });

  test("a name is taken, whatever its capitals, until its token is revoked", async () => {
    const house = await buildCatalog(database);
    const { token } = await made(house);
    expect(await refusedUntouched(house, () => create(house, { name: "ci" }))).toEqual({
      code: "name-taken",
      name: "CI",
    });
    accepted(await revoke(house, token.id));
    await made(house, { name: "ci" });
    const other = await buildCatalog(database);
    await made(other);
  });

  test("R8: of ten that ask for one name at once, one gets it", async () => {
    const house = await buildCatalog(database);
    const results = await Promise.all(Array.from({ length: 10 }, () => create(house)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.flatMap((one) => (one.ok ? [] : one.refusal.code))).toEqual(Array(9).fill("name-taken"));
  });

  test("from the command line it needs no admin yet, and the audit says where it was made", async () => {
    const house = await buildCatalog(database);
    const { text } = await made(house, {
      ...{ actor: system("command line"), surface: "command-line", memberId: idOf("dana") },
    });
    expect((await house.audit()).at(-1)).toMatchObject({
      actor: { kind: "system", reason: "command line" },
      surface: "command-line",
    });
    expect(accepted(await use(house, text))).toMatchObject({ memberId: "UDANA", makerId: "UDANA" });
  });
});

describe("using a token", () => {
  test("it is let in with what it may do", async () => {
    const house = await buildCatalog(database);
    const projectId = await projectOf(house);
    const { token, text } = await made(house, { projectId });
    expect(accepted(await use(house, text))).toEqual(token);
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
    const house = await buildCatalog(database);
    expect(refusal(await use(house, text))).toEqual({ code: "token-invalid", why: "unknown" });
  });

  test("its last use is remembered, at most once a minute", async () => {
    const house = await buildCatalog(database);
    const { token, text } = await made(house);
    const used = async () => {
      accepted(await use(house, text));
      return (await rowOf(token.id)).lastUsedAt;
    };
    const first = house.clock.now;
    expect(await used()).toEqual(first);
    house.later({ ms: 60_000 });
    expect(await used()).toEqual(first);
    house.later({ ms: 1 });
    expect(await used()).toEqual(house.clock.now);
  });

  test("a hundred calls at once are all let in, and none waits for the others to write it", async () => {
    const house = await buildCatalog(database);
    const { token, text } = await made(house);
    const all = await Promise.all(Array.from({ length: 100 }, () => use(house, text)));
    expect(all.every(({ ok }) => ok)).toBe(true);
    expect((await rowOf(token.id)).lastUsedAt).toEqual(house.clock.now);
  });

  test.each<Standing>(["deactivated", "guest", "bot", "stranger"])(
    "one whose maker is a %s by now is refused, and works again when they are back",
    async (standing) => {
      const house = await buildCatalog(database);
      const { text } = await made(house);
      house.later({ ms: 1 });
      await house.people(["ada"], standing);
      const person = { id: "UADA", name: "ada" };
      expect(refusal(await use(house, text))).toEqual({
        code: "token-invalid",
        why: "inactive",
        person,
        standing,
      });
      house.later({ ms: 1 });
      await house.people(["ada"]);
      accepted(await use(house, text));
    },
  );

  test("one whose maker is no admin any more works on", async () => {
    const house = await buildCatalog(database);
    const { text } = await made(house);
    await house.hold("Admin", ["bob"]);
    accepted(await use(house, text));
  });
});

describe("revoking a token", () => {
  test("R12: it is refused from then on, and who revoked it is kept", async () => {
    const house = await buildCatalog(database);
    const { token, text } = await made(house);
    accepted(await use(house, text));
    house.later({ hours: 1 });
    expect(accepted(await revoke(house, token.id))).toEqual({ name: "CI" });
    expect(refusal(await use(house, text))).toEqual({ code: "token-invalid", why: "revoked" });
    expect(await rowOf(token.id)).toMatchObject({ revokedAt: house.clock.now, revokedBy: "UADA" });
    expect((await house.audit()).at(-1)).toMatchObject({
      ...{ action: "token.revoked", subject: `token:${token.id}`, before: { name: "CI" }, after: null },
    });
  });

  test("R8: once more changes nothing", async () => {
    const house = await buildCatalog(database);
    const { token } = await made(house);
    accepted(await revoke(house, token.id));
    const before = await house.everything();
    accepted(await revoke(house, token.id));
    expect(await house.everything()).toEqual(before);
  });

  test("it is refused to others than admins, and for a token of another organization", async () => {
    const [house, other] = [await buildCatalog(database), await buildCatalog(database)];
    const { token, text } = await made(house);
    expect(await refusedUntouched(house, () => revoke(house, token.id, "dana"))).toMatchObject({
      code: "not-admin",
    });
    expect(refusal(await revoke(other, token.id))).toEqual({ code: "not-found", what: "token" });
    accepted(await use(house, text));
  });
});

describe("the list", () => {
  test("has those that were not revoked, by name, a page at a time", async () => {
    const house = await buildCatalog(database);
    const projectId = await projectOf(house);
    for (const name of ["b", "A", "c"])
      await made(house, { name, projectId: name === "b" ? projectId : null });
    const gone = await made(house, { name: "d" });
    accepted(await revoke(house, gone.token.id));
    const page = (at: number) => listTokens(database.database.db, house.organizationId, at, 2);
    const first = await page(0);
    expect(first).toMatchObject({
      ...{ page: 0, total: 3 },
      tokens: [
        { name: "A", project: null },
        { name: "b", project: { name: "Commerce", archived: false } },
      ],
    });
    expect(first.tokens[0]).toMatchObject({
      maker: { id: "UADA", name: "ada", standing: "active" },
      ...{ madeAt: house.clock.now, lastUsedAt: null },
    });
    expect(await page(9)).toMatchObject({ page: 1, tokens: [{ name: "c" }] });
    const none = await buildCatalog(database);
    expect(await listTokens(database.database.db, none.organizationId, 0, 2)).toEqual({
      ...{ tokens: [], page: 0, total: 0 },
    });
  });
});
