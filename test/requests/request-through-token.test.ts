import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../db/connection/connect.ts";
import { scopes } from "../../src/domain/tokens/scope.ts";
import type { ApiToken } from "../../src/domain/tokens/token.ts";
import { requestThroughToken } from "../../src/usecases/requests/request-through-token.ts";
import type { Context } from "../../src/usecases/shared/context.ts";
import { accepted, buildCatalog, type Catalog, idOf, refusal } from "../support/catalog.ts";
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
