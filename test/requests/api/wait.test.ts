import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type App, startApp } from "../../../src/compose/app.ts";
import { readConfig } from "../../../src/config.ts";
import { system } from "../../../src/domain/shared/actor.ts";
import { scopes } from "../../../src/domain/tokens/scope.ts";
import { createLog } from "../../../src/lib/log.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { type CheckedApi, checkedApi } from "../../support/api/checked-api.ts";
import { accepted } from "../../support/catalog.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;
let api: CheckedApi;
let token: string;
let clock = 0;

beforeAll(async () => {
  stack = await startTestStack({ now: () => new Date(Date.now() + clock) });
  const { context, organizationId } = stack.app;
  token = accepted(
    await createToken(context, {
      ...{ organizationId, actor: system("test"), surface: "seed", name: "CI" },
      ...{ scopes, projectId: null, memberId: stack.id("ada") },
    }),
  ).text;
  api = await checkedApi(stack.botUrl, token);
});
afterAll(() => stack?.stop());
afterEach(async () => {
  expect(stack.slack.violations).toEqual([]);
  clock = 0;
  const { body } = await api.call("GET /requests", { query: { state: "pending,approved" } });
  for (const { number } of body.items) await cancel(number);
});

/** Makes a build live in Development and requests its promotion through the token, for Dana. */
async function requested(integration = "orders-sync"): Promise<{ number: number; version: number }> {
  await stack.setLive(`commerce/${integration}`, { development: `9.${randomUUID().slice(0, 8)}` });
  const { status, body } = await api.call("POST /requests", {
    body: { project: "commerce", integration, target: "staging", requester: "dev@acme.example" },
  });
  expect([status, body]).toMatchObject([201, { state: "pending" }]);
  await stack.settle();
  return body;
}

const wait = (number: number, since: number, seconds = 60, signal?: AbortSignal) =>
  api.call("GET /requests/{number}", {
    ...{ params: { number }, query: { wait: seconds, since } },
    ...(signal !== undefined && { signal }),
  });

const cancel = (number: number) =>
  api.call("POST /requests/{number}/cancel", { params: { number }, body: { reason: "Done with" } });

/** Returns the number of the bot's connections, and how many of them are active. */
const connections = async () => {
  const [row] = await stack.database.database.sql<{ open: number; busy: number }[]>`
    select count(*)::int as open, (count(*) filter (where state <> 'idle'))::int as busy
    from pg_stat_activity where datname = current_database() and application_name = 'signoff'`;
  return row ?? { open: 0, busy: 0 };
};

test("R5: cards and emails say through which token; the approval in Slack answers the pipeline that waits", async () => {
  const { number, version } = await requested();
  for (const name of ["dana", "bob"])
    expect(textOf(stack.cardFor(name, number))).toContain("through token CI");
  await eventually(async () => {
    const mails = (await stack.mail.inbox()).filter(({ to }) => to === "bob@acme.example");
    expect(JSON.stringify(mails)).toContain("through token CI");
  });
  const answer = wait(number, version);
  expect(await stack.press("bob", "approve_request")).toMatchObject({ status: 200 });
  expect((await answer).body).toMatchObject({
    ...{ number, state: "approved", through: "CI" },
    decision: { outcome: "approved", by: { member: { id: stack.id("bob") }, token: null } },
  });
});

test("a hundred clients wait and hold no connection; the decision answers all of them", async () => {
  const { number, version } = await requested("billing");
  const waiting = Promise.all(Array.from({ length: 100 }, () => wait(number, version)));
  // The last of them is registered when a client with an older version is answered after it.
  await wait(number, version - 1);
  await eventually(async () => expect((await connections()).busy).toBe(0));
  await stack.press("bob", "approve_request");
  const answers = await waiting;
  expect(answers.map(({ body }) => body.state)).toEqual(answers.map(() => "approved"));
  expect((await connections()).open).toBeLessThanOrEqual(12);
});

test("a decision at one replica answers the clients that wait at another", async () => {
  const { number, version } = await requested();
  const second: App = await startApp(readConfig({ ...stack.env, PORT: "0" }), { log: createLog("silent") });
  const there = await checkedApi(`http://127.0.0.1:${second.port}`, token);
  const answer = there.call("GET /requests/{number}", {
    ...{ params: { number }, query: { wait: 60, since: version } },
  });
  await there.call("GET /requests/{number}", { params: { number }, query: { wait: 60, since: version - 1 } });
  await cancel(number);
  expect((await answer).body).toMatchObject({ number, state: "cancelled" });
  await second.stop(1_000);
});

test("a waiting client is answered after the time limit, and immediately if nothing more can change", async () => {
  const { number, version } = await requested();
  expect((await wait(number, version, 1)).body).toMatchObject({ number, version, state: "pending" });
  await cancel(number);
  const { body } = await api.call("GET /requests/{number}", { params: { number } });
  expect((await wait(number, body.version)).body).toMatchObject({ state: "cancelled" });
});

test("a client that does not know the version waits for the next one", async () => {
  const { number, version } = await requested();
  const answer = api.call("GET /requests/{number}", { params: { number }, query: { wait: 60 } });
  await wait(number, version - 1);
  await cancel(number);
  expect((await answer).body).toMatchObject({ number, state: "cancelled" });
});

test("R11: a request that expires is answered as expired", async () => {
  const { number, version } = await requested();
  const [row] = await stack.database.database.sql<{ left: number }[]>`
    select extract(epoch from expires_at - now())::float8 * 1000 as left from requests where number = ${number}`;
  clock = (row?.left ?? 0) - 1_000;
  expect((await wait(number, version)).body).toMatchObject({ number, state: "expired" });
});

test("a client that disconnects is forgotten, and a stop answers those still waiting", async () => {
  const { number, version } = await requested("inventory-feed");
  const gone = new AbortController();
  const left = wait(number, version, 60, gone.signal);
  const stays = wait(number, version);
  await wait(number, version - 1);
  gone.abort();
  await expect(left).rejects.toThrow();
  const before = performance.now();
  await stack.app.stop(5_000);
  expect((await stays).body).toMatchObject({ number, version, state: "pending" });
  expect(performance.now() - before).toBeLessThan(5_000);
  await stack.restart();
});
