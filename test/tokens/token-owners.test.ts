import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import { type Actor, member, system } from "../../src/domain/shared/actor.ts";
import type { Scope } from "../../src/domain/tokens/scope.ts";
import { listTokens } from "../../src/queries/tokens/get-tokens.ts";
import { warnAdmins } from "../../src/usecases/delivery/warn-admins.ts";
import { acceptToken } from "../../src/usecases/tokens/accept-token.ts";
import { checkTokens } from "../../src/usecases/tokens/check-tokens.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { editToken, type TokenTerms } from "../../src/usecases/tokens/edit-token.ts";
import { offerToken } from "../../src/usecases/tokens/offer-token.ts";
import { useToken } from "../../src/usecases/tokens/use-token.ts";
import { accepted, buildCatalog, type Catalog, idOf, refusal, refusedUntouched } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const ada = member(idOf("ada"));
const everyScope: Scope[] = ["catalog:write", "requests:read", "requests:write", "audit:read"];

const made = async (
  { context, organizationId }: Catalog,
  owner: string,
  {
    scopes = everyScope,
    endsAt = null,
    actor = ada,
  }: { scopes?: Scope[]; endsAt?: Date | null; actor?: Actor } = {},
) =>
  accepted(
    await createToken(context, {
      ...{
        organizationId,
        actor: actor.kind === "token" ? ada : actor,
        surface: "slack",
        name: `CI of ${owner}`,
      },
      ...{ scopes, projectId: null, memberId: idOf(owner), endsAt },
    }),
  );
const tryToken = ({ context }: Catalog, text: string) => useToken(context, text);
const edit = (
  { context, organizationId }: Catalog,
  tokenId: string,
  shown: TokenTerms,
  edited: TokenTerms,
  as = "ada",
) =>
  editToken(context, { organizationId, actor: member(idOf(as)), surface: "slack", tokenId, shown, edited });
const offer = ({ context, organizationId }: Catalog, tokenId: string, to: string, as = "ada") =>
  offerToken(context, {
    ...{ organizationId, actor: member(idOf(as)), surface: "slack", tokenId, memberId: idOf(to) },
  });
const accept = ({ context, organizationId }: Catalog, tokenId: string, who: string) =>
  acceptToken(context, { organizationId, tokenId, memberId: idOf(who) });
const listed = async ({ context, organizationId, clock }: Catalog) =>
  (await listTokens(context.db, organizationId, 0, 10, clock.now)).tokens;
const inDays = ({ clock }: Catalog, days: number) => new Date(clock.now.getTime() + days * 86_400_000);

describe("scopes that need an admin", () => {
  test.each<[string, (fixture: Catalog) => Promise<unknown>]>([
    ["loses the Admin role", (fixture) => fixture.hold("Admin", ["bob"])],
    ["never was one", async () => {}],
  ])("they pause while the token's member %s, and its other scopes keep working", async (_, change) => {
    const fixture = await buildCatalog(database);
    await fixture.hold("Admin", ["ada", "bob"]);
    const owner = _ === "never was one" ? "dana" : "ada";
    const { text } = await made(fixture, owner);
    await change(fixture);
    const token = accepted(await tryToken(fixture, text));
    expect(token.scopes).toEqual(["requests:read", "requests:write"]);
    expect(token.paused).toEqual({
      ...{ scopes: ["catalog:write", "audit:read"], member: { id: idOf(owner), name: owner } },
    });
    await fixture.hold("Admin", ["ada", "bob", "dana"]);
    expect(accepted(await tryToken(fixture, text)).scopes).toEqual(everyScope);
  });

  test("R14: a token from before the upgrade keeps them for its time, to the millisecond", async () => {
    const fixture = await buildCatalog(database);
    const { token, text } = await made(fixture, "dana");
    const until = inDays(fixture, 14);
    await database.database.sql`update api_tokens set admin_scopes_until = ${until} where id = ${token.id}`;
    fixture.later({ ms: 14 * 86_400_000 - 1 });
    expect(accepted(await tryToken(fixture, text)).scopes).toEqual(everyScope);
    fixture.later({ ms: 1 });
    expect(accepted(await tryToken(fixture, text)).scopes).toEqual(["requests:read", "requests:write"]);
  });

  test("the list marks the token", async () => {
    const fixture = await buildCatalog(database);
    await made(fixture, "dana");
    expect(await listed(fixture)).toMatchObject([
      { memberIsAdmin: false, paused: ["catalog:write", "audit:read"] },
    ]);
  });

  test("a holder of the Admin role who is not active is no admin, and their token is refused", async () => {
    const fixture = await buildCatalog(database);
    await fixture.hold("Admin", ["ada", "bob"]);
    const { text } = await made(fixture, "ada");
    await fixture.people(["ada"], "guest");
    expect(refusal(await tryToken(fixture, text))).toMatchObject({ code: "token-invalid", why: "inactive" });
    expect(refusal(await offer(fixture, "00000000-0000-4000-8000-000000000000", "bob", "ada"))).toMatchObject(
      {
        ...{ code: "not-admin", admins: [{ id: "UBOB" }] },
      },
    );
  });
});

describe("editing a token", () => {
  test("an admin adds a scope and an end; the secret stays the same", async () => {
    const fixture = await buildCatalog(database);
    const { token, text } = await made(fixture, "dana", { scopes: ["requests:write"] });
    const endsAt = inDays(fixture, 2).toISOString();
    const shown: TokenTerms = { scopes: ["requests:write"], endsAt: null };
    accepted(
      await edit(fixture, token.id, shown, { scopes: ["requests:on-behalf", "requests:write"], endsAt }),
    );
    expect(accepted(await tryToken(fixture, text)).scopes).toEqual(["requests:write", "requests:on-behalf"]);
    expect((await fixture.audit()).at(-1)).toMatchObject({
      ...{ action: "token.edited", before: { scopes: ["requests:write"], endsAt: null } },
      after: { scopes: ["requests:write", "requests:on-behalf"], endsAt },
    });
    fixture.later({ ms: 2 * 86_400_000 });
    expect(refusal(await tryToken(fixture, text))).toMatchObject({ code: "token-invalid", why: "ended" });
  });

  test("what another admin changed meanwhile is not undone", async () => {
    const fixture = await buildCatalog(database);
    const { token } = await made(fixture, "dana", { scopes: ["requests:write"] });
    const shown: TokenTerms = { scopes: ["requests:write"], endsAt: null };
    accepted(await edit(fixture, token.id, shown, { ...shown, scopes: ["requests:read"] }));
    const again = () => edit(fixture, token.id, shown, { ...shown, scopes: ["builds:write"] });
    expect(await refusedUntouched(fixture, again)).toMatchObject({ code: "stale" });
  });

  test.each<[string, TokenTerms, object]>([
    ["no scope", { scopes: [], endsAt: null }, { code: "no-scopes" }],
    [
      "an end that has passed",
      { scopes: ["requests:write"], endsAt: "2026-03-02T09:00:00.000Z" },
      { code: "end-passed" },
    ],
    [
      "a scope that needs an admin",
      { scopes: ["requests:write", "audit:read"], endsAt: null },
      { code: "scope-needs-admin", scopes: ["audit:read"], member: { id: "UDANA", name: "dana" } },
    ],
  ])("is refused: %s", async (_, edited, why) => {
    const fixture = await buildCatalog(database);
    const { token } = await made(fixture, "dana", { scopes: ["requests:write"] });
    const shown: TokenTerms = { scopes: ["requests:write"], endsAt: null };
    expect(await refusedUntouched(fixture, () => edit(fixture, token.id, shown, edited))).toEqual(why);
  });

  test("R13: only admins edit and offer", async () => {
    const fixture = await buildCatalog(database);
    const { token } = await made(fixture, "dana", { scopes: ["requests:write"] });
    const shown: TokenTerms = { scopes: ["requests:write"], endsAt: null };
    expect(refusal(await edit(fixture, token.id, shown, shown, "dana"))).toMatchObject({ code: "not-admin" });
    expect(refusal(await offer(fixture, token.id, "bob", "dana"))).toMatchObject({ code: "not-admin" });
  });
});

describe("handing over a token", () => {
  test("R14: the member accepts and gets a new secret; the old one works for one more day", async () => {
    const fixture = await buildCatalog(database);
    const { token, text } = await made(fixture, "dana", { scopes: ["requests:write"] });
    accepted(await offer(fixture, token.id, "dora"));
    expect((await listed(fixture))[0]?.offeredTo).toEqual({ id: "UDORA", name: "dora" });
    expect(await fixture.outbox("send-admin-message")).toMatchObject([
      { payload: { offer: token.id, recipientId: "UDORA" } },
    ]);
    const taken = accepted(await accept(fixture, token.id, "dora"));
    expect(taken.text).not.toBe(text);
    const both = await Promise.all([text, taken.text].map((secret) => tryToken(fixture, secret)));
    expect(both.map(accepted)).toMatchObject([
      { id: token.id, memberId: "UDORA" },
      { id: token.id, memberId: "UDORA" },
    ]);
    fixture.later({ ms: 86_400_000 });
    expect(refusal(await tryToken(fixture, text))).toEqual({ code: "token-invalid", why: "replaced" });
    accepted(await tryToken(fixture, taken.text));
    const rows = JSON.stringify(await fixture.allRows());
    expect(rows).not.toContain(taken.text);
    expect((await fixture.audit()).at(-1)).toMatchObject({
      ...{ actor: member("UDORA"), action: "token.handed-over" },
      ...{ before: { memberId: "UDANA" }, after: { memberId: "UDORA" } },
    });
  });

  test.each<MemberStatus>(["deactivated", "guest"])(
    "R14: the old secret never works again if its member is %s",
    async (status) => {
      const fixture = await buildCatalog(database);
      const { token, text } = await made(fixture, "dana", { scopes: ["requests:write"] });
      fixture.later({ ms: 1 });
      await fixture.people(["dana"], status);
      accepted(await offer(fixture, token.id, "dora"));
      const taken = accepted(await accept(fixture, token.id, "dora"));
      expect(taken.oldUntil).toBeNull();
      expect(refusal(await tryToken(fixture, text))).toEqual({ code: "token-invalid", why: "unknown" });
      accepted(await tryToken(fixture, taken.text));
      // They come back, and their copy is still of no use.
      fixture.later({ ms: 1 });
      await fixture.people(["dana"]);
      expect(refusal(await tryToken(fixture, text))).toEqual({ code: "token-invalid", why: "unknown" });
    },
  );

  test("only the member to whom it is offered takes it over, once, while they may and it has not ended", async () => {
    const fixture = await buildCatalog(database);
    const { token } = await made(fixture, "dana", { scopes: ["requests:write"], endsAt: inDays(fixture, 1) });
    expect(refusal(await accept(fixture, token.id, "dora"))).toEqual({ code: "not-offered" });
    accepted(await offer(fixture, token.id, "dora"));
    expect(refusal(await accept(fixture, token.id, "bob"))).toEqual({ code: "not-offered" });
    accepted(await offer(fixture, token.id, "bob"));
    expect(refusal(await accept(fixture, token.id, "dora"))).toEqual({ code: "not-offered" });
    fixture.later({ ms: 1 });
    await fixture.people(["bob"], "guest");
    expect(refusal(await accept(fixture, token.id, "bob"))).toMatchObject({ code: "not-full-members" });
    expect(refusal(await offer(fixture, token.id, "bob"))).toMatchObject({ code: "not-full-members" });
    accepted(await offer(fixture, token.id, "dora"));
    const [first, second] = await Promise.all([
      accept(fixture, token.id, "dora"),
      accept(fixture, token.id, "dora"),
    ]);
    expect([first.ok, second.ok].sort()).toEqual([false, true]);
    accepted(await offer(fixture, token.id, "carol"));
    fixture.later({ ms: 86_400_000 });
    expect(refusal(await accept(fixture, token.id, "carol"))).toEqual({ code: "end-passed" });
  });

  test("it counts as a change of what decisions are judged by", async () => {
    const fixture = await buildCatalog(database);
    const version = async () =>
      (
        await database.database.sql<{ version: string }[]>`
          select version from rule_versions where organization_id = ${fixture.organizationId}`
      )[0]?.version;
    const { token } = await made(fixture, "dana", { scopes: ["requests:write"] });
    accepted(await offer(fixture, token.id, "dora"));
    const before = await version();
    accepted(await accept(fixture, token.id, "dora"));
    expect(Number(await version())).toBe(Number(before) + 1);
  });
});

describe("what the admins are told", () => {
  const subjects = async ({ organizationId }: Catalog) => {
    const rows = await database.database.sql<{ subject: string }[]>`
      select subject from warnings where organization_id = ${organizationId} and subject like 'token-%' order by subject`;
    return rows.map(({ subject }) => subject.split(":")[0]);
  };
  const warn = ({ context, organizationId }: Catalog) => warnAdmins(context, organizationId);

  test("a person who stops being an admin: their tokens, once, with what pauses", async () => {
    const fixture = await buildCatalog(database);
    await fixture.hold("Admin", ["ada", "bob"]);
    await made(fixture, "ada");
    await made(fixture, "bob", { scopes: ["builds:write"], actor: member(idOf("bob")) });
    await warn(fixture);
    expect(await subjects(fixture)).toEqual([]);
    await fixture.hold("Admin", ["bob"]);
    await warn(fixture);
    await warn(fixture);
    expect(await subjects(fixture)).toEqual(["token-not-admin"]);
    const messages = await fixture.outbox("send-admin-message");
    expect(messages).toHaveLength(1);
    expect(messages).toMatchObject([{ payload: { recipientId: "UBOB" } }]);
  });

  test("a token made for somebody who never was an admin is not told of, unless something of it pauses", async () => {
    const fixture = await buildCatalog(database);
    const { context, organizationId } = fixture;
    accepted(
      await createToken(context, {
        ...{ organizationId, actor: system("command line"), surface: "command-line", name: "CI" },
        ...{ scopes: ["builds:write"], projectId: null, memberId: idOf("dana") },
      }),
    );
    await warn(fixture);
    expect(await subjects(fixture)).toEqual([]);
  });

  test("a token whose member has left, and one that ends soon: once each, in time", async () => {
    const fixture = await buildCatalog(database);
    await made(fixture, "dana", { scopes: ["requests:write"] });
    await made(fixture, "bob", { scopes: ["requests:write"], endsAt: inDays(fixture, 40) });
    fixture.later({ ms: 1 });
    await fixture.people(["dana"], "deactivated");
    await warn(fixture);
    expect((await subjects(fixture)).filter((kind) => kind === "token-stopped")).toHaveLength(1);
    const planned = async () => (await fixture.outbox("warn-admins")).length;
    fixture.later({ ms: 33 * 86_400_000 - 2 });
    await warn(fixture);
    expect(await subjects(fixture)).not.toContain("token-ending");
    fixture.later({ ms: 2 });
    await checkTokens(fixture.context, fixture.organizationId);
    expect(await planned()).toBeGreaterThan(0);
    await warn(fixture);
    await warn(fixture);
    expect((await subjects(fixture)).filter((kind) => kind === "token-ending")).toHaveLength(1);
  });
});
