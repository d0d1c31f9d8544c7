import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { system } from "../../../src/domain/shared/actor.ts";
import type { Scope } from "../../../src/domain/tokens/scope.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { accepted } from "../../support/catalog.ts";
import { textOf } from "../../support/test-stack.ts";
import { startWebhookStack, type WebhookStack } from "./webhook-stack.ts";

let stack: WebhookStack;
let number: number;
let attempt: string;

beforeAll(async () => {
  stack = await startWebhookStack();
  number = await stack.promoted();
  attempt = (await stack.attempts(number))[0]?.id ?? "";
});
afterAll(() => stack?.stopAll());
afterEach(() => expect(stack.slack.violations).toEqual([]));

let made = 0;

async function token(scopes: Scope[], project: string | null = null): Promise<string> {
  const { context, organizationId } = stack.app;
  const [row] = await stack.database.database.sql<
    { id: string }[]
  >`select id from projects where slug = ${project}`;
  made += 1;
  const created = await createToken(context, {
    ...{ organizationId, actor: system("test"), surface: "slack", name: `Token ${made}`, scopes },
    ...{ projectId: row?.id ?? null, memberId: stack.id("ada") },
  });
  return accepted(created).text;
}

async function report(text: string, id = attempt) {
  const response = await fetch(`${stack.botUrl}/api/v1/deployments/${id}/status`, {
    method: "POST",
    headers: { authorization: `Bearer ${text}`, "content-type": "application/json" },
    body: JSON.stringify({ status: "succeeded" }),
  });
  return [response.status, (await response.json()) as object];
}

test("an API token without deployments:write, or of another project, changes nothing", async () => {
  const [other] = await stack.database.database.sql<{ slug: string }[]>`
    select slug from projects where slug <> 'commerce' and archived_at is null limit 1`;
  expect(await report(await token(["builds:write"]))).toMatchObject([403, { code: "token-scope" }]);
  const elsewhere = await token(["deployments:write"], other?.slug ?? "none");
  expect(await report(elsewhere)).toMatchObject([403, { code: "token-project" }]);
  expect(await stack.attempts(number)).toMatchObject([{ status: "in progress" }]);
});

test("an API token reports what its project's deployments do; the audit log names it", async () => {
  const text = await token(["deployments:write"], "commerce");
  for (const id of ["1", "00000000-0000-4000-8000-000000000000"]) {
    expect(await report(text, id)).toMatchObject([404, { code: "not-found" }]);
  }
  expect(await report(text)).toMatchObject([200, { id: attempt, status: "succeeded", changed: true }]);
  expect(await report(text)).toMatchObject([200, { changed: false }]);
  await stack.settle();
  expect(textOf(stack.cardFor("dana", number))).toContain("Promoted:");
  const [entry] = await stack.database.database.sql<{ actor: object; surface: string }[]>`
    select actor, surface from audit_log where action = 'deployment.reported' and subject = ${`deployment:${attempt}`}`;
  expect(entry).toMatchObject({ surface: "api", actor: { kind: "token", memberId: stack.id("ada") } });
});
