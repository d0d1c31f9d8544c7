import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../db/connection/connect.ts";
import { system } from "../../src/domain/shared/actor.ts";
import { type Scope, scopes } from "../../src/domain/tokens/scope.ts";
import type { ApiToken } from "../../src/domain/tokens/token.ts";
import { getRequest } from "../../src/queries/requests/get-request.ts";
import { countWaitingFor } from "../../src/queries/requests/list-requests.ts";
import { requestThroughToken } from "../../src/usecases/requests/request-through-token.ts";
import type { Context } from "../../src/usecases/shared/context.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { accepted, buildCatalog, type Catalog, commerce, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const tokenOf = ({ organizationId }: Catalog, over: Partial<ApiToken> = {}): ApiToken => ({
  ...{ organizationId, id: "8a1f0f53-9a5c-4b65-a15c-0d9f7a3a5f10", name: "CI", scopes, projectId: null },
  ...{ memberId: idOf("ada"), makerId: idOf("ada"), ...over },
});

const ask = (
  fixture: Catalog,
  change: { token?: ApiToken; build?: string | null; context?: Context } = {},
) => {
  const { token = tokenOf(fixture), build = null, context = fixture.context } = change;
  return requestThroughToken(context, {
    ...{ token, project: "commerce", integration: "orders", target: "staging", build },
    ...{ message: "", requester: null, replaces: null, confirmedFingerprint: null },
  });
};

/** Returns a context that runs `event` just before each of the first transactions. */
function interrupted({ context }: Catalog, before: (() => Promise<unknown>)[]): Context {
  const db = new Proxy(context.db, {
    get(target, name, receiver) {
      if (name !== "transaction") return Reflect.get(target, name, receiver);
      return async (...asked: Parameters<Db["transaction"]>) => {
        await before.shift()?.();
        return target.transaction(...asked);
      };
    },
  });
  return { ...context, db };
}

test("R2: whichever build is live is asked for, also where another one goes live meanwhile", async () => {
  const fixture = await buildCatalog(database);
  const context = interrupted(fixture, [() => fixture.deploy("development", "4")]);
  const { number } = accepted(await ask(fixture, { context }));
  expect((await fixture.state(number)).buildId).toBe(fixture.build("4"));
});

test("R2: a build that was named is not exchanged for another one", async () => {
  const fixture = await buildCatalog(database);
  const context = interrupted(fixture, [() => fixture.deploy("development", "4")]);
  expect(refusal(await ask(fixture, { build: "3", context }))).toEqual({
    ...{ code: "build-changed", live: { id: "4", version: "1.4.0" } },
  });
});

test("R1: a token that may not promote does not, also where the workflow is turned off meanwhile", async () => {
  const fixture = await buildCatalog(database);
  const token = tokenOf(fixture, { scopes: ["requests:write"] });
  const context = interrupted(fixture, [() => fixture.saveWorkflow({ enabled: false })]);
  expect(refusal(await ask(fixture, { token, context }))).toMatchObject({
    ...{ code: "token-scope", scope: "promotions:write" },
  });
  expect(await fixture.outbox("deploy")).toEqual([]);
});

test("two members of one address: nobody is guessed", async () => {
  const fixture = await buildCatalog(database);
  await database.database.sql`
    update members set email = 'shared@acme.example'
    where organization_id = ${fixture.organizationId} and id in ('UDANA', 'UDORA')`;
  const result = await requestThroughToken(fixture.context, {
    ...{
      token: tokenOf(fixture),
      project: "commerce",
      integration: "orders",
      target: "staging",
      build: null,
    },
    ...{ message: "", requester: "shared@acme.example", replaces: null, confirmedFingerprint: null },
  });
  expect(refusal(result)).toEqual({ code: "not-found", what: "member" });
});

const onBehalf = (fixture: Catalog, token: ApiToken, requester: string) =>
  requestThroughToken(fixture.context, {
    ...{ token, project: "commerce", integration: "orders", target: "staging", build: null },
    ...{ message: "", requester, replaces: null, confirmedFingerprint: null },
  });

/** Stores a token of this person's, with every scope unless said otherwise. */
const storedToken = async (
  fixture: Catalog,
  owner: string,
  only: readonly Scope[] = scopes,
): Promise<ApiToken> => {
  const { organizationId, context } = fixture;
  const by = { organizationId, actor: system("test"), surface: "command-line" as const };
  const made = { name: `CI of ${owner}`, scopes: only, projectId: null, memberId: idOf(owner) };
  return accepted(await createToken(context, { ...by, ...made })).token;
};

describe("R5: a token that names another member", () => {
  test.each(["UDORA", "dora@acme.example", "UNOBODY", "nobody@acme.example"])(
    "R5: naming %s needs its own scope, and says nothing about who exists",
    async (requester) => {
      const fixture = await buildCatalog(database);
      const token = await storedToken(fixture, "dana", ["requests:write"]);
      expect(refusal(await onBehalf(fixture, token, requester))).toEqual({
        ...{ code: "token-scope", scope: "requests:on-behalf", has: ["requests:write"] },
      });
    },
  );

  test("R5: naming the token's own member needs no further scope", async () => {
    const fixture = await buildCatalog(database);
    const token = await storedToken(fixture, "dana", ["requests:write"]);
    accepted(await onBehalf(fixture, token, "UDANA"));
  });

  test("R14: the token's own member must be allowed to request, too", async () => {
    const roles = [{ name: "Developers", members: [{ memberId: idOf("dora"), projects: null }] }];
    const fixture = await buildCatalog(database, {
      roles,
      projects: [{ ...commerce, requesters: ["Developers"] }],
    });
    const token = await storedToken(fixture, "bob");
    expect(refusal(await onBehalf(fixture, token, "UDORA"))).toEqual({
      ...{ code: "not-requester", why: "role", roles: ["Developers"] },
      tokenMember: { id: "UBOB", name: "bob" },
    });
    await fixture.hold("Developers", ["dora", "bob"]);
    accepted(await onBehalf(fixture, token, "UDORA"));
  });

  test("R5: the named member, the maker, and everyone to whom the token belongs or belonged may not review", async () => {
    const fixture = await buildCatalog(database, { reviewers: ["bob", "carol", "dora", "dan", "eve"] });
    const token = await storedToken(fixture, "bob");
    const { number } = accepted(await onBehalf(fixture, token, "UDORA"));
    const { sql } = database.database;
    const handOver = (memberId: string) =>
      sql`update api_tokens set member_id = ${memberId} where id = ${token.id} and organization_id = ${fixture.organizationId}`;
    accepted(await fixture.review("carol", number, "approve"));
    await handOver("UDAN");
    const other = accepted(
      await requestThroughToken(fixture.context, {
        ...{ token, project: "commerce", integration: "orders", target: "production", build: null },
        ...{ message: "", requester: "UDANA", replaces: null, confirmedFingerprint: null },
      }),
    );
    await handOver("UEVE");
    for (const name of ["bob", "dan", "eve"]) {
      expect(refusal(await fixture.review(name, other.number, "approve"))).toMatchObject({
        ...{ code: "not-reviewer", why: "self" },
      });
    }
    // Dora was named in another request of the same token, which does not count.
    accepted(await fixture.review("dora", other.number, "approve"));
  });

  test("R5: cards, lists, and counts judge by the same people", async () => {
    const fixture = await buildCatalog(database, { reviewers: ["bob", "carol", "dan"] });
    const token = await storedToken(fixture, "bob");
    const { number } = accepted(await onBehalf(fixture, token, "UDANA"));
    const { organizationId, context, clock } = fixture;
    await database.database.sql`
      update api_tokens set member_id = 'UDAN' where id = ${token.id} and organization_id = ${organizationId}`;
    const view = await getRequest(context.db, organizationId, number, clock.now);
    expect(view?.reviewers.map(({ id }) => id)).toEqual(["UCAROL"]);
    const waiting = await Promise.all(
      ["bob", "carol", "dan"].map((name) =>
        countWaitingFor(context.db, organizationId, idOf(name), clock.now),
      ),
    );
    expect(waiting).toEqual([0, 1, 0]);
  });
});
